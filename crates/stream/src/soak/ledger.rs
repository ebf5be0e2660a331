//! What must come out, and what has.

use std::time::Instant;

use mingjian_schema::SourcePosition;

use super::feed::Feed;
use super::{LatencyReport, SoakOptions, SoakReport};
use crate::{Engine, Outcome, RawMessage, ServiceReport};

/// Which way a post goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Passes,
    IsFlagged,
    IsBuried,
}

/// Every post of a soak with the way that it must go and the records that have come of it.
pub(crate) struct Ledger {
    expected: Vec<Way>,
    seen: Vec<u8>,
    missing: u64,
    doubled: u64,
    misplaced: u64,
    latencies_ms: Vec<u64>,
}

/// Posts judged at a time, as many as in a batch of the service.
const BATCH: usize = 10_000;

impl Ledger {
    /// Judges every post, without Kafka, and says how many a second that were.
    pub(crate) fn expecting(feed: &Feed, engine: &Engine) -> (Self, f64) {
        let mut expected = Vec::with_capacity(feed.posts());
        let mut seconds = 0.0;
        for start in (0..feed.posts()).step_by(BATCH) {
            let messages: Vec<RawMessage> = (start..feed.posts().min(start + BATCH))
                .map(|number| RawMessage::new(feed.message(number), nowhere()))
                .collect();
            let started = Instant::now();
            let outcomes = engine.encode_batch(&messages, usize::MAX);
            seconds += started.elapsed().as_secs_f64();
            expected.extend(outcomes.iter().map(|encoded| match encoded.outcome {
                Outcome::Passed => Way::Passes,
                Outcome::Flagged(_) => Way::IsFlagged,
                Outcome::Dead(_) => Way::IsBuried,
            }));
        }
        let missing = expected.iter().filter(|way| **way != Way::Passes).count() as u64;
        let ledger = Self {
            seen: vec![0; expected.len()],
            missing,
            doubled: 0,
            misplaced: 0,
            latencies_ms: Vec::new(),
            expected,
        };
        (ledger, feed.posts() as f64 / seconds)
    }

    /// Notes a record of a post.
    pub(super) fn note(&mut self, number: usize, way: Way) {
        if self.expected[number] != way {
            self.misplaced += 1;
            return;
        }
        match self.seen[number] {
            0 => self.missing -= 1,
            _ => self.doubled += 1,
        }
        self.seen[number] = self.seen[number].saturating_add(1);
    }

    pub(super) fn note_latency(&mut self, milliseconds: u64) {
        self.latencies_ms.push(milliseconds);
    }

    pub(super) fn is_complete(&self) -> bool {
        self.missing == 0
    }

    pub(super) fn report(
        mut self,
        options: &SoakOptions,
        service: &(ServiceReport, f64),
        classify_posts_per_second: f64,
    ) -> SoakReport {
        self.latencies_ms.sort_unstable();
        let at = |share: f64| {
            let last = self.latencies_ms.len().saturating_sub(1);
            self.latencies_ms.get((last as f64 * share) as usize).copied().unwrap_or_default()
        };
        let (service, posts_per_second) = service;
        let count = |way| self.expected.iter().filter(|one| **one == way).count() as u64;
        SoakReport {
            posts: self.expected.len() as u64,
            flagged: count(Way::IsFlagged),
            dead_lettered: count(Way::IsBuried),
            lost: self.missing,
            doubled: self.doubled,
            misplaced: self.misplaced,
            conserved: self.missing == 0
                && self.doubled == 0
                && self.misplaced == 0
                && service.counts.is_conserved(),
            restarts: options.restarts,
            aborted_batches: service.aborted_batches,
            lost_sessions: service.lost_sessions,
            posts_per_second: *posts_per_second,
            classify_posts_per_second,
            latency_ms: LatencyReport { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1.0) },
        }
    }
}

fn nowhere() -> SourcePosition {
    SourcePosition { topic: String::new(), partition: 0, offset: 0, timestamp: None }
}
