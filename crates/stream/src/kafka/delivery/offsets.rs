//! Calls about offsets that may never return.
//!
//! librdkafka 2.12 waits without a limit for the end of `send_offsets_to_transaction` and of a
//! synchronous commit, and drops the answer when the broker that it waits for leaves the cluster's
//! metadata meanwhile (a broker that is fenced for a moment is enough). So these calls have a thread
//! of their own, which is left behind with its client if the call does not return.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::error::{KafkaError, KafkaResult};

use crate::kafka::left_behind::call_within;

/// How long a call may take. The brokers answer within a second, or the client tries again.
const HUNG_AFTER: Duration = Duration::from_secs(15);

/// Calls in a thread that can be left behind.
#[derive(Debug, Default)]
pub(super) struct OffsetCalls {
    is_hung: AtomicBool,
}

impl OffsetCalls {
    /// Whether a call did not return, so that its producer is of no use any more.
    pub(super) fn is_hung(&self) -> bool {
        self.is_hung.load(Ordering::Acquire)
    }

    /// Makes a call and waits for its end.
    pub(super) fn make(
        &self,
        call: impl FnOnce() -> KafkaResult<()> + Send + 'static,
    ) -> KafkaResult<()> {
        call_within(HUNG_AFTER, "offsets", call).unwrap_or_else(|| {
            self.is_hung.store(true, Ordering::Release);
            tracing::error!("the kafka client does not answer; it is left behind");
            Err(KafkaError::Canceled)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_returns_is_not_hung() {
        let calls = OffsetCalls::default();
        assert!(calls.make(|| Ok(())).is_ok());
        assert!(calls.make(|| Err(KafkaError::Subscription(String::new()))).is_err());
        assert!(!calls.is_hung());
    }
}
