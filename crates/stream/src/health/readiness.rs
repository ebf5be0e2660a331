//! Whether the service does its work, and if not, why.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::metrics;

/// One thing that must hold for the service to be ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// The clients are there and nobody asked them to stop.
    Session,
    /// A broker answers.
    Brokers,
    /// The group has said which partitions are ours.
    Assignment,
    /// The last batch was committed.
    Delivery,
    /// Few enough messages are dead letters.
    DeadLetters,
}

/// The answer to `/ready`, shared between the service and the HTTP server.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    broken: Arc<Mutex<BTreeMap<Condition, String>>>,
}

impl Readiness {
    pub(crate) fn starting() -> Self {
        metrics::ready(false);
        let broken = BTreeMap::from([(Condition::Session, "starting".to_owned())]);
        Self { broken: Arc::new(Mutex::new(broken)) }
    }

    /// Notes that a condition does not hold, which somebody may have to look at.
    pub(crate) fn broken(&self, condition: Condition, reason: impl Into<String>) {
        let reason = reason.into();
        if self.note(condition, &reason) {
            tracing::warn!(reason, "not ready");
        }
    }

    /// The same, unless a reason is known already that says more.
    pub(crate) fn broken_somehow(&self, condition: Condition, reason: &str) {
        let is_known = self.lock().contains_key(&condition);
        if !is_known {
            self.broken(condition, reason);
        }
    }

    /// Notes that a condition does not hold, as is to be expected now.
    pub(crate) fn pending(&self, condition: Condition, reason: &str) {
        if self.note(condition, reason) {
            tracing::info!(reason, "not ready");
        }
    }

    /// Whether the reason is news, so that a long outage is one line in the log.
    fn note(&self, condition: Condition, reason: &str) -> bool {
        metrics::ready(false);
        self.lock().insert(condition, reason.to_owned()).as_deref() != Some(reason)
    }

    /// Notes that a condition holds.
    pub(crate) fn holds(&self, condition: Condition) {
        let mut broken = self.lock();
        let was_broken = broken.remove(&condition).is_some();
        if was_broken && broken.is_empty() {
            tracing::info!("ready");
            metrics::ready(true);
        }
    }

    /// Why the service is not ready; none if it is.
    pub(crate) fn reason(&self) -> Option<String> {
        let broken = self.lock();
        let reasons: Vec<&str> = broken.values().map(String::as_str).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Condition, String>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_that_every_condition_holds() {
        let readiness = Readiness::starting();
        assert_eq!(readiness.reason().as_deref(), Some("starting"));
        readiness.broken(Condition::Brokers, "no broker");
        readiness.holds(Condition::Session);
        assert_eq!(readiness.reason().as_deref(), Some("no broker"));
        readiness.holds(Condition::Delivery);
        readiness.holds(Condition::Brokers);
        assert_eq!(readiness.reason(), None);
    }
}
