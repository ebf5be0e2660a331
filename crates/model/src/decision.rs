//! The decision stage of one category: what is added to the n-grams, and when to flag.

use serde::{Deserialize, Serialize};

use crate::cue::Cue;

/// The weights of everything but n-grams, for one category. Together with the table's weights
/// they form the calibrated margin (natural-log odds).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The margin of a post without any evidence.
    pub bias: f64,
    /// What a distinct lexicon rule of this category adds, for the first [`Decision::MOST_RULES`].
    pub lexicon: f64,
    /// What each cue adds at value 1, in the order of [`Cue::ALL`].
    pub cues: Vec<f64>,
}

impl Decision {
    /// So many distinct lexicon rules count; further ones add nothing.
    pub const MOST_RULES: usize = 3;

    /// Weight of a cue; 0 for a cue that the model does not know.
    #[must_use]
    pub fn cue(&self, cue: Cue) -> f64 {
        self.cues.get(cue.index()).copied().unwrap_or_default()
    }
}

/// The logistic function: a margin in natural-log odds as a probability between 0 and 1.
#[must_use]
pub fn probability(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}
