//! What could not be judged, kept whole so that it can be repaired and replayed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SourcePosition;

/// A message that could not be judged. Either `raw` or `raw_base64` holds its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// Always [`SCHEMA_VERSION`](crate::SCHEMA_VERSION).
    pub schema_version: u32,
    /// Why, as a stable code.
    pub reason: DeadLetterReason,
    /// Where in the pipeline.
    pub stage: Stage,
    /// The same for people. Never quotes the message.
    pub detail: String,
    /// Where the message came from.
    pub source: SourcePosition,
    /// Length of the message in bytes.
    pub raw_bytes: u64,
    /// Whether `raw` or `raw_base64` holds only the first part, because the whole would not fit
    /// into a record of the dead-letter topic. The source position still names the whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw_truncated: bool,
    /// The message, if it is valid UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The message in Base64, if it is not valid UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_base64: Option<String>,
    /// Version of the program.
    pub code: String,
}

/// Why a message could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterReason {
    /// A Kafka record without a value.
    EmptyMessage,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text is not JSON.
    NotJson,
    /// Objects or arrays nested too deep.
    TooDeep,
    /// The message is longer than `input.max_bytes`.
    TooLarge,
    /// JSON, but not a post: a required field is missing.
    MissingField,
    /// JSON, but not a post: a field has the wrong type or an unknown value.
    WrongType,
    /// The id is empty.
    EmptyId,
    /// There is nothing to judge.
    EmptyText,
    /// U+0000 stands in the id or in a text.
    NullCharacter,
    /// The classifier failed on this post; the service went on.
    ClassifierPanic,
    /// The flagged record could not be written, for example because it is larger than the topic takes.
    Undeliverable,
}

impl DeadLetterReason {
    /// All reasons.
    pub const ALL: [Self; 12] = [
        Self::EmptyMessage,
        Self::NotUtf8,
        Self::NotJson,
        Self::TooDeep,
        Self::TooLarge,
        Self::MissingField,
        Self::WrongType,
        Self::EmptyId,
        Self::EmptyText,
        Self::NullCharacter,
        Self::ClassifierPanic,
        Self::Undeliverable,
    ];

    /// The reason's code on the wire and in metrics.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::EmptyMessage => "empty_message",
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::EmptyId => "empty_id",
            Self::EmptyText => "empty_text",
            Self::NullCharacter => "null_character",
            Self::ClassifierPanic => "classifier_panic",
            Self::Undeliverable => "undeliverable",
        }
    }
}

/// Where in the pipeline a message failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading the message as a post.
    Decode,
    /// Judging the post.
    Classify,
    /// Writing the result.
    Deliver,
}
