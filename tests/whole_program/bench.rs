//! `mingjian bench`, and a run that is held against an earlier one.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::program::{Finished, finish, mingjian};

fn bench(flags: &[&str]) -> Finished {
    finish(mingjian("bench").args(["--no-second-look", "--seconds", "0.4"]).args(flags))
}

#[test]
fn a_run_is_held_against_an_earlier_one() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("before.json");
    let path = file.to_str().unwrap();
    let mut before = bench(&["--json"]).json();
    assert!(before["pass_path"]["times_jieba_rs_alone"].as_f64().unwrap() > 0.0, "{before}");
    // A quarter of the memory: whatever the clock says, this run needs more.
    before["peak_rss_bytes"] = json!(before["peak_rss_bytes"].as_f64().unwrap() / 4.0);
    fs::write(&file, before.to_string()).unwrap();

    let worse = bench(&["--baseline", path, "--max-regression", "10%", "--json"]);
    assert_eq!(worse.code, Some(1), "{}", worse.err);
    assert!(worse.err.contains("peak memory (MB)"), "{}", worse.err);
    assert!(worse.err.contains("REGRESSED"), "{}", worse.err);
    let printed: Value = serde_json::from_str(&worse.out).unwrap();
    assert_eq!(printed["comparison"]["max_regression"], 0.1);

    bench(&["--baseline", path, "--max-regression", "10000%"]).succeeded();
}

#[test]
fn a_baseline_of_something_else_is_refused() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("before.json");
    fs::write(&file, "{}").unwrap();
    let path = file.to_str().unwrap();
    assert!(bench(&["--baseline", path]).refused().contains("bench --json"));
    let share = finish(mingjian("bench").args(["--baseline", path, "--max-regression", "ten"]));
    assert_eq!(share.code, Some(2), "{}", share.err);
}
