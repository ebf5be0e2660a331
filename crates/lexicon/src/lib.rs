//! Phrase rules: short lists of words that reviewers know, matched on the normalised text and
//! accepted only where the segmentation agrees that a word begins and ends there.
//!
//! `大麻` inside `大麻烦` is the classic false alarm of keyword filters. Here the match is found,
//! looked at, and rejected, and [`Lexicon::explain`] says so.
//!
//! ```
//! use mingjian_lexicon::Lexicon;
//! use mingjian_text::Analyser;
//!
//! let lexicon = Lexicon::from_toml(
//!     r#"
//!     [[rule]]
//!     id = "drugs"
//!     category = "counterfeit"
//!     phrases = ["大麻"]
//!     note = "sold openly in evasive adverts"
//!     "#,
//! )?;
//! let analyser = Analyser::new();
//! assert_eq!(lexicon.hits(&analyser.analyse("出售大麻")).len(), 1);
//! assert_eq!(lexicon.hits(&analyser.analyse("这下大麻烦来了")).len(), 0);
//! # Ok::<(), mingjian_lexicon::LexiconError>(())
//! ```

#![forbid(unsafe_code)]

mod beginnings;
mod matcher;
mod rule;

pub use matcher::{Boundary, Hit, Lexicon, Match};
pub use rule::{LexiconError, Rule};
