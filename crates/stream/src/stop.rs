//! Asking a running service to finish what it holds and leave.

use std::sync::Arc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// A flag that is raised once and seen by threads and by async tasks. Clones share the flag.
#[derive(Debug, Clone)]
pub struct StopSignal {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    raised: Mutex<Option<Instant>>,
    changed: Condvar,
    tasks: watch::Sender<bool>,
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::new()
    }
}

impl StopSignal {
    /// A signal that is not raised yet.
    #[must_use]
    pub fn new() -> Self {
        let shared = Shared {
            raised: Mutex::new(None),
            changed: Condvar::new(),
            tasks: watch::Sender::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Raises the flag. Doing so again changes nothing.
    pub fn stop(&self) {
        self.raised().get_or_insert_with(Instant::now);
        self.shared.changed.notify_all();
        self.shared.tasks.send_replace(true);
    }

    /// Whether the flag is raised.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.shared.tasks.borrow()
    }

    /// Waits until the flag is raised.
    pub async fn stopped(&self) {
        let mut receiver = self.shared.tasks.subscribe();
        // The sender lives in `self`, so that the channel cannot close while we wait.
        let _ = receiver.wait_for(|raised| *raised).await;
    }

    /// Blocks this thread until the flag is raised, or for at most `limit`. Whether it is raised.
    #[must_use]
    pub fn wait(&self, limit: Duration) -> bool {
        let (raised, _) = self
            .shared
            .changed
            .wait_timeout_while(self.raised(), limit, |raised| raised.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        raised.is_some()
    }

    /// When the flag was raised.
    pub(crate) fn raised_at(&self) -> Option<Instant> {
        *self.raised()
    }

    fn raised(&self) -> MutexGuard<'_, Option<Instant>> {
        self.shared.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_who_waits_sees_the_flag() {
        let stop = StopSignal::new();
        assert!(!stop.is_stopped());
        assert!(!stop.wait(Duration::ZERO));
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.stopped().await }
        });
        stop.stop();
        waiting.await.unwrap();
        assert!(stop.is_stopped() && stop.wait(Duration::from_secs(60)));
    }
}
