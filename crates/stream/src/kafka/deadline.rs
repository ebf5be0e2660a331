//! How long a batch may take to arrive.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::in_flight::InFlight;
use crate::StopSignal;

/// A moment that comes nearer when a stop is asked for, and at once when a rebalance cannot wait.
#[derive(Debug, Clone)]
pub(super) struct Deadline {
    latest: Instant,
    stop: StopSignal,
    time_to_drain: Duration,
    in_flight: Arc<InFlight>,
}

impl Deadline {
    /// After `patience`; once a stop is asked for, at most `time_to_drain` later than that.
    pub(super) fn after(
        patience: Duration,
        stop: &StopSignal,
        time_to_drain: Duration,
        in_flight: &Arc<InFlight>,
    ) -> Self {
        Self {
            latest: Instant::now() + patience,
            stop: stop.clone(),
            time_to_drain,
            in_flight: Arc::clone(in_flight),
        }
    }

    /// Whether the moment has passed.
    pub(super) fn is_over(&self) -> bool {
        let drained_by = self.stop.raised_at().map(|raised| raised + self.time_to_drain);
        let end = drained_by.map_or(self.latest, |drained_by| drained_by.min(self.latest));
        Instant::now() > end || self.in_flight.is_abandoned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_shortens_the_time_but_never_lengthens_it() {
        let (long, none) = (Duration::from_secs(3600), Duration::ZERO);
        let stop = StopSignal::new();
        let in_flight = Arc::default();
        let patient = Deadline::after(long, &stop, none, &in_flight);
        let hasty = Deadline::after(none, &stop, long, &in_flight);
        assert!(!patient.is_over());
        stop.stop();
        // Time moves on between two readings of the clock, if only by nanoseconds.
        while !patient.is_over() || !hasty.is_over() {}
        let drained = Deadline::after(long, &stop, long, &in_flight);
        assert!(!drained.is_over());
        in_flight.abandon();
        assert!(drained.is_over());
    }
}
