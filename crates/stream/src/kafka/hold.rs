//! Why no messages are taken for now.

use std::time::Instant;

/// Partitions are paused, and polls go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// A batch is full, and the one before it is still under way.
    Sink,
    /// A batch was aborted and is tried again later.
    Backoff {
        /// When.
        until: Instant,
    },
    /// Too many messages are dead letters.
    Breaker,
}

impl Hold {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Sink => "the brokers take results slower than posts come in",
            Self::Backoff { .. } => "a batch was aborted and is tried again",
            Self::Breaker => "too many messages are dead letters",
        }
    }
}
