//! What is counted of the judges.

use std::sync::Arc;

use ::metrics::{counter, gauge};
use mingjian_schema::{Category, PerCategory, Versions};

use super::{
    CANDIDATE_FAILURES, CANDIDATE_POSTS, PROBABILITY, RELOADS, SECOND_LOOKS, SHADOW_DROPPED,
    SHADOW_FAILURES, SHADOW_FLIPS, SHADOW_POSTS, VERSIONS,
};
use crate::engine::Flip;
use crate::{Judge, SecondLooks};

/// Upper ends of the bins, with their labels.
const ENDS: [(f64, &str); 12] = [
    (0.01, "0.01"),
    (0.05, "0.05"),
    (0.1, "0.1"),
    (0.2, "0.2"),
    (0.3, "0.3"),
    (0.4, "0.4"),
    (0.5, "0.5"),
    (0.6, "0.6"),
    (0.7, "0.7"),
    (0.8, "0.8"),
    (0.9, "0.9"),
    (f64::INFINITY, "+Inf"),
];

/// How a batch's probabilities are spread. Counted here and not by the recorder, for which six
/// numbers a post would be the dearest thing it does.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProbabilityBins {
    /// Not cumulative.
    counts: PerCategory<[u64; ENDS.len()]>,
}

impl ProbabilityBins {
    pub(crate) fn add(&mut self, probabilities: &PerCategory<f64>) {
        for (category, probability) in probabilities.iter() {
            let bin = ENDS.iter().position(|(end, _)| probability <= end);
            self.counts[category][bin.unwrap_or(ENDS.len() - 1)] += 1;
        }
    }

    /// Posts of a category at or below each end.
    fn cumulative(&self, category: Category) -> impl Iterator<Item = (&'static str, u64)> {
        let sum = |sum: &mut u64, count: &u64| {
            *sum += count;
            Some(*sum)
        };
        let counts = self.counts[category].iter().scan(0, sum);
        ENDS.iter().map(|(_, label)| *label).zip(counts)
    }
}

/// Counts probabilities in the form of a Prometheus histogram.
pub(crate) fn probabilities(bins: &ProbabilityBins) {
    for category in Category::ALL {
        for (end, count) in bins.cumulative(category) {
            counter!(PROBABILITY, "category" => category.id(), "le" => end).increment(count);
        }
    }
}

/// What a candidate did with a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct CandidateCounts {
    pub(crate) posts: u64,
    pub(crate) failures: u64,
    pub(crate) shadow_failures: u64,
    shadow_posts: u64,
    flags: PerCategory<u64>,
    passes: PerCategory<u64>,
}

impl CandidateCounts {
    /// Counts a verdict of the shadow.
    pub(crate) fn shadowed(&mut self, flips: &PerCategory<Option<Flip>>) {
        self.shadow_posts += 1;
        for (category, flip) in flips.iter() {
            self.flags[category] += u64::from(*flip == Some(Flip::Flags));
            self.passes[category] += u64::from(*flip == Some(Flip::Passes));
        }
    }
}

pub(crate) fn candidate(counts: &CandidateCounts) {
    counter!(CANDIDATE_POSTS).increment(counts.posts);
    counter!(CANDIDATE_FAILURES).increment(counts.failures);
    counter!(SHADOW_POSTS).increment(counts.shadow_posts);
    counter!(SHADOW_FAILURES).increment(counts.shadow_failures);
    for (does, flips) in [("flags", &counts.flags), ("passes", &counts.passes)] {
        for (category, count) in flips.iter().filter(|(_, count)| **count > 0) {
            let labels = [("category", category.id()), ("does", does)];
            counter!(SHADOW_FLIPS, &labels).increment(*count);
        }
    }
}

pub(crate) fn shadow_dropped(count: u64) {
    counter!(SHADOW_DROPPED).increment(count);
}

/// Counts the second looks of the live judge, which reports them from its own beginning.
#[derive(Default)]
pub(crate) struct SecondLookCounter {
    counted: Option<(Arc<dyn Judge>, SecondLooks)>,
}

impl SecondLookCounter {
    /// Counts what has come since the last call.
    pub(crate) fn update(&mut self, judge: &Arc<dyn Judge>) {
        let now = judge.second_looks();
        let before = match &self.counted {
            Some((same, before)) if Arc::ptr_eq(same, judge) => *before,
            _ => SecondLooks::default(),
        };
        self.counted = Some((Arc::clone(judge), now));
        let outcomes =
            [("taken", before.taken, now.taken), ("skipped", before.skipped, now.skipped)];
        for (outcome, before, now) in outcomes {
            counter!(SECOND_LOOKS, "outcome" => outcome).increment(now.saturating_sub(before));
        }
    }
}

pub(crate) fn reloaded(is_done: bool) {
    let result = if is_done { "done" } else { "failed" };
    counter!(RELOADS, "result" => result).increment(1);
}

/// Shows what makes the verdicts now, and no longer what made them before.
pub(crate) fn versions(before: Option<&Versions>, now: &Versions) {
    if let Some(before) = before {
        gauge!(VERSIONS, &labels(before)).set(0.0);
    }
    gauge!(VERSIONS, &labels(now)).set(1.0);
}

fn labels(versions: &Versions) -> [(&'static str, String); 6] {
    let Versions { model, encoder, lexicon, policy, normaliser, code } = versions.clone();
    [
        ("model", model),
        ("encoder", encoder.unwrap_or_default()),
        ("lexicon", lexicon),
        ("policy", policy),
        ("normaliser", normaliser),
        ("code", code),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_cumulative() {
        let mut bins = ProbabilityBins::default();
        for probability in [0.0, 0.5, 0.51, 1.0] {
            bins.add(&PerCategory::from_fn(|_| probability));
        }
        let counts: Vec<_> = bins.cumulative(Category::Rumour).collect();
        assert_eq!((counts[0], counts[6], counts[7]), (("0.01", 1), ("0.5", 2), ("0.6", 3)));
        assert_eq!(counts.last(), Some(&("+Inf", 4)));
    }
}
