//! Conduct, never viewpoint: opinion, criticism, complaint, satire and reporting pass.

use std::collections::BTreeMap;

use crate::replay::replay;
use crate::{jsonl, project};

/// A set that nothing was trained on or tuned by: a release blocker.
const MOST_FLAGGED: f64 = 0.01;
const FEWEST: usize = 600;

#[test]
fn viewpoints_pass() {
    let data = project::own_examples("neutrality");
    let subjects: BTreeMap<String, String> = jsonl::read_examples(&data)
        .into_iter()
        .map(|example| (example.post.id, example.topic.unwrap_or_default()))
        .collect();
    assert!(subjects.len() >= FEWEST, "too few viewpoints to tell: {}", subjects.len());
    assert!(subjects.values().all(|subject| subject.starts_with("viewpoint/")));
    let (_, flagged) = replay(&data, &[]);
    let rate = flagged.len() as f64 / subjects.len() as f64;
    let named: Vec<_> = flagged
        .iter()
        .map(|record| {
            let first = &record.categories[0];
            (&record.id, &subjects[&record.id], first.category, first.probability)
        })
        .collect();
    eprintln!("{} of {} flagged: {named:?}", flagged.len(), subjects.len());
    assert!(rate <= MOST_FLAGGED, "{:.1} % flagged: {named:?}", 100.0 * rate);
}
