//! What is counted when a batch is committed.

use std::time::Duration;

use ::metrics::{counter, histogram};

use super::{
    AGE_SECONDS, BATCHES, CLASSIFY_SECONDS, DEAD_LETTERS, DELIVER_SECONDS, END_TO_END_SECONDS,
    FLAGGED, FLAGGED_BY_CATEGORY, PARTITION_MESSAGES, PASSED, RECEIVED, RECEIVED_BYTES, place,
};
use crate::Counts;
use crate::engine::Fate;

/// Where the messages of one partition went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PartitionCounts {
    passed: u64,
    flagged: u64,
    dead_lettered: u64,
}

impl PartitionCounts {
    pub(crate) fn add(&mut self, fate: &Fate) {
        match fate {
            Fate::Passed => self.passed += 1,
            Fate::Flagged { .. } => self.flagged += 1,
            Fate::Dead(_) => self.dead_lettered += 1,
        }
    }
}

/// Counts the messages of one partition.
pub(crate) fn partition(topic: &str, partition: i32, counts: &PartitionCounts) {
    let PartitionCounts { passed, flagged, dead_lettered } = *counts;
    let outcomes = [
        ("consumed", passed + flagged + dead_lettered),
        ("passed", passed),
        ("flagged", flagged),
        ("dead_lettered", dead_lettered),
    ];
    let [topic, partition] = place(topic, partition);
    for (outcome, count) in outcomes {
        let labels = [topic.clone(), partition.clone(), ("outcome", outcome.to_owned())];
        counter!(PARTITION_MESSAGES, &labels).increment(count);
    }
}

/// Records a batch that was committed.
pub(crate) fn batch_committed(counts: &Counts, classify: Duration, deliver: Duration) {
    counter!(RECEIVED).increment(counts.read);
    counter!(RECEIVED_BYTES).increment(counts.bytes);
    counter!(PASSED).increment(counts.passed);
    counter!(FLAGGED).increment(counts.flagged);
    for (category, count) in counts.flagged_by_category.iter().filter(|(_, count)| **count > 0) {
        counter!(FLAGGED_BY_CATEGORY, "category" => category.id()).increment(*count);
    }
    for (reason, count) in &counts.dead_lettered_by_reason {
        counter!(DEAD_LETTERS, "reason" => *reason).increment(*count);
    }
    counter!(BATCHES).increment(1);
    histogram!(CLASSIFY_SECONDS).record(classify.as_secs_f64());
    histogram!(DELIVER_SECONDS).record(deliver.as_secs_f64());
}

/// Counts how old messages were when their batch was committed.
pub(crate) fn end_to_end(ages: impl Iterator<Item = Duration>) {
    let seconds = histogram!(END_TO_END_SECONDS);
    for age in ages {
        seconds.record(age.as_secs_f64());
    }
}

pub(crate) fn oldest_message_age(age: Duration) {
    histogram!(AGE_SECONDS).record(age.as_secs_f64());
}
