//! The most probable way to cut a text into words of the dictionary.
//!
//! It is the way of jieba without its hidden Markov model: of all chains of words the one with
//! the largest product of frequencies, found from the end of the text to its beginning, in the
//! same order of additions, so that rounding decides ties alike. A property test holds the two
//! equal, token for token.

use std::hint::black_box;

use super::Dictionary;
use super::glyph::Glyph;

/// The words of one text. Its buffers are reused.
#[derive(Debug, Default)]
pub(crate) struct Route {
    glyphs: Vec<Glyph>,
    steps: Vec<Step>,
}

/// The best way on from a character.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    /// Log-probability of the rest of the block.
    probability: f64,
    /// The character behind the word.
    end: u32,
}

impl Route {
    /// Finds the words of a text.
    pub(crate) fn find(&mut self, dictionary: &Dictionary, text: impl Iterator<Item = char>) {
        self.glyphs.clear();
        self.glyphs.extend(text.map(|ch| dictionary.glyph(ch).within_block()));
        let pairs = self.glyphs.windows(2);
        black_box(pairs.fold(0, |all, pair| all ^ dictionary.touch([pair[0], pair[1]])));
        let length = self.glyphs.len();
        self.steps.clear();
        self.steps.resize(length + 1, Step::default());
        for start in (0..length).rev() {
            self.steps[start] = self.best_step(dictionary, start);
        }
    }

    #[inline]
    fn best_step(&self, dictionary: &Dictionary, start: usize) -> Step {
        // What stands outside of the blocks is cut into single characters, and every block is
        // weighed by itself.
        if !self.glyphs[start].is_in_block() {
            return Step { probability: 0.0, end: start as u32 + 1 };
        }
        let mut best: Option<Step> = None;
        dictionary.for_each_prefix(&self.glyphs[start..], |length, log_frequency| {
            let end = start + length;
            let probability = log_frequency + self.steps[end].probability;
            // Of two equal ways the longer word is taken, and that is the later one.
            if best.is_none_or(|best| probability >= best.probability) {
                best = Some(Step { probability, end: end as u32 });
            }
        });
        best.unwrap_or_else(|| Step {
            probability: dictionary.unknown() + self.steps[start + 1].probability,
            end: start as u32 + 1,
        })
    }

    /// The text's characters.
    #[inline]
    pub(crate) fn glyphs(&self) -> &[Glyph] {
        &self.glyphs
    }

    /// Where the word ends that begins at a character. Letters and digits that are no part of a
    /// longer word belong together.
    #[inline]
    pub(crate) fn word_end(&self, start: usize) -> usize {
        let is_single = |place: usize| {
            self.glyphs[place].is_alphanumeric() && self.steps[place].end as usize == place + 1
        };
        let mut end = self.steps[start].end as usize;
        if is_single(start) {
            while end < self.glyphs.len() && is_single(end) {
                end += 1;
            }
        }
        end
    }
}
