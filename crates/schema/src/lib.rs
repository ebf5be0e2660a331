//! The wire types: what comes in, what goes out, and what a set of labelled examples looks like.
//!
//! Everything that crosses a process boundary as JSON is defined here and nowhere else, so that
//! a script written against one command's output reads every other's. The JSON Schemas under
//! `crates/schema/schemas/` are generated from these types (see [`json_schemas`]).

#![forbid(unsafe_code)]

mod category;
mod dead_letter;
mod evidence;
mod example;
mod flagged;
mod post;
mod schemas;

pub use category::{Category, PerCategory, UnknownCategory};
pub use dead_letter::{DeadLetter, DeadLetterReason, Stage};
pub use evidence::{Evidence, EvidenceKind, Field, Obfuscation};
pub use example::{InvalidExample, LabelledExample, Split};
pub use flagged::{
    CategoryFinding, Counterfactual, FlaggedPost, Look, Recommendation, SCHEMA_VERSION,
    SecondLookUse, SourcePosition, Suggestion, Timing, Verdict, Versions,
};
pub use post::{Author, Channel, InvalidPost, Post, Timestamp};
pub use schemas::json_schemas;
