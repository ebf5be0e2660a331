//! What must hold of every flagged record, whatever the model: the shape that scripts rely on,
//! offsets that index the original, and numbers that add up.

use std::fs;
use std::path::Path;

use mingjian_schema::{
    CategoryFinding, Evidence, EvidenceKind, Field, FlaggedPost, Post, SCHEMA_VERSION, Suggestion,
};
use serde_json::Value;

/// Checks all records of a file and gives them back.
pub(crate) fn check_file(path: &Path) -> Vec<FlaggedPost> {
    fs::read_to_string(path).unwrap().lines().map(check).collect()
}

/// Checks a record and gives it back, read as one.
pub(crate) fn check(json: &str) -> FlaggedPost {
    check_keys(&serde_json::from_str(json).unwrap());
    let flagged: FlaggedPost = serde_json::from_str(json).unwrap();
    let post: Post = serde_json::from_str(flagged.post.get()).unwrap();
    assert_eq!(flagged.schema_version, SCHEMA_VERSION);
    assert_eq!(flagged.id, post.id);
    assert_ne!(flagged.decision.suggestion, Suggestion::Pass);
    assert!(!flagged.categories.is_empty(), "{}: flagged for nothing", flagged.id);
    for finding in &flagged.categories {
        let reason = format!("{}_above_threshold", finding.category.id());
        assert!(flagged.decision.reasons.contains(&reason), "{}: no {reason}", flagged.id);
        assert!(finding.probability >= finding.threshold, "{}", flagged.id);
        check_finding(&flagged.id, &post, finding);
    }
    flagged
}

/// Checks that a finding's offsets index the post and that its numbers add up.
pub(crate) fn check_finding(id: &str, post: &Post, finding: &CategoryFinding) {
    let name = format!("{id} {}", finding.category);
    for item in &finding.evidence {
        check_span(&name, post, item);
    }
    let shown: Vec<f64> = finding
        .evidence
        .iter()
        .filter(|item| item.kind != EvidenceKind::Rest)
        .map(|item| item.contribution.abs())
        .collect();
    assert!(shown.is_sorted_by(|left, right| left >= right), "{name}: not strongest first");
    let total: f64 = finding.evidence.iter().map(|item| item.contribution).sum();
    assert!((finding.bias + total - finding.margin).abs() < 1e-3, "{name}: does not add up");
    assert!((sigmoid(finding.margin) - finding.probability).abs() < 1e-5, "{name}: probability");
    assert!((0.0..=100.0).contains(&finding.score), "{name}: score {}", finding.score);
    if let Some(other) = &finding.counterfactual {
        let without = finding.margin - finding.evidence[other.without].contribution;
        assert!((sigmoid(without) - other.probability).abs() < 1e-5, "{name}: counterfactual");
        assert_eq!(other.still_flagged, other.probability >= finding.threshold, "{name}");
    }
}

fn check_span(name: &str, post: &Post, item: &Evidence) {
    let Some(field) = item.field else {
        assert_eq!(item.kind, EvidenceKind::Rest, "{name}: only the rest has no field");
        let offsets = [item.byte_start, item.byte_end, item.char_start, item.char_end];
        assert_eq!((offsets, &item.text), ([None; 4], &None), "{name}: the rest has no place");
        return;
    };
    let original = match field {
        Field::Title => post.title(),
        Field::Text => post.text(),
        Field::Body => post.body(),
    };
    let index = |offset: Option<u32>| offset.expect("an item with a field has offsets") as usize;
    let (byte_start, byte_end) = (index(item.byte_start), index(item.byte_end));
    let (char_start, char_end) = (index(item.char_start), index(item.char_end));
    let text = item.text.as_deref().expect("an item with a field has a text");
    assert_eq!(original.get(byte_start..byte_end), Some(text), "{name}: by bytes");
    assert!(char_start <= char_end, "{name}: {char_start}..{char_end}");
    let by_chars: String = original.chars().skip(char_start).take(char_end - char_start).collect();
    assert_eq!(by_chars, text, "{name}: by characters");
}

fn sigmoid(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

fn check_keys(record: &Value) {
    let top = ["schema_version", "id", "post", "decision", "categories", "versions"];
    has_keys(record, &top, &["source", "near_duplicate", "timing", "trace_id"]);
    has_keys(&record["decision"], &["suggestion", "reasons"], &[]);
    let versions = ["model", "lexicon", "policy", "normaliser", "code"];
    has_keys(&record["versions"], &versions, &["encoder"]);
    if let Some(source) = record.get("source") {
        has_keys(source, &["topic", "partition", "offset"], &["timestamp"]);
    }
    for finding in record["categories"].as_array().unwrap() {
        check_finding_keys(finding);
    }
}

/// Checks the names in a finding, which `explain --json` prints too.
pub(crate) fn check_finding_keys(finding: &Value) {
    let keys =
        ["category", "score", "probability", "threshold", "margin", "bias", "look", "evidence"];
    has_keys(finding, &keys, &["counterfactual"]);
    let span = ["field", "byte_start", "byte_end", "char_start", "char_end", "text", "normalised"];
    for item in finding["evidence"].as_array().unwrap() {
        if item["kind"] == "rest" {
            has_keys(item, &["kind", "contribution"], &[]);
        } else {
            has_keys(
                item,
                &[&span[..], &["kind", "contribution"]].concat(),
                &["rule", "obfuscation"],
            );
        }
    }
}

fn has_keys(value: &Value, required: &[&str], optional: &[&str]) {
    let object = value.as_object().unwrap();
    for key in required {
        assert!(object.contains_key(*key), "no `{key}` in {value}");
    }
    for key in object.keys() {
        let is_known = required.iter().chain(optional).any(|known| known == key);
        assert!(is_known, "`{key}` is not in the contract: {value}");
    }
}
