//! Whether JSON has the shape of a post, and if not, which field is to blame.
//!
//! The parser's own messages quote what they found, so they cannot be passed on. A message that
//! is refused is therefore looked at a second time, field by field.

use mingjian_schema::{DeadLetterReason, Post};
use serde::de::IgnoredAny;
use serde_json::error::Category as ErrorCategory;
use serde_json::{Map, Value};

use super::Rejection;

/// Reads a post in our own names.
pub(super) fn read_post(json: &str) -> Result<Post, Rejection> {
    // The parser would accept an array of values in the order of the fields.
    if json.trim_ascii_start().starts_with('{') {
        serde_json::from_str(json).map_err(|error| blame(json, &error))
    } else {
        match serde_json::from_str::<IgnoredAny>(json) {
            Ok(_) => Err(wrong_type("the message", "an object")),
            Err(error) => Err(reject_syntax(&error)),
        }
    }
}

/// A rejection for what is not JSON. The parser's message is safe to pass on here: syntax errors
/// are fixed sentences with a position.
pub(super) fn reject_syntax(error: &serde_json::Error) -> Rejection {
    let detail = match error.classify() {
        ErrorCategory::Syntax | ErrorCategory::Eof => format!("not JSON: {error}"),
        ErrorCategory::Data | ErrorCategory::Io => {
            format!("not JSON near line {} column {}", error.line(), error.column())
        }
    };
    Rejection::decode(DeadLetterReason::NotJson, detail)
}

fn blame(json: &str, error: &serde_json::Error) -> Rejection {
    if error.classify() != ErrorCategory::Data {
        return reject_syntax(error);
    }
    match serde_json::from_str::<Value>(json) {
        Err(error) => reject_syntax(&error),
        Ok(Value::Object(fields)) => blame_field(&fields).rejection(|name| format!("`{name}`")),
        Ok(_) => wrong_type("the message", "an object"),
    }
}

/// A field that keeps an object from being a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// A required field is not there.
    Missing(&'static str),
    /// A field holds something else than it should.
    WrongType(&'static str, &'static str),
    /// Every field is right by itself, so one must stand there twice.
    Repeated,
}

impl Blame {
    /// The rejection, with the field called what `describe` makes of its name.
    pub(super) fn rejection(self, describe: impl Fn(&str) -> String) -> Rejection {
        match self {
            Self::Missing(name) => Rejection::decode(
                DeadLetterReason::MissingField,
                format!("field {} is missing", describe(name)),
            ),
            Self::WrongType(name, expected) => {
                wrong_type(&format!("field {}", describe(name)), expected)
            }
            Self::Repeated => {
                Rejection::decode(DeadLetterReason::WrongType, "a field stands more than once")
            }
        }
    }
}

fn wrong_type(what: &str, expected: &str) -> Rejection {
    Rejection::decode(DeadLetterReason::WrongType, format!("{what} is not {expected}"))
}

type Accepts = fn(&Value) -> bool;

const CHANNEL: &str = "one of news, commercial, wechat, search, video, live, other";

/// Path, whether it must be there, what it must be.
const FIELDS: [(&str, bool, &str, Accepts); 14] = [
    ("id", true, "a string", Value::is_string),
    ("title", false, "a string", Value::is_string),
    ("text", false, "a string", Value::is_string),
    ("body", false, "a string", Value::is_string),
    ("author", false, "an object", Value::is_object),
    ("author.id", true, "a string", Value::is_string),
    ("author.name", false, "a string", Value::is_string),
    ("author.verified", false, "true or false", Value::is_boolean),
    ("author.created_at", false, "a string or a number", is_timestamp),
    ("platform", false, "a string", Value::is_string),
    ("channel", false, CHANNEL, is_channel),
    ("region", false, "a string", Value::is_string),
    ("published_at", false, "a string or a number", is_timestamp),
    ("extra", false, "an object", Value::is_object),
];

/// Finds the first field that does not fit. Called only for objects that were refused.
pub(super) fn blame_field(fields: &Map<String, Value>) -> Blame {
    for (path, required, expected, accepts) in FIELDS {
        let (parent, name) = match path.split_once('.') {
            None => (Some(fields), path),
            Some((parent, name)) => (fields.get(parent).and_then(Value::as_object), name),
        };
        let Some(parent) = parent else { continue };
        match parent.get(name) {
            None if required => return Blame::Missing(path),
            None => {}
            Some(Value::Null) if !required => {}
            Some(value) if accepts(value) => {}
            Some(_) => return Blame::WrongType(path, expected),
        }
    }
    Blame::Repeated
}

fn is_timestamp(value: &Value) -> bool {
    value.is_string() || value.is_number()
}

fn is_channel(value: &Value) -> bool {
    serde_json::from_value::<mingjian_schema::Channel>(value.clone()).is_ok()
}
