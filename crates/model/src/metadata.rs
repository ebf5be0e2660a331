//! What a model folder says about itself, in `model.toml`.

use std::collections::BTreeMap;

use mingjian_schema::Category;
use serde::{Deserialize, Serialize};

use crate::decision::Decision;
use crate::second_look::SecondLookMetadata;

/// Version of the folder's layout and of the feature hashes. Another version is refused.
pub const FORMAT_VERSION: u32 = 1;

/// The content of `model.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// Always [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Version of the normaliser that the model was fitted with.
    pub normaliser: String,
    /// Digest of the lexicon that the model was fitted with.
    pub lexicon: String,
    /// SHA-256 of `weights.bin`.
    pub weights_sha256: String,
    /// How many n-grams `weights.bin` holds.
    pub ngrams: usize,
    /// The cues that the decisions weigh, in order.
    pub cues: Vec<String>,
    /// What the model was fitted on.
    pub training: TrainingSummary,
    /// The decision stage of each category.
    pub decisions: BTreeMap<Category, Decision>,
    /// The threshold of each category with the rule that chose it.
    pub thresholds: BTreeMap<Category, Threshold>,
    /// The second look, if the model has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_look: Option<SecondLookMetadata>,
}

impl Metadata {
    /// The thresholds that hold unless somebody leaves the second look out.
    #[must_use]
    pub fn shipped_thresholds(&self) -> &BTreeMap<Category, Threshold> {
        self.second_look.as_ref().map_or(&self.thresholds, |look| &look.thresholds)
    }
}

/// What a model was fitted on, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSummary {
    /// Rows that were fitted, by source.
    pub rows: BTreeMap<String, usize>,
    /// Seed of the folds.
    pub seed: u64,
    /// Inverse regularisation strength of the linear stage, as in the literature's `C`.
    pub c: f64,
}

/// A threshold on the calibrated probability and why it is where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Flag at or above this probability, 0 to 1.
    pub probability: f64,
    /// The statement it was resolved from, for example `precision >= 0.90`.
    pub rule: String,
    /// Whether the data could show the statement; otherwise the threshold is the fallback that
    /// `rule` names.
    pub shown: bool,
    /// Precision on the data that resolved it.
    pub precision: f64,
    /// 95 % Wilson interval of that precision.
    pub precision_interval: [f64; 2],
    /// Recall on the same data.
    pub recall: f64,
    /// Flagged posts that the precision was measured on.
    pub flagged: usize,
    /// Positives in the same data.
    pub support: usize,
}
