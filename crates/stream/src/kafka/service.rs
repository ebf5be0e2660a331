//! The loop around sessions.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::connect::Connecting;
use super::consuming::Ended;
use crate::breaker::Breaker;
use crate::health::{Condition, Readiness};
use crate::memory::MemoryBound;
use crate::{Counts, Engine, ServeError, ServiceReport, StopSignal, StreamConfig, metrics};

/// What every stage of the life cycle shares.
pub(crate) struct Service {
    pub(crate) config: StreamConfig,
    pub(crate) engine: Engine,
    pub(crate) stop: StopSignal,
    pub(crate) readiness: Readiness,
    /// For the few calls of librdkafka's that are async.
    pub(crate) runtime: Handle,
    pub(crate) progress: watch::Sender<Counts>,
    /// Largest record that the topics are known to take, in bytes.
    pub(crate) record_limit: AtomicUsize,
    /// Shared with the HTTP server, by which an operator may close it.
    pub(crate) breaker: Arc<Breaker>,
    pub(crate) memory: MemoryBound,
    #[cfg(feature = "deliberate-faults")]
    pub(crate) faults: crate::DeliberateFaults,
}

impl Service {
    /// Runs until a stop is asked for or an error cannot be waited out. Blocks.
    pub(crate) fn run(self) -> Result<ServiceReport, ServeError> {
        let mut report = ServiceReport { drained: true, ..ServiceReport::default() };
        let mut backoff = Backoff::default();
        loop {
            let Some(consuming) = Connecting::new(&self).connect()? else { break };
            match consuming.run(&mut report)? {
                Ended::Stopped => break,
                Ended::SessionLost { reason, made_progress } => {
                    metrics::session_lost();
                    report.lost_sessions += 1;
                    let reason = format!("connecting again: {reason}");
                    self.readiness.broken(Condition::Session, reason);
                    if made_progress {
                        backoff = Backoff::default();
                    }
                }
            }
            if self.stop.wait(backoff.next()) {
                break;
            }
        }
        self.readiness.pending(Condition::Session, "stopped");
        Ok(report)
    }
}

/// Waiting times that double from 100 ms to 10 s, each shortened at random by up to a half so that
/// instances that failed together do not return together.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(10);

    pub(super) fn next(&mut self) -> Duration {
        let full = Self::FIRST.saturating_mul(1 << self.failures.min(10)).min(Self::LONGEST);
        self.failures += 1;
        full.mul_f64(0.5 + 0.5 * random_fraction())
    }
}

/// A number from 0 to 1. The standard library seeds its hashers at random; nothing here needs
/// better numbers than that.
fn random_fraction() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let bits = RandomState::new().hash_one(0_u8);
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn waiting_grows_but_not_for_ever() {
        let mut backoff = Backoff::default();
        for _ in 0..20 {
            assert!(backoff.next() <= Backoff::LONGEST);
        }
        assert!(backoff.next() >= Backoff::LONGEST / 2);
        assert!(Backoff::default().next() >= Duration::from_millis(50));
    }
}
