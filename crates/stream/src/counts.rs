//! How many messages went which way.

use std::collections::BTreeMap;

use mingjian_schema::{Category, DeadLetterReason, PerCategory};
use serde::{Serialize, Serializer};

use crate::Outcome;
use crate::engine::Fate;

/// Where the messages went. [`is_conserved`](Self::is_conserved) holds at any moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Messages taken from the source.
    pub read: u64,
    /// Their length in bytes.
    pub bytes: u64,
    /// Posts that nobody needs to look at.
    pub passed: u64,
    /// Posts handed to reviewers.
    pub flagged: u64,
    /// The same by category; a post may count in several.
    #[serde(serialize_with = "by_category")]
    pub flagged_by_category: PerCategory<u64>,
    /// Messages that could not be judged or delivered.
    pub dead_lettered: u64,
    /// The same by reason; reasons without a message are left out.
    pub dead_lettered_by_reason: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// Counts one message of `length` bytes.
    pub(crate) fn add(&mut self, length: u64, outcome: &Outcome) {
        self.read += 1;
        self.bytes += length;
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Flagged(flagged) => {
                self.flag(flagged.categories.iter().map(|finding| finding.category));
            }
            Outcome::Dead(letter) => self.bury(letter.reason),
        }
    }

    /// The same by its fate.
    pub(crate) fn add_fate(&mut self, length: u64, fate: &Fate) {
        self.read += 1;
        self.bytes += length;
        match fate {
            Fate::Passed => self.passed += 1,
            Fate::Flagged { categories, .. } => self.flag(categories.iter().copied()),
            Fate::Dead(reason) => self.bury(*reason),
        }
    }

    fn flag(&mut self, categories: impl Iterator<Item = Category>) {
        self.flagged += 1;
        for category in categories {
            self.flagged_by_category[category] += 1;
        }
    }

    fn bury(&mut self, reason: DeadLetterReason) {
        self.dead_lettered += 1;
        *self.dead_lettered_by_reason.entry(reason.id()).or_default() += 1;
    }

    /// Adds what another part of the same run counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.bytes += other.bytes;
        self.passed += other.passed;
        self.flagged += other.flagged;
        for (category, count) in other.flagged_by_category.iter() {
            self.flagged_by_category[category] += count;
        }
        self.dead_lettered += other.dead_lettered;
        for (reason, count) in &other.dead_lettered_by_reason {
            *self.dead_lettered_by_reason.entry(reason).or_default() += count;
        }
    }

    /// How many messages were dead-lettered for this reason.
    #[must_use]
    pub fn dead_lettered_for(&self, reason: DeadLetterReason) -> u64 {
        self.dead_lettered_by_reason.get(reason.id()).copied().unwrap_or_default()
    }

    /// Whether every message that was read went exactly one way.
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        self.read == self.passed + self.flagged + self.dead_lettered
            && self.dead_lettered == self.dead_lettered_by_reason.values().sum::<u64>()
    }
}

fn by_category<S: Serializer>(counts: &PerCategory<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(category, count)| (category.id(), count)))
}
