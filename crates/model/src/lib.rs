//! Features, the sparse linear scorer, evidence, calibration and the model folder.
//!
//! A post is read once ([`Reader`] → [`Reading`]): each field normalised and segmented, the
//! lexicon's phrases found. [`Model`] turns a reading into six margins by one sparse dot product
//! over an additive table ([`AdditiveTable`]: six weights per n-gram) and a handful of
//! structural cues ([`Cue`]); the logistic function makes a margin a calibrated probability.
//! Everything is a sum, so the evidence adds up to the margin by construction.
//!
//! The crate knows neither how weights are fitted nor where posts come from.

#![forbid(unsafe_code)]

mod character_rows;
mod cue;
mod decision;
mod digest;
mod evidence;
mod folder;
mod headline;
mod metadata;
mod ngram;
mod reading;
mod scorer;
mod second_look;
mod table;
mod tally;
mod tier;

pub use cue::{Cue, CueValues};
pub use decision::{Decision, probability};
pub use digest::sha256_hex;
pub use evidence::{EvidenceItems, EvidenceLimits, SecondEvidence};
pub use folder::{ModelError, write_folder};
pub use metadata::{FORMAT_VERSION, Metadata, Threshold, TrainingSummary};
pub use ngram::{NGram, NGramBuffer, describe};
pub use reading::{Reader, Reading};
pub use scorer::{Model, Scores, Scratch, length};
pub use second_look::{Gate, SecondDecision, SecondLook, SecondLookMetadata, TokenShare};
pub use table::{AdditiveTable, Row};
