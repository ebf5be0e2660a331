//! Both stages collapsed into one additive table.

use std::collections::BTreeMap;

use mingjian_model::{
    AdditiveTable, Cue, Decision, FORMAT_VERSION, Metadata, Row, Threshold, TrainingSummary,
    sha256_hex,
};
use mingjian_schema::{Category, PerCategory};

use crate::decision::DecisionStage;
use crate::logistic::SparseLogisticModel;
use crate::vocabulary::Vocabulary;

/// The fitted stages of all categories.
pub(crate) struct Stages {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) linear: PerCategory<SparseLogisticModel>,
    pub(crate) decisions: PerCategory<DecisionStage>,
}

impl Stages {
    /// The weights of the n-grams in units of the calibrated margin.
    pub(crate) fn table(&self) -> AdditiveTable {
        let entries = self.vocabulary.iter().enumerate().map(|(column, (hash, idf))| {
            let weights = Category::ALL.map(|category| {
                let scale = self.decisions[category].linear_weight();
                (scale * self.linear[category].coefficients[column]) as f32
            });
            (hash, Row { idf, weights })
        });
        AdditiveTable::new(entries)
    }

    /// The description that goes with the table.
    pub(crate) fn metadata(
        &self,
        table: &AdditiveTable,
        lexicon: &str,
        training: TrainingSummary,
        thresholds: BTreeMap<Category, Threshold>,
    ) -> Metadata {
        let decisions: BTreeMap<Category, Decision> = Category::ALL
            .into_iter()
            .map(|category| {
                let intercept = self.linear[category].intercept;
                (category, self.decisions[category].collapsed(intercept))
            })
            .collect();
        Metadata {
            format_version: FORMAT_VERSION,
            normaliser: mingjian_text::NORMALISER_VERSION.to_owned(),
            lexicon: lexicon.to_owned(),
            weights_sha256: sha256_hex([table.to_bytes().as_slice()]),
            ngrams: table.len(),
            cues: Cue::ALL.iter().map(|cue| cue.id().to_owned()).collect(),
            training,
            decisions,
            thresholds,
            second_look: None,
        }
    }
}
