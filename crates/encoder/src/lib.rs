//! The second look: a tokeniser and a small transformer on the CPU.
//!
//! It turns texts into one state a token and knows nothing of categories: what the states mean is
//! the business of whoever holds the head. Everything here is deterministic, and a text's states
//! depend on that text alone.

#![forbid(unsafe_code)]

mod encoder;
mod folder;
mod tokeniser;
mod transformer;
mod vocabulary;

pub use encoder::{EncodeError, Encoder, States};
pub use folder::{EncoderError, EncoderFiles};
pub use tokeniser::{LONGEST, Piece, Tokeniser, Tokens};
pub use transformer::Transformer;
pub use vocabulary::Vocabulary;
