//! Ways to break the service on purpose, and a stand-in for what a mock cluster lacks. Built for
//! tests only: a test that cannot fail is a bug, and so is an oracle.

use std::fmt;
use std::sync::Arc;

/// What is broken.
#[derive(Clone, Default)]
pub struct DeliberateFaults {
    /// Offsets are left out of the transaction.
    pub offsets_left_out: bool,
    /// Offsets are committed before dead letters are acknowledged.
    pub dead_letters_not_awaited: bool,
    /// Keeps what committed transactions hold, where the cluster does not: librdkafka's mock
    /// cluster takes part in transactions but neither hides what is aborted nor keeps offsets that
    /// are sent in them.
    pub store: Option<Arc<dyn TransactionStore>>,
}

impl fmt::Debug for DeliberateFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeliberateFaults")
            .field("offsets_left_out", &self.offsets_left_out)
            .field("dead_letters_not_awaited", &self.dead_letters_not_awaited)
            .field("store", &self.store.is_some())
            .finish()
    }
}

/// What a batch covers of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredOffsets {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Its first offset.
    pub first: i64,
    /// The offset after its last.
    pub next: i64,
}

/// A record of a committed transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedRecord {
    /// Topic.
    pub topic: String,
    /// Key.
    pub key: String,
}

/// Plays the part of the group coordinator and of the output topics for committed transactions.
pub trait TransactionStore: Send + Sync {
    /// A session has been given a partition: where it has to begin.
    fn assigned(&self, session: u64, topic: &str, partition: i32) -> i64;

    /// A transaction was committed: all of it counts, or none if the session has meanwhile lost one
    /// of the partitions, as the group coordinator would decide by the generation.
    ///
    /// # Errors
    /// If the session is fenced.
    fn committed(
        &self,
        session: u64,
        offsets: &[CoveredOffsets],
        records: Vec<CommittedRecord>,
    ) -> Result<(), String>;
}

/// A number for each session of each instance in the process.
pub(crate) fn next_session() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static SESSIONS: AtomicU64 = AtomicU64::new(1);
    SESSIONS.fetch_add(1, Ordering::Relaxed)
}
