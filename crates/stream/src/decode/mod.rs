//! From bytes to a post, or to the reason why they are none.
//!
//! The checks run from the cheapest to the dearest, and none of them trusts the ones that follow:
//! empty, size, UTF-8, nesting, JSON, shape, content. What a rejection says names fields, types
//! and positions only, because it ends up in logs' neighbourhood and must not carry post text.

mod depth;
mod mapped;
mod shape;

use std::borrow::Cow;

use mingjian_schema::{DeadLetterReason, InvalidPost, Post, Stage};
use serde_json::value::RawValue;

use crate::InputConfig;
use mapped::{MappedPost, Mapping};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Reads messages as posts, in the shape that the configuration describes.
#[derive(Debug, Clone)]
pub struct Decoder {
    max_bytes: u64,
    max_depth: usize,
    mapping: Option<Mapping>,
}

/// A post with the JSON that it was read from.
#[derive(Debug, Clone)]
pub struct Decoded<'m> {
    /// What is judged.
    pub post: Post,
    original: Original<'m>,
}

#[derive(Debug, Clone)]
enum Original<'m> {
    Untouched(&'m str),
    Mapped(Box<MappedPost>),
}

/// Why a message is not a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The reason as a stable code.
    pub reason: DeadLetterReason,
    /// Where in the pipeline.
    pub stage: Stage,
    /// The same for people, without a word of the message.
    pub detail: Cow<'static, str>,
}

impl Rejection {
    pub(crate) fn decode(reason: DeadLetterReason, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, stage: Stage::Decode, detail: detail.into() }
    }
}

impl Decoder {
    /// A decoder for checked settings.
    #[must_use]
    pub fn new(config: &InputConfig) -> Self {
        Self {
            max_bytes: config.max_bytes as u64,
            max_depth: config.max_depth,
            mapping: config.fields.as_ref().map(Mapping::new),
        }
    }

    /// Reads a message of `length` bytes of which `bytes` is the whole, or the beginning of one
    /// that is longer than allowed.
    ///
    /// # Errors
    /// The first check that the message fails.
    pub fn decode<'m>(&self, bytes: &'m [u8], length: u64) -> Result<Decoded<'m>, Rejection> {
        if length == 0 {
            return Err(Rejection::decode(
                DeadLetterReason::EmptyMessage,
                "the message has no content",
            ));
        }
        if length > self.max_bytes {
            let detail = format!("{length} bytes, more than input.max_bytes = {}", self.max_bytes);
            return Err(Rejection::decode(DeadLetterReason::TooLarge, detail));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let detail = format!("not UTF-8 from byte {} on", error.valid_up_to());
            Rejection::decode(DeadLetterReason::NotUtf8, detail)
        })?;
        let json = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        if depth::is_deeper_than(json, self.max_depth) {
            let detail = format!("nested deeper than input.max_depth = {}", self.max_depth);
            return Err(Rejection::decode(DeadLetterReason::TooDeep, detail));
        }
        let decoded = match &self.mapping {
            None => Decoded { post: shape::read_post(json)?, original: Original::Untouched(json) },
            Some(mapping) => {
                let (post, original) = mapping.read_post(json)?;
                Decoded { post, original: Original::Mapped(Box::new(original)) }
            }
        };
        decoded.post.check().map_err(reject_content)?;
        Ok(decoded)
    }
}

impl Decoded<'_> {
    /// The post with the JSON that reviewers get: the message's own text, or, where fields are
    /// mapped, the post in our names with everything that was not mapped. Separate from decoding
    /// because most posts pass and never need it.
    ///
    /// # Errors
    /// None for a message that was decoded; kept as an error so that nothing can panic.
    pub fn into_parts(self) -> Result<(Post, Box<RawValue>), Rejection> {
        let raw = match &self.original {
            Original::Untouched(json) => RawValue::from_string((*json).to_owned()),
            Original::Mapped(post) => serde_json::value::to_raw_value(post),
        };
        let raw = raw.map_err(|error| shape::reject_syntax(&error))?;
        Ok((self.post, raw))
    }
}

fn reject_content(invalid: InvalidPost) -> Rejection {
    let reason = match invalid {
        InvalidPost::EmptyId => DeadLetterReason::EmptyId,
        InvalidPost::NothingToJudge => DeadLetterReason::EmptyText,
        InvalidPost::NullCharacter => DeadLetterReason::NullCharacter,
    };
    Rejection::decode(reason, invalid.to_string())
}

#[cfg(test)]
mod tests;
