//! What is between the consumer and its commit, and waiting for it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Counts the batches under way. At most one is judged and one is delivered at a time; a third one
/// may be open and is not counted here.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    counts: Mutex<UnderWay>,
    changed: Condvar,
    abandoned: AtomicBool,
    /// The latest epoch in which a batch failed.
    spoilt: AtomicU64,
}

#[derive(Debug, Default)]
struct UnderWay {
    judging: usize,
    delivering: usize,
}

impl InFlight {
    /// A batch goes to be judged.
    pub(super) fn submitted(&self) {
        self.lock().judging += 1;
    }

    /// A batch, or a part of one, goes to be delivered.
    pub(super) fn handed_over(&self) {
        self.lock().delivering += 1;
    }

    /// A batch was judged, and all of it is handed over.
    pub(super) fn judged(&self) {
        self.lock().judging -= 1;
        self.changed.notify_all();
    }

    /// A batch, or a part of one, was delivered or has failed.
    pub(super) fn delivered(&self) {
        self.lock().delivering -= 1;
        self.changed.notify_all();
    }

    /// Whether the next batch can be judged.
    pub(super) fn is_free(&self) -> bool {
        self.lock().judging == 0
    }

    /// Waits until the next batch can be judged. Whether it can.
    pub(super) fn wait_until_free(&self, limit: Duration) -> bool {
        self.wait(limit, |counts| counts.judging == 0)
    }

    /// Waits until nothing is under way. Whether nothing is.
    pub(super) fn wait_until_empty(&self, limit: Duration) -> bool {
        self.wait(limit, |counts| counts.judging == 0 && counts.delivering == 0)
    }

    fn wait(&self, limit: Duration, is_reached: impl Fn(&UnderWay) -> bool) -> bool {
        let (counts, _) = self
            .changed
            .wait_timeout_while(self.lock(), limit, |counts| !is_reached(counts))
            .unwrap_or_else(PoisonError::into_inner);
        is_reached(&counts)
    }

    /// Asks for what is under way to be given up rather than waited for.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    /// What comes from now on is to be waited for again.
    pub(super) fn keep(&self) {
        self.abandoned.store(false, Ordering::Release);
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// A batch of this epoch failed: those behind it must not be committed before it.
    pub(super) fn spoil(&self, epoch: u64) {
        self.spoilt.fetch_max(epoch, Ordering::AcqRel);
    }

    pub(super) fn is_spoilt(&self, epoch: u64) -> bool {
        epoch <= self.spoilt.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_under_way_until_it_is_delivered() {
        let in_flight = InFlight::default();
        assert!(in_flight.is_free() && in_flight.wait_until_empty(Duration::ZERO));
        in_flight.submitted();
        assert!(!in_flight.is_free());
        in_flight.handed_over();
        in_flight.judged();
        assert!(in_flight.is_free() && !in_flight.wait_until_empty(Duration::ZERO));
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(in_flight.wait_until_empty(Duration::from_secs(60))));
            in_flight.delivered();
        });
    }

    #[test]
    fn a_failure_spoils_its_epoch_and_none_after_it() {
        let in_flight = InFlight::default();
        assert!(!in_flight.is_spoilt(1));
        in_flight.spoil(1);
        assert!(in_flight.is_spoilt(1) && !in_flight.is_spoilt(2));
    }
}
