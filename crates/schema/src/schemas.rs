//! JSON Schemas of the wire types, generated from them.

use schemars::schema_for;
use serde_json::Value;

use crate::{DeadLetter, FlaggedPost, LabelledExample, Post};

/// The schema of each wire type with its file name under `crates/schema/schemas/`.
#[must_use]
pub fn json_schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("post.schema.json", schema_for!(Post).to_value()),
        ("flagged-post.schema.json", schema_for!(FlaggedPost).to_value()),
        ("dead-letter.schema.json", schema_for!(DeadLetter).to_value()),
        ("labelled-example.schema.json", schema_for!(LabelledExample).to_value()),
    ]
}
