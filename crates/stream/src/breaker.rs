//! Pausing rather than dead-lettering a day of traffic.
//!
//! When a producer upstream changes its format, every message is a dead letter, and every one of
//! them is right by itself. The breaker looks at the share: above it nothing is delivered, the
//! messages stay in their topic, and somebody is told.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{DeadLetterConfig, metrics};

/// Messages in the batch that is tried after a pause.
pub(crate) const PROBE_POSTS: usize = 100;

/// Watches the share of dead letters. Shared by the threads of the service.
#[derive(Debug)]
pub(crate) struct Breaker {
    ratio: f64,
    window: u64,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Messages and dead letters of the latest batches, oldest first.
    recent: VecDeque<(u64, u64)>,
    position: Position,
    /// Messages that somebody lets through whatever they are.
    let_through: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Messages flow.
    #[default]
    Closed,
    /// Nothing is delivered until then.
    Open { until: Instant },
    /// A few messages are tried.
    HalfOpen,
}

impl Breaker {
    pub(crate) fn new(config: &DeadLetterConfig) -> Self {
        metrics::breaker_open(false);
        Self {
            ratio: config.breaker_ratio,
            window: config.breaker_window,
            pause: Duration::from_millis(config.breaker_pause_ms),
            state: Mutex::default(),
        }
    }

    /// Whether a batch may be delivered. If not, says why, and the pause begins.
    pub(crate) fn admit(&self, read: u64, dead: u64) -> Result<(), String> {
        let mut state = self.lock();
        if state.let_through > 0 {
            return Ok(());
        }
        let (all, bad) = match state.position {
            Position::HalfOpen => (read, dead),
            Position::Closed | Position::Open { .. } => {
                let sum = |total: (u64, u64), one: &(u64, u64)| (total.0 + one.0, total.1 + one.1);
                let (all, bad) = state.recent.iter().fold((read, dead), sum);
                if all < self.window {
                    return Ok(());
                }
                (all, bad)
            }
        };
        if bad as f64 <= self.ratio * all as f64 {
            return Ok(());
        }
        state.position = Position::Open { until: Instant::now() + self.pause };
        metrics::breaker_open(true);
        Err(format!(
            "{bad} of the latest {all} messages would be dead letters, more than \
             dead_letters.breaker_ratio = {} allows; look at the producers of the input topics",
            self.ratio
        ))
    }

    /// Notes a batch that was delivered.
    pub(crate) fn passed(&self, read: u64, dead: u64) {
        let mut state = self.lock();
        if state.let_through > 0 {
            state.let_through = state.let_through.saturating_sub(read);
            return;
        }
        if state.position == Position::HalfOpen {
            *state = State::default();
            metrics::breaker_open(false);
            tracing::info!("the dead-letter breaker has closed");
        }
        state.recent.push_back((read, dead));
        let mut all: u64 = state.recent.iter().map(|(read, _)| read).sum();
        while let Some((oldest, _)) = state.recent.front().copied()
            && all - oldest >= self.window
        {
            all -= oldest;
            state.recent.pop_front();
        }
    }

    /// Whether nothing may be delivered now. When the pause is over, a few messages are tried.
    pub(crate) fn is_pausing(&self) -> bool {
        let mut state = self.lock();
        let Position::Open { until } = state.position else { return false };
        if Instant::now() < until {
            return true;
        }
        state.position = Position::HalfOpen;
        tracing::info!(posts = PROBE_POSTS, "trying messages after the dead-letter breaker opened");
        false
    }

    /// Whether a few messages are being tried.
    pub(crate) fn is_half_open(&self) -> bool {
        self.lock().position == Position::HalfOpen
    }

    /// Somebody has looked: a window of messages, and at least one batch, flows whatever it is, and
    /// then the share is counted anew. Whether messages did not flow.
    pub(crate) fn resume(&self) -> bool {
        let mut state = self.lock();
        let was_open = state.position != Position::Closed;
        *state = State { let_through: self.window, ..State::default() };
        metrics::breaker_open(false);
        was_open
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(pause_ms: u64) -> Breaker {
        Breaker::new(&DeadLetterConfig {
            breaker_ratio: 0.5,
            breaker_window: 100,
            breaker_pause_ms: pause_ms,
            ..DeadLetterConfig::default()
        })
    }

    fn deliver(breaker: &Breaker, read: u64, dead: u64) -> bool {
        let admitted = breaker.admit(read, dead).is_ok();
        if admitted {
            breaker.passed(read, dead);
        }
        admitted
    }

    #[test]
    fn it_opens_above_the_ratio_of_a_full_window_only() {
        let breaker = breaker(60_000);
        assert!(deliver(&breaker, 90, 90), "too few to judge by");
        assert!(deliver(&breaker, 110, 10), "exactly half of them");
        assert!(deliver(&breaker, 100, 50), "older batches are forgotten");
        assert!(!deliver(&breaker, 100, 51));
        assert!(breaker.is_pausing() && !breaker.is_half_open());
    }

    #[test]
    fn after_the_pause_a_probe_decides() {
        let breaker = breaker(0);
        assert!(!deliver(&breaker, 100, 100));
        assert!(!breaker.is_pausing() && breaker.is_half_open());
        assert!(!deliver(&breaker, 10, 6), "a probe needs no full window");
        assert!(!breaker.is_pausing() && breaker.is_half_open());
        assert!(deliver(&breaker, 10, 5));
        assert!(!breaker.is_half_open());
        assert!(deliver(&breaker, 50, 50), "the share is counted anew");
    }

    #[test]
    fn somebody_may_let_messages_flow() {
        let breaker = breaker(60_000);
        assert!(!deliver(&breaker, 100, 100));
        assert!(breaker.resume());
        assert!(!breaker.is_pausing());
        assert!(deliver(&breaker, 99, 99) && deliver(&breaker, 500, 500), "a window and a batch");
        assert!(!deliver(&breaker, 100, 100));
    }
}
