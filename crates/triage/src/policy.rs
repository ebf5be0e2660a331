//! When a probability deserves a person's time.

use std::collections::BTreeMap;

use mingjian_model::{Model, sha256_hex};
use mingjian_schema::{Category, CategoryFinding, PerCategory, Recommendation, Suggestion};

/// Thresholds in force, and when a flagged post is urgent.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    thresholds: PerCategory<f64>,
    priority_score: f64,
}

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// A threshold outside 0 to 1.
    #[error("the threshold of `{0}` is {1}; it must lie above 0 and not above 1")]
    Threshold(Category, f64),
    /// A priority score outside 50 to 100.
    #[error("the priority score is {0}; it must lie between 50 and 100")]
    PriorityScore(f64),
}

impl Policy {
    /// Flagged posts with this score or more are looked at first.
    pub const DEFAULT_PRIORITY_SCORE: f64 = 90.0;
    /// Posts with fewer characters, punctuation and spaces aside, are never flagged.
    pub const FEWEST_LETTERS: usize = 4;

    /// The model's shipped thresholds, with those in `overrides` put in their place.
    ///
    /// # Errors
    /// [`PolicyError`] if a threshold or the priority score is out of range.
    pub fn new(
        model: &Model,
        overrides: &BTreeMap<Category, f64>,
        priority_score: Option<f64>,
    ) -> Result<Self, PolicyError> {
        let shipped = |category| model.threshold(category).probability;
        Self::of(shipped, overrides, priority_score)
    }

    /// The same for a classifier that takes a second look: the thresholds of the cascade, where
    /// the model has them.
    ///
    /// # Errors
    /// [`PolicyError`] if a threshold or the priority score is out of range.
    pub fn for_cascade(
        model: &Model,
        overrides: &BTreeMap<Category, f64>,
        priority_score: Option<f64>,
    ) -> Result<Self, PolicyError> {
        let shipped = |category| match model.second_look() {
            Some(look) => look.threshold(category).probability,
            None => model.threshold(category).probability,
        };
        Self::of(shipped, overrides, priority_score)
    }

    fn of(
        shipped: impl Fn(Category) -> f64,
        overrides: &BTreeMap<Category, f64>,
        priority_score: Option<f64>,
    ) -> Result<Self, PolicyError> {
        let thresholds = PerCategory::from_fn(|category| {
            overrides.get(&category).copied().unwrap_or_else(|| shipped(category))
        });
        for (category, &threshold) in thresholds.iter() {
            if !(threshold > 0.0 && threshold <= 1.0) {
                return Err(PolicyError::Threshold(category, threshold));
            }
        }
        let priority_score = priority_score.unwrap_or(Self::DEFAULT_PRIORITY_SCORE);
        if !(50.0..=100.0).contains(&priority_score) {
            return Err(PolicyError::PriorityScore(priority_score));
        }
        Ok(Self { thresholds, priority_score })
    }

    /// The threshold of a category on the calibrated probability.
    #[must_use]
    pub fn threshold(&self, category: Category) -> f64 {
        self.thresholds[category]
    }

    /// Whether a post is long enough to be flagged at all: what is shorter than
    /// [`Policy::FEWEST_LETTERS`] says too little to deserve a person's time.
    #[must_use]
    pub fn is_long_enough(&self, letters: usize) -> bool {
        letters >= Self::FEWEST_LETTERS
    }

    /// SHA-256 over the settings.
    #[must_use]
    pub fn digest(&self) -> String {
        let numbers = self.thresholds.0.iter().chain([&self.priority_score]);
        let bytes: Vec<u8> = numbers.flat_map(|number| number.to_le_bytes()).collect();
        sha256_hex([bytes.as_slice()])
    }

    /// Urgency from 0 to 100: 50 at the threshold, 100 at probability 1, linear on either side.
    #[must_use]
    pub fn score(&self, category: Category, probability: f64) -> f64 {
        let threshold = self.thresholds[category];
        let score = if probability < threshold {
            50.0 * probability / threshold
        } else if threshold < 1.0 {
            50.0 + 50.0 * (probability - threshold) / (1.0 - threshold)
        } else {
            100.0
        };
        (score * 10.0).round() / 10.0
    }

    /// What reviewers are asked to do about these findings.
    #[must_use]
    pub fn recommend(&self, findings: &[CategoryFinding]) -> Recommendation {
        let mut reasons: Vec<String> = findings
            .iter()
            .map(|finding| format!("{}_above_threshold", finding.category.id()))
            .collect();
        let urgent = findings.iter().any(|finding| finding.score >= self.priority_score);
        if urgent {
            reasons.push("high_score".to_owned());
        }
        if findings.len() > 1 {
            reasons.push("several_categories".to_owned());
        }
        let suggestion = match (findings.is_empty(), urgent) {
            (true, _) => Suggestion::Pass,
            (false, false) => Suggestion::Review,
            (false, true) => Suggestion::Priority,
        };
        Recommendation { suggestion, reasons }
    }
}
