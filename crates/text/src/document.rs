//! A text that has been read: normalised and cut into tokens.

use crate::{Normalised, Token};

/// A normalised text with its tokens. Its buffers are reused by
/// [`Analyser::analyse_into`](crate::Analyser::analyse_into).
#[derive(Debug, Clone, Default)]
pub struct Document {
    pub(crate) normalised: Normalised,
    pub(crate) tokens: Vec<Token>,
    /// One bit per character: a token starts there.
    starts: Vec<u64>,
}

impl Document {
    /// The normalised text with its offset map.
    #[must_use]
    pub const fn normalised(&self) -> &Normalised {
        &self.normalised
    }

    /// The tokens, which cover the text without gaps.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether a token starts or ends at a character. The two ends of the text are boundaries.
    #[must_use]
    pub fn is_boundary(&self, char_index: usize) -> bool {
        if char_index == self.normalised.cells().len() {
            return true;
        }
        let word = self.starts.get(char_index / 64).copied().unwrap_or(0);
        word >> (char_index % 64) & 1 == 1
    }

    /// Whether nothing is left of the text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.normalised.cells().is_empty()
    }

    /// Notes where tokens start, once they are final.
    pub(crate) fn index_boundaries(&mut self) {
        self.starts.clear();
        self.starts.resize(self.normalised.cells().len() / 64 + 1, 0);
        for token in &self.tokens {
            let start = token.start as usize;
            self.starts[start / 64] |= 1 << (start % 64);
        }
    }
}
