//! `mingjian explain`: why a text scores what it scores.

use std::fs;

use mingjian_schema::{Category, CategoryFinding, Post};
use serde_json::Value;
use tempfile::tempdir;

use crate::evidence::{check_finding, check_finding_keys};
use crate::program::{finish, mingjian};

#[test]
fn the_json_holds_all_categories_with_their_evidence() {
    let text = "内部渠道代开发票，加V❤号8820，先验后付";
    let explained = finish(mingjian("explain").args([text, "--json"])).json();
    for key in ["categories", "flagged", "rejected_phrases", "normalised", "versions"] {
        assert!(explained.get(key).is_some(), "no `{key}` in {explained}");
    }
    let findings = explained["categories"].as_array().unwrap();
    assert_eq!(findings.len(), Category::COUNT);
    let post = Post::from_text("explain", text);
    for finding in findings {
        check_finding_keys(finding);
        let finding: CategoryFinding = serde_json::from_value(finding.clone()).unwrap();
        check_finding("explain", &post, &finding);
    }
    let above: Vec<_> = findings
        .iter()
        .filter(|finding| finding["probability"].as_f64() >= finding["threshold"].as_f64())
        .map(|finding| finding["category"].clone())
        .collect();
    assert_eq!(explained["flagged"], Value::from(above));
}

#[test]
fn headline_and_body_are_read_too() {
    let call = &mut mingjian("explain");
    call.args([
        "--title",
        "震惊！这种水果千万别吃",
        "--body",
        "专家介绍，目前没有证据。",
        "--json",
    ]);
    let explained = finish(call).json();
    let evidence = explained["categories"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["evidence"].as_array().unwrap());
    let fields: std::collections::BTreeSet<_> =
        evidence.filter_map(|item| item["field"].as_str()).collect();
    assert!(fields.contains("title"), "{explained}");
}

#[test]
fn a_phrase_inside_a_word_is_rejected_and_the_reason_is_given() {
    let folder = tempdir().unwrap();
    let lexicon = folder.path().join("lexicon.toml");
    let rule =
        "[[rule]]\nid = \"drug\"\ncategory = \"counterfeit\"\nphrases = [\"大麻\"]\nnote = \"\"";
    fs::write(&lexicon, rule).unwrap();
    let explain = |text: &str, flags: &[&str]| {
        finish(mingjian("explain").arg(text).arg("--lexicon").arg(&lexicon).args(flags))
    };

    let inside = explain("这下有大麻烦了", &["--json"]).json();
    let rejected = inside["rejected_phrases"].as_array().unwrap();
    assert_eq!(rejected.len(), 1, "{inside}");
    assert_eq!(rejected[0]["rule"], "drug");
    assert_eq!(rejected[0]["phrase"], "大麻");
    let why = rejected[0]["why"].as_str().unwrap();
    assert!(why.contains("inside a word") && why.contains("麻烦"), "{why}");

    let for_people = explain("这下有大麻烦了", &[]).succeeded().err;
    assert!(for_people.contains(why), "{for_people}");

    let alone = explain("出售大麻", &["--json"]).json();
    assert_eq!(alone["rejected_phrases"].as_array().unwrap().len(), 0, "{alone}");
}

#[test]
fn a_disguise_is_named() {
    let disguised = [
        ("加微①③⑧００１３８０００领取", "digit_form"),
        ("添加ⓥⓧ领取红包福利", "compatibility_form"),
        ("加\u{200b}微\u{200b}信\u{200b}领取红包福利", "invisible"),
        ("添加ＶＸ：ａｂｃ１２３４５领取", "width"),
        ("據(jù)網(wǎng)信辦消息，轉發領取", "traditional"),
    ];
    for (text, disguise) in disguised {
        let explained = finish(mingjian("explain").args([text, "--json"])).json();
        let named = explained["categories"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|finding| finding["evidence"].as_array().unwrap())
            .filter_map(|item| item["obfuscation"].as_array())
            .flatten()
            .any(|kind| kind == disguise);
        assert!(named, "no {disguise} in {explained}");
        let for_people = finish(mingjian("explain").args([text, "--all"])).succeeded().err;
        assert!(for_people.contains(disguise), "{for_people}");
    }
}

#[test]
fn an_obfuscated_contact_is_read_as_a_contact() {
    let explained =
        finish(mingjian("explain").args(["兼职日结，加v❤信 ａｂｃ①②③④５６７ 咨询", "--json"]))
            .json();
    let read = explained["normalised"]["text"].as_str().unwrap();
    assert!(read.contains("abc1234567"), "{read}");
}

#[test]
fn a_text_is_asked_for() {
    let said = finish(&mut mingjian("explain")).refused();
    assert!(said.contains("TEXT"), "{said}");
    let said = finish(mingjian("explain").arg("  ")).refused();
    assert!(said.contains("empty"), "{said}");
}

#[test]
fn the_examples_of_the_help_can_be_run() {
    let help = finish(mingjian("help").arg("explain")).succeeded().out;
    let examples = help.lines().filter_map(|line| line.trim().strip_prefix("mingjian explain "));
    let mut run = 0;
    for example in examples {
        let arguments = example.split(" #").next().unwrap();
        let mut call = mingjian("explain");
        for (position, piece) in arguments.split('\'').enumerate() {
            // Between quotes stands one argument, elsewhere as many as there are words.
            if position % 2 == 1 {
                call.arg(piece);
            } else {
                call.args(piece.split_whitespace());
            }
        }
        finish(&mut call).succeeded();
        run += 1;
    }
    assert!(run > 0, "{help}");
}

#[test]
fn without_the_gate_every_post_is_looked_at_twice() {
    let look = |flags: &[&str]| {
        let text = "今天天气很好，我们出去走走，顺便买点菜。";
        let explained = finish(mingjian("explain").args([text, "--json"]).args(flags)).json();
        explained["categories"][0]["look"].clone()
    };
    assert_eq!(look(&[]), "linear");
    assert_eq!(look(&["--no-gate"]), "second");
}
