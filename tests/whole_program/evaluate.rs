//! `mingjian evaluate`: figures that scripts can rely on.

use std::collections::BTreeMap;
use std::path::Path;

use mingjian_schema::Category;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::program::{finish, mingjian};
use crate::{jsonl, project};

const SUMMARY: [&str; 8] = [
    "posts",
    "categories",
    "macro_f1",
    "macro_f1_at_half",
    "macro_average_precision",
    "micro_f1",
    "flag_rate",
    "normal_false_positive_rate",
];

const CATEGORY: [&str; 10] = [
    "annotated",
    "support",
    "precision",
    "recall",
    "f1",
    "f1_at_half",
    "average_precision",
    "auc",
    "threshold",
    "ece",
];

fn evaluate(data: &Path) -> Value {
    finish(mingjian("evaluate").arg("--data").arg(data).arg("--json")).json()
}

fn has_all(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "no `{key}` in {value}");
    }
}

/// Rows of our own dev split that show this category or nothing, written to a folder.
fn rows_with_one_category(category: &str, folder: &Path) -> std::path::PathBuf {
    let rows = jsonl::read(&project::own_examples("dev"));
    let chosen =
        rows.iter().filter(|row| row["labels"] == json!([]) || row["labels"] == json!([category]));
    let file = folder.join("rows.jsonl");
    jsonl::write(&file, chosen);
    file
}

#[test]
fn the_report_holds_every_figure_of_the_contract() {
    let data = project::own_examples("dev");
    let report = evaluate(&data);
    has_all(&report, &SUMMARY);
    assert_eq!(report["posts"], jsonl::read(&data).len());
    for category in Category::ALL {
        has_all(&report["categories"][category.id()], &CATEGORY);
    }
    let sources = report["by_source"].as_object().unwrap();
    let posts: u64 = sources.values().map(|group| group["posts"].as_u64().unwrap()).sum();
    assert_eq!(report["posts"], posts);
    for group in sources.values() {
        has_all(group, &SUMMARY);
    }
}

#[test]
fn every_post_gets_a_line_of_scores_that_agrees_with_the_thresholds() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("scores.jsonl");
    let data = project::own_examples("dev");
    let call = &mut mingjian("evaluate");
    let report =
        finish(call.arg("--data").arg(&data).arg("--scores").arg(&file).arg("--json")).json();
    let thresholds: BTreeMap<_, _> = Category::ALL
        .map(|category| {
            (category.id(), report["categories"][category.id()]["threshold"].as_f64().unwrap())
        })
        .into();
    let scores = jsonl::read(&file);
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&scores), ids(&jsonl::read(&data)));
    for score in &scores {
        let above: Vec<_> = thresholds
            .iter()
            .filter(|(category, threshold)| {
                let probability = score["probabilities"][**category].as_f64().unwrap();
                assert!((0.0..=1.0).contains(&probability), "{score}");
                probability >= **threshold
            })
            .map(|(category, _)| *category)
            .collect();
        let mut flagged: Vec<_> =
            score["flagged"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        flagged.sort_unstable();
        assert_eq!(flagged, above, "{score}");
    }
}

#[test]
fn macro_means_leave_out_categories_without_positives() {
    let folder = tempdir().unwrap();
    let report = evaluate(&rows_with_one_category("clickbait", folder.path()));
    let clickbait = &report["categories"]["clickbait"];
    assert!(clickbait["support"].as_u64() > Some(0));
    assert_eq!(report["categories"]["rumour"]["support"], 0);
    assert_eq!(report["macro_f1"], clickbait["f1"]);
    assert_eq!(report["macro_f1_at_half"], clickbait["f1_at_half"]);
    assert_eq!(report["macro_average_precision"], clickbait["average_precision"]);
    assert_eq!(report["micro_f1"], clickbait["f1"]);
}

#[test]
fn a_row_counts_only_for_what_its_source_judged() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("rows.jsonl");
    let row = |id: &str, labels: Value, annotated: Value| json!({"id": id, "text": "平常的一天", "labels": labels, "annotated": annotated});
    let rows = [
        row("1", json!(["rumour"]), json!(["rumour"])),
        row("2", json!([]), json!(["rumour", "vulgar"])),
    ];
    jsonl::write(&file, &rows);
    let report = evaluate(&file);
    assert_eq!(report["categories"]["rumour"]["annotated"], 2);
    assert_eq!(report["categories"]["rumour"]["support"], 1);
    assert_eq!(report["categories"]["vulgar"]["annotated"], 1);
    let judged = &report["categories"]["political"]["annotated"];
    assert!(judged.is_null() || *judged == 0, "{report}");
}

#[test]
fn a_line_that_is_no_example_is_named() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("rows.jsonl");
    std::fs::write(&file, "{\"text\":\"x\",\"labels\":[]}\n{\"text\":\"x\"}\n").unwrap();
    let said = finish(mingjian("evaluate").arg("--data").arg(&file)).refused();
    assert!(said.contains("rows.jsonl` line 2"), "{said}");
    let said = finish(mingjian("evaluate").args(["--data", "no/such.jsonl"])).refused();
    assert!(said.contains("`no/such.jsonl` cannot be read"), "{said}");
}
