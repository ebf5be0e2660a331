//! What a committed batch adds to the metrics.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::batch::Batch;
use crate::engine::{Fate, Judged, Shadowed};
use crate::metrics::{self, PartitionCounts, ProbabilityBins};
use crate::{Counts, RawMessage};

/// How long the stages of a batch took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) classify: Duration,
    pub(super) deliver: Duration,
}

/// Messages, and dead letters among them.
pub(super) fn dead_letters(judged: &[Judged]) -> (u64, u64) {
    let dead = judged.iter().filter(|one| matches!(one.fate, Fate::Dead(_))).count();
    (judged.len() as u64, dead as u64)
}

/// Counts a batch once it is committed, in the metrics and for the report.
pub(super) fn committed(batch: &Batch, judged: &[Judged], times: Times) -> Counts {
    let mut counts = Counts::default();
    let mut partitions: BTreeMap<(&str, i32), PartitionCounts> = BTreeMap::new();
    let mut bins = ProbabilityBins::default();
    let mut candidate = metrics::CandidateCounts::default();
    for (message, judged) in batch.messages.iter().zip(judged) {
        counts.add_fate(message.length, &judged.fate);
        let place = (message.position.topic.as_str(), message.position.partition);
        partitions.entry(place).or_default().add(&judged.fate);
        if let Some(probabilities) = &judged.probabilities {
            bins.add(probabilities);
        }
        candidate.posts += u64::from(judged.by_candidate);
        candidate.failures += u64::from(judged.candidate_failed);
        match judged.shadowed.as_deref() {
            None => {}
            Some(Shadowed::Failed) => candidate.shadow_failures += 1,
            Some(Shadowed::Judged { flips, .. }) => candidate.shadowed(flips),
        }
    }
    debug_assert!(counts.is_conserved());
    metrics::batch_committed(&counts, times.classify, times.deliver);
    for ((topic, partition), counts) in &partitions {
        metrics::partition(topic, *partition, counts);
    }
    metrics::probabilities(&bins);
    metrics::candidate(&candidate);
    ages(&batch.messages);
    counts
}

fn ages(messages: &[RawMessage]) {
    let Ok(now) = SystemTime::now().duration_since(UNIX_EPOCH) else { return };
    let age = |message: &RawMessage| {
        let then = u64::try_from(message.position.timestamp?).ok()?;
        now.checked_sub(Duration::from_millis(then))
    };
    metrics::end_to_end(messages.iter().filter_map(age));
    if let Some(oldest) = messages.iter().filter_map(age).max() {
        metrics::oldest_message_age(oldest);
    }
}
