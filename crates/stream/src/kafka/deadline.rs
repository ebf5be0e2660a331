//! How long a batch may take to arrive.

use std::time::{Duration, Instant};

use crate::StopSignal;

/// A moment that comes nearer when a stop is asked for.
#[derive(Debug, Clone)]
pub(super) struct Deadline {
    latest: Instant,
    stop: StopSignal,
    time_to_drain: Duration,
}

impl Deadline {
    /// After `patience`; once a stop is asked for, at most `time_to_drain` later than that.
    pub(super) fn after(patience: Duration, stop: &StopSignal, time_to_drain: Duration) -> Self {
        Self { latest: Instant::now() + patience, stop: stop.clone(), time_to_drain }
    }

    /// Whether the moment has passed.
    pub(super) fn is_over(&self) -> bool {
        let drained_by = self.stop.raised_at().map(|raised| raised + self.time_to_drain);
        let end = drained_by.map_or(self.latest, |drained_by| drained_by.min(self.latest));
        Instant::now() > end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_shortens_the_time_but_never_lengthens_it() {
        let (long, none) = (Duration::from_secs(3600), Duration::ZERO);
        let stop = StopSignal::new();
        let patient = Deadline::after(long, &stop, none);
        let hasty = Deadline::after(none, &stop, long);
        assert!(!patient.is_over());
        stop.stop();
        // Time moves on between two readings of the clock, if only by nanoseconds.
        while !patient.is_over() || !hasty.is_over() {}
        assert!(!Deadline::after(long, &stop, long).is_over());
    }
}
