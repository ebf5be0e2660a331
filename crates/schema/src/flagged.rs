//! What the service says of a post, and what it hands to the reviewers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Category, Evidence, PerCategory};

/// Version of the flagged-post record. Fields may be added within a version, never renamed.
pub const SCHEMA_VERSION: u32 = 1;

/// A post that deserves a second look by a person, with the reasons.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FlaggedPost {
    /// Always [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The post's own id.
    pub id: String,
    /// The post as it came in, untouched, unknown fields included.
    #[schemars(with = "serde_json::Value")]
    pub post: Box<RawValue>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePosition>,
    /// What reviewers are asked to do.
    pub decision: Recommendation,
    /// The categories above their thresholds, strongest first.
    pub categories: Vec<CategoryFinding>,
    /// What made this record, so that it can be reproduced from the raw post.
    pub versions: Versions,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    /// The trace that the message belonged to (W3C trace context).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

/// The coordinates of a message: a Kafka record, or a line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourcePosition {
    /// Topic, or the file's name.
    pub topic: String,
    /// Partition; 0 for a file.
    pub partition: i32,
    /// Offset; for a file the number of the line, counted from 0.
    pub offset: i64,
    /// The message's timestamp in milliseconds since 1970, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
}

/// What reviewers are asked to do. Nothing is ever done to the post without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// How urgent the look is.
    pub suggestion: Suggestion,
    /// Why, as stable codes (`<category>_above_threshold`, `several_categories`, …).
    pub reasons: Vec<String>,
}

/// How urgent a look is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Suggestion {
    /// Nobody needs to look. Never stands in a flagged post.
    Pass,
    /// A reviewer should look.
    Review,
    /// A reviewer should look first.
    Priority,
}

/// Which look decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// The linear stage, which sees every post.
    Linear,
    /// The encoder, which sees the posts above the gate.
    Second,
}

/// One category above its threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryFinding {
    /// The category.
    pub category: Category,
    /// Urgency from 0 to 100 on one scale for all categories and models: 50 at the shipped
    /// threshold, 100 at probability 1, linear in the probability on either side.
    pub score: f64,
    /// Calibrated probability that a reviewer of this category wants the post, 0 to 1.
    pub probability: f64,
    /// The shipped threshold on the probability.
    pub threshold: f64,
    /// Natural-log odds of the probability: `bias` plus all contributions of `evidence`.
    pub margin: f64,
    /// The margin of a post without any evidence.
    pub bias: f64,
    /// Which look decided.
    pub look: Look,
    /// What in the text speaks for and against, largest absolute contribution first.
    pub evidence: Vec<Evidence>,
    /// The probability without the strongest item of evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterfactual: Option<Counterfactual>,
}

/// What the probability would be without the strongest item of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counterfactual {
    /// Position of that item in `evidence`.
    pub without: usize,
    /// The probability without it, everything else unchanged.
    pub probability: f64,
    /// Whether the category would still be above its threshold.
    pub still_flagged: bool,
}

/// What made a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Versions {
    /// SHA-256 of the model folder's content.
    pub model: String,
    /// SHA-256 of the encoder, if a second look is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// SHA-256 of the lexicon's content.
    pub lexicon: String,
    /// SHA-256 of the thresholds and the policy settings in force.
    pub policy: String,
    /// Version of the normaliser's steps and tables.
    pub normaliser: String,
    /// Version of the program.
    pub code: String,
}

/// Time spent on one post, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// From decoding to verdict.
    pub classify_us: f64,
}

/// What the classifier says of one post.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What reviewers are asked to do; [`Suggestion::Pass`] if no category is above its threshold.
    pub recommendation: Recommendation,
    /// Calibrated probabilities of all six categories.
    pub probabilities: PerCategory<f64>,
    /// The categories above their thresholds, strongest first.
    pub findings: Vec<CategoryFinding>,
    /// What became of the second look.
    pub second_look: SecondLookUse,
}

/// What became of a post's second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondLookUse {
    /// The classifier has none, or the first look was enough.
    #[default]
    NotNeeded,
    /// The post was looked at twice.
    Taken,
    /// The post deserved one, but too many did lately: the first look's verdict stands.
    Skipped,
    /// The encoder could not be run: the first look's verdict stands.
    Failed,
}

impl CategoryFinding {
    /// A finding just at a threshold of ½ and without evidence, for judges that give no reasons.
    #[must_use]
    pub fn bare(category: Category) -> Self {
        Self {
            category,
            score: 50.0,
            probability: 0.5,
            threshold: 0.5,
            margin: 0.0,
            bias: 0.0,
            look: Look::Linear,
            evidence: Vec::new(),
            counterfactual: None,
        }
    }
}

impl Verdict {
    /// What a judge says that gives no reasons: review if it has found something, else pass.
    #[must_use]
    pub fn bare(findings: Vec<CategoryFinding>) -> Self {
        let suggestion = if findings.is_empty() { Suggestion::Pass } else { Suggestion::Review };
        Self {
            recommendation: Recommendation { suggestion, reasons: Vec::new() },
            probabilities: PerCategory::default(),
            findings,
            second_look: SecondLookUse::NotNeeded,
        }
    }

    /// Whether a person should look at the post.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        !self.findings.is_empty()
    }

    /// The record for the review topic.
    #[must_use]
    pub fn into_flagged(
        self,
        id: String,
        post: Box<RawValue>,
        source: Option<SourcePosition>,
        versions: Versions,
    ) -> FlaggedPost {
        FlaggedPost {
            schema_version: SCHEMA_VERSION,
            id,
            post,
            source,
            decision: self.recommendation,
            categories: self.findings,
            versions,
            timing: None,
            trace_id: None,
        }
    }
}
