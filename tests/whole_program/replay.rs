//! `mingjian replay` on posts as they should be.

use std::fs;
use std::path::Path;
use std::process::Command;

use mingjian_schema::{Category, FlaggedPost};
use serde_json::Value;
use tempfile::tempdir;

use crate::program::{finish, finish_with_input, mingjian};
use crate::{evidence, project};

/// Replays a file with these flags; the summary and the flagged records, each checked.
pub(crate) fn replay(file: &Path, flags: &[&str]) -> (Value, Vec<FlaggedPost>) {
    let folder = tempdir().unwrap();
    let out = folder.path().join("flagged.jsonl");
    let call = &mut mingjian("replay");
    let summary = finish(call.arg(file).arg("--json").arg("--out").arg(&out).args(flags)).json();
    check_conservation(&summary);
    let flagged = evidence::check_file(&out);
    assert_eq!(summary["flagged"], flagged.len());
    (summary, flagged)
}

/// Makes a call flag every post for everything, so that evidence of all kinds is there to look at.
pub(crate) fn flag_everything(call: &mut Command) -> &mut Command {
    call.args(everything_flagged().iter().flat_map(|threshold| ["--threshold", threshold.as_str()]))
}

fn everything_flagged() -> [String; Category::COUNT] {
    Category::ALL.map(|category| format!("{category}=1e-300"))
}

/// Whatever was read was passed, flagged or dead-lettered.
pub(crate) fn check_conservation(summary: &Value) {
    let count = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!(count("read"), count("passed") + count("flagged") + count("dead_lettered"));
    let by_reason = summary["dead_lettered_by_reason"].as_object().unwrap();
    let dead: u64 = by_reason.values().map(|number| number.as_u64().unwrap()).sum();
    assert_eq!(dead, count("dead_lettered"));
}

#[test]
fn the_samples_are_judged_with_evidence_that_adds_up() {
    let (summary, flagged) = replay(&project::samples(), &[]);
    assert_eq!(summary["dead_lettered"], 0);
    assert!(!flagged.is_empty() && summary["passed"].as_u64() > Some(0), "{summary}");
}

#[test]
fn evidence_adds_up_for_categories_far_below_their_thresholds_too() {
    let thresholds = everything_flagged();
    let flags: Vec<_> =
        thresholds.iter().flat_map(|threshold| ["--threshold", threshold.as_str()]).collect();
    let (summary, flagged) = replay(&project::samples(), &flags);
    assert_eq!(summary["read"], flagged.len());
    assert!(flagged.iter().all(|record| record.categories.len() == Category::COUNT));
}

#[test]
fn a_flagged_post_names_the_line_it_came_from() {
    let lines = fs::read_to_string(project::samples()).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for record in replay(&project::samples(), &[]).1 {
        let source = record.source.unwrap();
        assert_eq!(source.topic, project::samples().display().to_string());
        assert_eq!(lines[source.offset as usize], record.post.get());
    }
}

#[test]
fn the_same_posts_give_the_same_records_on_any_number_of_threads() {
    let folder = tempdir().unwrap();
    let outputs = ["1", "1", "3"].map(|threads| {
        let out = folder.path().join("flagged.jsonl");
        let call = &mut mingjian("replay");
        call.arg(project::samples()).arg("--json").args(["--threads", threads]);
        finish(call.arg("--out").arg(&out)).succeeded();
        fs::read(&out).unwrap()
    });
    assert!(!outputs[0].is_empty());
    assert!(outputs[0] == outputs[1] && outputs[0] == outputs[2]);
}

#[test]
fn without_a_file_the_samples_inside_the_program_are_replayed() {
    let (expected, _) = replay(&project::samples(), &[]);
    let bundled = finish(mingjian("replay").arg("--json")).json();
    for key in ["read", "passed", "flagged", "flagged_by_category"] {
        assert_eq!(bundled[key], expected[key]);
    }
}

#[test]
fn a_dash_reads_standard_input() {
    let (expected, _) = replay(&project::samples(), &[]);
    let input = fs::read(project::samples()).unwrap();
    let summary = finish_with_input(mingjian("replay").args(["-", "--json"]), &input).json();
    for key in ["read", "passed", "flagged", "flagged_by_category"] {
        assert_eq!(summary[key], expected[key]);
    }
}

#[test]
fn people_get_everything_on_standard_error() {
    let finished = finish(mingjian("replay").arg(project::samples())).succeeded();
    assert_eq!(finished.out, "");
    let (summary, _) = replay(&project::samples(), &[]);
    assert!(finished.err.contains(&format!("{} flagged", summary["flagged"])), "{}", finished.err);
}

#[test]
fn a_missing_file_is_named() {
    let said = finish(mingjian("replay").args(["no/such/file.jsonl", "--json"])).refused();
    assert!(said.contains("`no/such/file.jsonl` cannot be read"), "{said}");
}

#[test]
fn an_unwritable_output_is_named() {
    let said = finish(mingjian("replay").args(["--out", "no/such/folder/flagged.jsonl"])).refused();
    assert!(said.contains("`no/such/folder/flagged.jsonl` cannot be written"), "{said}");
}

#[test]
fn a_threshold_out_of_range_is_refused() {
    for wrong in ["clickbait=0", "clickbait=1.5", "clickbait=NaN", "gossip=0.5", "clickbait"] {
        let finished = finish(mingjian("replay").args(["--threshold", wrong]));
        assert!(!finished.refused().is_empty());
    }
}
