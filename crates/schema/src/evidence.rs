//! What in the post's own text speaks for or against a category.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A field of the post that is judged.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The headline.
    Title,
    /// The post's own words.
    Text,
    /// The article under the headline.
    Body,
}

impl Field {
    /// All fields, in the order in which they are read.
    pub const ALL: [Self; 3] = [Self::Title, Self::Text, Self::Body];

    /// The field's name on the wire.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Body => "body",
        }
    }
}

/// One item of evidence: a span of the original field and what it adds to the margin.
///
/// Offsets index the field as the platform sent it and are half-open. An item of kind
/// [`EvidenceKind::Rest`] gathers what is too small to show and has neither field nor offsets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The field that the offsets index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// First UTF-8 byte of the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub byte_start: Option<u32>,
    /// One past the last UTF-8 byte of the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub byte_end: Option<u32>,
    /// First Unicode scalar value of the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub char_start: Option<u32>,
    /// One past the last Unicode scalar value of the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub char_end: Option<u32>,
    /// The span of the original field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The span as the model read it, after normalisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalised: Option<String>,
    /// What kind of signal the item is.
    pub kind: EvidenceKind,
    /// What it adds to the margin (natural-log odds); negative speaks against the category.
    pub contribution: f64,
    /// The lexicon rule or the structural cue that fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What normalisation undid inside the span.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obfuscation: Vec<Obfuscation>,
}

/// What kind of signal an item of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// An n-gram of the linear stage.
    Feature,
    /// A token of the second look.
    Token,
    /// A phrase of the lexicon.
    Lexicon,
    /// A pattern such as a contact or a document number.
    Pattern,
    /// The shape of the post or of its headline against its body.
    Structure,
    /// Everything too small to show, added up.
    Rest,
}

/// A way of disguising text that normalisation undid.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Obfuscation {
    /// A compatibility form (circled, squared, superscript, mathematical letters).
    CompatibilityForm,
    /// Full-width Latin letters or digits.
    Width,
    /// Invisible characters, variation selectors, bidirectional marks, stray combining marks.
    Invisible,
    /// HTML entities.
    HtmlEntity,
    /// Traditional or variant characters.
    Traditional,
    /// Pinyin or zhuyin in brackets behind a character.
    BracketedReading,
    /// Symbols or spaces between characters.
    Separator,
    /// A character or symbol repeated beyond emphasis.
    Repeat,
    /// Digits in unusual forms.
    DigitForm,
    /// Latin look-alikes from other scripts.
    LookAlike,
    /// A homophone, pinyin or glyph in place of a word.
    Substitution,
}

impl Obfuscation {
    /// All kinds, in the order of their discriminants.
    pub const ALL: [Self; 11] = [
        Self::CompatibilityForm,
        Self::Width,
        Self::Invisible,
        Self::HtmlEntity,
        Self::Traditional,
        Self::BracketedReading,
        Self::Separator,
        Self::Repeat,
        Self::DigitForm,
        Self::LookAlike,
        Self::Substitution,
    ];
}
