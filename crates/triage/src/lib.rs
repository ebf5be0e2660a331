//! The classifier: a post in, a verdict with evidence out.
//!
//! Pure and synchronous: it reads no file, no clock and no network, and the same post always
//! gives the same verdict. One classifier serves all threads.

#![forbid(unsafe_code)]

mod classifier;
mod explanation;
mod policy;

pub use classifier::Classifier;
pub use explanation::{Explanation, RejectedPhrase};
pub use mingjian_lexicon::Boundary;
pub use policy::{Policy, PolicyError};
