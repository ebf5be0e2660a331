//! Conduct, never viewpoint: opinion, criticism, complaint, satire and reporting pass.

use std::collections::BTreeSet;

use crate::replay::replay;
use crate::{jsonl, project};

const MOST_FLAGGED: f64 = 0.05;

#[test]
fn viewpoints_pass() {
    let data = project::own_examples("dev");
    let viewpoints: BTreeSet<String> = jsonl::read_examples(&data)
        .into_iter()
        .filter(|example| example.topic.as_deref() == Some("viewpoint"))
        .map(|example| example.post.id)
        .collect();
    assert!(viewpoints.len() >= 20, "too few viewpoints to tell: {}", viewpoints.len());
    let flagged: Vec<_> =
        replay(&data, &[]).1.into_iter().filter(|record| viewpoints.contains(&record.id)).collect();
    let rate = flagged.len() as f64 / viewpoints.len() as f64;
    eprintln!(
        "{} of {} viewpoints flagged ({:.1} %)",
        flagged.len(),
        viewpoints.len(),
        100.0 * rate
    );
    let named: Vec<_> = flagged
        .iter()
        .map(|record| (&record.id, record.categories[0].category, record.categories[0].probability))
        .collect();
    assert!(rate <= MOST_FLAGGED, "{:.1} % flagged: {named:?}", 100.0 * rate);
}
