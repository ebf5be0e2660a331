//! From a post as it was written to text that can be judged, with the way back.
//!
//! Sellers disguise what they write (`加*微*信`, `据(jù)网信`, `ＶＸ`, `①③⑧`); a model and a lexicon
//! need the plain words, and a reviewer needs to see the evidence in the post's own text. So the
//! [`Normaliser`] undoes disguises character by character and every [`Cell`] of its result knows
//! the bytes of the original it stands for and what was undone there. The [`Segmenter`] cuts the
//! result into [`Token`]s: addresses, numbers and contacts by rule, Chinese by jieba. An
//! [`Analyser`] does both and yields a [`Document`].
//!
//! How to add a step to the normaliser is written at the top of `src/normalise/mod.rs`: one file,
//! one small trait, one line in the list of steps, and a new [`NORMALISER_VERSION`].

#![forbid(unsafe_code)]

mod analyser;
mod cell;
mod dictionary;
mod document;
mod entity;
mod normalise;
mod normalised;
mod obfuscation_set;
mod offset;
mod segmenter;
mod token;

pub use analyser::Analyser;
pub use cell::Cell;
pub use document::Document;
pub use normalise::{NORMALISER_VERSION, Normaliser};
pub use normalised::Normalised;
pub use obfuscation_set::ObfuscationSet;
pub use offset::char_offset;
pub use segmenter::Segmenter;
pub use token::{Token, TokenKind};
