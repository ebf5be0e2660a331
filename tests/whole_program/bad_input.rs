//! A line that is not a post becomes a dead letter, whole and in its place, and stops nothing.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mingjian_schema::{DeadLetter, DeadLetterReason as Reason, Stage};
use serde_json::Value;
use tempfile::tempdir;

use crate::program::{finish, mingjian};
use crate::replay::check_conservation;

/// Words that stand in every bad line and may stand in no message about it.
const SECRET: &str = "秘密的内容";

/// A file in the making.
#[derive(Default)]
struct File {
    lines: Vec<Vec<u8>>,
    good: Vec<usize>,
    bad: Vec<(usize, Reason)>,
    blank: usize,
}

impl File {
    fn good(&mut self, line: impl Into<Vec<u8>>) {
        self.good.push(self.lines.len());
        self.lines.push(line.into());
    }

    /// A bad line, with a good one behind it.
    fn bad(&mut self, line: impl Into<Vec<u8>>, reason: Reason) {
        self.bad.push((self.lines.len(), reason));
        self.lines.push(line.into());
        let id = self.lines.len();
        self.good(format!(r#"{{"id":"{id}","text":"今天天气不错"}}"#));
    }

    fn blank(&mut self, line: &str) {
        self.blank += 1;
        self.lines.push(line.into());
    }

    /// Replays the lines, joined by `end` with none behind the last, and checks where each went.
    fn check(&self, end: &[u8]) {
        let folder = tempdir().unwrap();
        let [input, out, dead] = ["posts", "flagged", "dead"].map(|name| folder.path().join(name));
        fs::write(&input, self.lines.join(end)).unwrap();
        let call = &mut mingjian("replay");
        call.arg(&input).arg("--json").arg("--out").arg(&out).arg("--dead-letters").arg(&dead);
        let finished = finish(crate::replay::flag_everything(call));
        assert!(!finished.err.contains(SECRET), "{}", finished.err);
        let summary = finished.json();
        check_conservation(&summary);
        assert_eq!(summary["read"], self.lines.len() - self.blank);

        let flagged = crate::evidence::check_file(&out);
        let judged: Vec<_> =
            flagged.iter().map(|record| record.source.as_ref().unwrap().offset as usize).collect();
        assert_eq!(judged, self.good);
        self.check_dead_letters(&fs::read_to_string(&dead).unwrap());
    }

    fn check_dead_letters(&self, dead: &str) {
        let letters: Vec<DeadLetter> =
            dead.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<_> =
            letters.iter().map(|letter| (letter.source.offset as usize, letter.reason)).collect();
        assert_eq!(found, self.bad);
        for letter in &letters {
            let line = &self.lines[letter.source.offset as usize];
            assert_eq!(letter.stage, Stage::Decode);
            assert_eq!(letter.raw_bytes, line.len() as u64);
            assert!(!letter.detail.contains(SECRET), "{}", letter.detail);
            let kept = kept_bytes(letter);
            assert_eq!(letter.raw_truncated, kept.len() < line.len());
            assert!(!kept.is_empty() && line.starts_with(&kept), "{:?}", letter.reason);
            assert!(line.len() > 100_000 || kept.len() == line.len(), "{:?}", letter.reason);
        }
    }
}

/// The message's bytes as the dead letter keeps them.
pub(crate) fn kept_bytes(letter: &DeadLetter) -> Vec<u8> {
    match (&letter.raw, &letter.raw_base64) {
        (Some(text), None) => text.clone().into_bytes(),
        (None, Some(encoded)) => STANDARD.decode(encoded).unwrap(),
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => panic!("both `raw` and `raw_base64`: {:?}", letter.source),
    }
}

/// One of each kind.
fn file() -> File {
    let mut file = File::default();
    file.good("\u{feff}{\"id\":\"bom\",\"text\":\"文件开头有标记\"}");
    file.bad(SECRET, Reason::NotJson);
    file.bad(format!(r#"{{"id":"1","text":"{SECRET}""#), Reason::NotJson);
    file.bad(format!(r#"{{"id":"1","text":"{SECRET}"}} {{}}"#), Reason::NotJson);
    file.bad(format!(r#"{{"id":"1","text":"{SECRET}\ud83d"}}"#), Reason::NotJson);
    file.bad([SECRET.as_bytes(), b"{\"id\":\"\xff\xfe\"}"].concat(), Reason::NotUtf8);
    file.blank("");
    file.bad(format!(r#"["{SECRET}"]"#), Reason::WrongType);
    file.bad(format!(r#"{{"text":"{SECRET}"}}"#), Reason::MissingField);
    file.blank("  \t");
    file.bad(format!(r#"{{"id":7,"text":"{SECRET}"}}"#), Reason::WrongType);
    file.bad(
        format!(r#"{{"id":123456789012345678901234567890,"a":"{SECRET}"}}"#),
        Reason::WrongType,
    );
    file.bad(format!(r#"{{"id":"1","text":["{SECRET}"]}}"#), Reason::WrongType);
    file.bad(format!(r#"{{"id":"1","text":"x","channel":"{SECRET}"}}"#), Reason::WrongType);
    file.bad(format!(r#"{{"id":"1","text":"x","text":"{SECRET}"}}"#), Reason::WrongType);
    file.bad(format!(r#"{{"id":"","text":"{SECRET}"}}"#), Reason::EmptyId);
    file.bad(format!(r#"{{"id":"1","title":"","text":" ","body":"{SECRET}"}}"#), Reason::EmptyText);
    file.bad(format!(r#"{{"id":"1","text":"{SECRET}\u0000"}}"#), Reason::NullCharacter);
    file.bad(format!(r#"{{"id":"1\u0000","text":"{SECRET}"}}"#), Reason::NullCharacter);
    file.bad(format!("{{\"id\":\"1\",\"text\":\"{SECRET}\0\"}}"), Reason::NotJson);
    let deep = ["[".repeat(10_000), "]".repeat(10_000)].concat();
    file.bad(format!(r#"{{"id":"1","text":"{SECRET}","extra":{{"a":{deep}}}}}"#), Reason::TooDeep);
    let long = SECRET.repeat(5_000_000 / SECRET.len());
    file.bad(format!(r#"{{"id":"1","text":"{long}"}}"#), Reason::TooLarge);
    file
}

#[test]
fn every_bad_line_becomes_a_dead_letter_and_every_good_one_is_judged() {
    file().check(b"\n");
}

#[test]
fn line_ends_of_windows_belong_to_no_line() {
    file().check(b"\r\n");
}

#[test]
fn a_replay_of_nothing_reads_nothing() {
    for content in ["", "\n\n", "\r\n  \n"] {
        let folder = tempdir().unwrap();
        let input = folder.path().join("empty.jsonl");
        fs::write(&input, content).unwrap();
        let summary: Value = finish(mingjian("replay").arg(&input).arg("--json")).json();
        assert_eq!(summary["read"], 0);
    }
}
