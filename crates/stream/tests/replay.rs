//! A data set from end to end.

// Helpers are tests too; the lint's own exception covers functions marked as tests only.
#![allow(clippy::unwrap_used)]

#[path = "support/keyword_judge.rs"]
mod keyword_judge;

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

use mingjian_schema::{DeadLetter, DeadLetterReason, FlaggedPost};
use mingjian_stream::{BatchConfig, ReplayOptions, ReplaySinks, ReplaySource, Summary, replay};

use keyword_judge::KeywordJudge;

/// Of five lines: one is flagged, one is broken, one is blank, two pass.
fn input(lines: usize) -> String {
    let line = |index| match index % 5 {
        0 => format!("{{\"id\":\"{index}\", \"text\":\"震惊\"}}\r\n"),
        1 => format!("broken {index}\n"),
        2 => "\n".to_owned(),
        _ => format!("{{\"id\":\"{index}\",\"text\":\"平常\"}}\n"),
    };
    (0..lines).map(line).collect()
}

fn run(input: &str, sinks: ReplaySinks<'_>, threads: usize) -> Summary {
    let source =
        ReplaySource { name: "posts.jsonl".to_owned(), reader: Box::new(input.as_bytes()) };
    let options = ReplayOptions {
        batch: BatchConfig { max_posts: 700, ..BatchConfig::default() },
        threads,
        ..ReplayOptions::default()
    };
    let mut last_read = 0;
    let summary =
        replay(source, Arc::new(KeywordJudge::default()), sinks, &options, &mut |progress| {
            assert!(progress.counts.is_conserved());
            last_read = progress.counts.read;
        })
        .unwrap();
    assert!(summary.output_closed || last_read == summary.counts.read);
    summary
}

#[test]
fn every_line_goes_one_way_and_keeps_its_place() {
    let (mut flagged, mut dead) = (Vec::new(), Vec::new());
    let mut shown = 0;
    let sinks = ReplaySinks {
        flagged: Some(&mut flagged),
        dead_letters: Some(&mut dead),
        on_flagged: Some(&mut |_| shown += 1),
    };
    let summary = run(&input(5000), sinks, 2);
    let counts = &summary.counts;
    assert!(counts.is_conserved());
    assert_eq!((counts.read, counts.passed, counts.flagged), (4000, 2000, 1000));
    assert_eq!(counts.dead_lettered_for(DeadLetterReason::NotJson), 1000);
    assert_eq!(shown, 1000);

    let offsets: Vec<i64> = String::from_utf8(flagged)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<FlaggedPost>(line).unwrap().source.unwrap().offset)
        .collect();
    assert_eq!(offsets, (0..5000).step_by(5).collect::<Vec<i64>>());
    for (line, number) in String::from_utf8(dead).unwrap().lines().zip((1..).step_by(5)) {
        let letter: DeadLetter = serde_json::from_str(line).unwrap();
        assert_eq!((letter.source.topic.as_str(), letter.source.offset), ("posts.jsonl", number));
        assert_eq!(letter.raw.unwrap(), format!("broken {number}"));
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let flagged_on = |threads| {
        let mut flagged = Vec::new();
        run(
            &input(3000),
            ReplaySinks { flagged: Some(&mut flagged), ..Default::default() },
            threads,
        );
        flagged
    };
    assert_eq!(flagged_on(1), flagged_on(3));
}

struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_replay_quietly() {
    let sinks = ReplaySinks { flagged: Some(&mut ClosedPipe), ..Default::default() };
    assert!(run(&input(5000), sinks, 1).output_closed);
}
