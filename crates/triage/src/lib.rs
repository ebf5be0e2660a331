//! The classifier: a post in, a verdict with evidence out.
//!
//! Pure and synchronous: it reads no file, no clock and no network, and the same post always
//! gives the same verdict. One classifier serves all threads.

#![forbid(unsafe_code)]

mod classifier;
mod explanation;
mod policy;
mod second_look;

pub use classifier::{Classifier, SecondLookError};
pub use explanation::{Explanation, RejectedPhrase};
pub use mingjian_lexicon::Boundary;
pub use policy::{Policy, PolicyError};
pub use second_look::SecondLook;
