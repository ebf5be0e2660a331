//! What the second look makes of an encoder's states: one logit a category, joined with the
//! linear margin, and the gate that decides which posts deserve it.
//!
//! A category's logit is `head · mean(states)`, so it is a sum over the tokens and its evidence
//! adds up like the linear part's.

use std::collections::BTreeMap;
use std::ops::Range;

use mingjian_schema::{Category, Field, PerCategory};
use serde::{Deserialize, Serialize};

use crate::metadata::Threshold;
use crate::scorer::Scores;

/// What a model folder says about its second look, in `[second_look]` of `model.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondLookMetadata {
    /// Digest of the encoder that the heads were fitted on.
    pub encoder: String,
    /// How many numbers one of the encoder's states has.
    pub width: usize,
    /// SHA-256 of `heads.bin`.
    pub heads_sha256: String,
    /// Which posts get a second look.
    pub gate: Gate,
    /// How linear margin and encoder logit are joined.
    pub decisions: BTreeMap<Category, SecondDecision>,
    /// The thresholds that hold for the cascade.
    pub thresholds: BTreeMap<Category, Threshold>,
}

/// Which posts get a second look, and what that keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The statement that the margins were resolved from.
    pub rule: String,
    /// A post passes if any category's linear margin reaches its own (natural-log odds).
    pub margins: BTreeMap<Category, f64>,
    /// Of what a second look at every post would flag, the share that passes the gate.
    pub kept: f64,
    /// The share of an ordinary feed that passes it.
    pub ordinary_share: f64,
}

/// How a category's two looks are joined: `bias + linear · margin + encoder · logit`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondDecision {
    /// The margin without any evidence, beside the linear bias.
    pub bias: f64,
    /// Weight of the linear margin.
    pub linear: f64,
    /// Weight of the encoder's logit.
    pub encoder: f64,
}

/// The second look of a model in memory.
pub struct SecondLook {
    heads: PerCategory<Vec<f32>>,
    decisions: PerCategory<SecondDecision>,
    gate: PerCategory<f64>,
    metadata: SecondLookMetadata,
}

/// What one token adds to a margin.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenShare {
    /// The field that the token stands in.
    pub field: Field,
    /// Its characters in the normalised field.
    pub chars: Range<u32>,
    /// Natural-log odds.
    pub contribution: f64,
}

impl SecondLook {
    /// Puts a second look together; `None` if a category is missing or the heads, `width`
    /// little-endian f32 a category, are not whole.
    #[must_use]
    pub fn new(metadata: SecondLookMetadata, heads: &[u8]) -> Option<Self> {
        let (numbers, rest) = heads.as_chunks::<4>();
        let width = metadata.width;
        if !rest.is_empty() || width == 0 || numbers.len() != width * Category::COUNT {
            return None;
        }
        let numbers: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let complete = Category::ALL.iter().all(|category| {
            metadata.decisions.contains_key(category)
                && metadata.gate.margins.contains_key(category)
                && metadata.thresholds.contains_key(category)
        });
        if !complete || numbers.iter().any(|number| !number.is_finite()) {
            return None;
        }
        Some(Self {
            heads: PerCategory::from_fn(|category| {
                numbers[category.index() * width..][..width].to_vec()
            }),
            decisions: PerCategory::from_fn(|category| metadata.decisions[&category]),
            gate: PerCategory::from_fn(|category| metadata.gate.margins[&category]),
            metadata,
        })
    }

    /// What the folder says about it.
    #[must_use]
    pub fn metadata(&self) -> &SecondLookMetadata {
        &self.metadata
    }

    /// The cascade's threshold of a category.
    #[must_use]
    pub fn threshold(&self, category: Category) -> &Threshold {
        &self.metadata.thresholds[&category]
    }

    /// Whether a post with these linear margins deserves a second look.
    #[must_use]
    pub fn wants(&self, linear: &Scores) -> bool {
        Category::ALL.iter().any(|&category| linear.margins[category] >= self.gate[category])
    }

    /// The margins after the second look; `mean` is the mean of the encoder's states.
    #[must_use]
    pub fn score(&self, linear: &Scores, mean: &[f32]) -> Scores {
        let margins = PerCategory::from_fn(|category| {
            let decision = self.decisions[category];
            decision.bias
                + decision.linear * linear.margins[category]
                + decision.encoder * self.logit(category, mean)
        });
        Scores { margins }
    }

    /// What a token with this state adds to a category's margin, in a post of `tokens` tokens.
    #[must_use]
    pub fn token(&self, category: Category, state: &[f32], tokens: usize) -> f64 {
        self.decisions[category].encoder * self.logit(category, state) / tokens as f64
    }

    pub(crate) fn decision(&self, category: Category) -> SecondDecision {
        self.decisions[category]
    }

    fn logit(&self, category: Category, state: &[f32]) -> f64 {
        let products = self.heads[category].iter().zip(state);
        products.map(|(weight, value)| f64::from(*weight) * f64::from(*value)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second_look() -> SecondLook {
        let decision = SecondDecision { bias: 0.5, linear: 2.0, encoder: 3.0 };
        let threshold = Threshold {
            probability: 0.5,
            rule: "probability >= 0.50".to_owned(),
            shown: true,
            precision: 1.0,
            precision_interval: [0.0, 1.0],
            recall: 1.0,
            flagged: 0,
            support: 0,
        };
        let every = |value: f64| Category::ALL.into_iter().map(|c| (c, value)).collect();
        let metadata = SecondLookMetadata {
            encoder: String::new(),
            width: 2,
            heads_sha256: String::new(),
            gate: Gate {
                rule: String::new(),
                margins: every(-1.0),
                kept: 1.0,
                ordinary_share: 0.0,
            },
            decisions: Category::ALL.into_iter().map(|c| (c, decision)).collect(),
            thresholds: Category::ALL.into_iter().map(|c| (c, threshold.clone())).collect(),
        };
        let heads: Vec<u8> =
            [1.0f32, -1.0].repeat(Category::COUNT).into_iter().flat_map(f32::to_le_bytes).collect();
        SecondLook::new(metadata, &heads).unwrap()
    }

    #[test]
    fn the_tokens_add_up_to_what_the_second_look_adds() {
        let look = second_look();
        let linear = Scores { margins: PerCategory([0.25; Category::COUNT]) };
        let states = [[1.0f32, 0.5], [0.0, -2.0]];
        let mean = [0.5, -0.75];
        let tokens: f64 =
            states.iter().map(|state| look.token(Category::Rumour, state, states.len())).sum();
        let margin = look.score(&linear, &mean).margins[Category::Rumour];
        assert!((margin - (0.5 + 2.0 * 0.25 + tokens)).abs() < 1e-9);
    }

    #[test]
    fn one_category_above_its_gate_is_enough() {
        let look = second_look();
        let mut linear = Scores { margins: PerCategory([-1.5; Category::COUNT]) };
        assert!(!look.wants(&linear));
        linear.margins[Category::Vulgar] = -1.0;
        assert!(look.wants(&linear));
    }

    #[test]
    fn heads_of_another_width_are_refused() {
        let metadata = second_look().metadata;
        assert!(SecondLook::new(metadata, &[0; 4]).is_none());
    }
}
