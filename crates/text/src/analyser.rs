//! Normalisation and segmentation in one call.

use crate::{Document, Normaliser, Segmenter};

/// Reads a field: normalises it and cuts it into tokens.
///
/// ```
/// use mingjian_text::{Analyser, TokenKind};
///
/// let document = Analyser::new().analyse("加*微*信:abc12345");
/// assert_eq!(document.normalised().text(), "加微信:abc12345");
/// assert_eq!(document.tokens()[0].kind, TokenKind::Contact);
/// assert_eq!(document.normalised().origin(0..3), 0..11);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Analyser {
    normaliser: Normaliser,
    segmenter: Segmenter,
}

impl Analyser {
    /// An analyser with the default dictionary and the domain's words.
    #[must_use]
    pub fn new() -> Self {
        Self { normaliser: Normaliser::new(), segmenter: Segmenter::new() }
    }

    /// An analyser that knows further words; see [`Segmenter::with_words`].
    ///
    /// # Panics
    /// As that does, if the words are too many and too strange.
    #[must_use]
    pub fn with_words<W: AsRef<str>>(words: impl IntoIterator<Item = (W, Option<usize>)>) -> Self {
        Self { normaliser: Normaliser::new(), segmenter: Segmenter::with_words(words) }
    }

    /// Reads a field.
    #[must_use]
    pub fn analyse(&self, original: &str) -> Document {
        let mut document = Document::default();
        self.analyse_into(original, &mut document);
        document
    }

    /// Reads a field into buffers that are used again.
    pub fn analyse_into(&self, original: &str, document: &mut Document) {
        self.normaliser.normalise_into(original, &mut document.normalised);
        self.segmenter.segment(&document.normalised, &mut document.tokens);
        document.index_boundaries();
    }
}
