//! A text while it is being disguised: its characters, what is written for each, and its words.

use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;

use super::random::Random;

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// One word in so many is disguised.
const ONE_WORD_IN: usize = 4;
/// The fewest words that are disguised, if there are as many.
const FEWEST_WORDS: usize = 2;

/// A text that is rewritten character by character.
pub(super) struct Page {
    /// The characters as they were.
    pub(super) chars: Vec<char>,
    /// What is written for each of them.
    pieces: Vec<String>,
    /// Words of at least two Chinese characters, as ranges of characters.
    words: Vec<Range<usize>>,
}

impl Page {
    pub(super) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let pieces = chars.iter().map(char::to_string).collect();
        let tokens = JIEBA.cut(text, false);
        let words = tokens.iter().map(|token| token.start..token.end);
        let words = words.filter(|word| is_han_word(&chars[word.clone()])).collect();
        Self { chars, pieces, words }
    }

    /// Writes something else for a character.
    pub(super) fn write(&mut self, index: usize, piece: impl Into<String>) {
        self.pieces[index] = piece.into();
    }

    /// Writes something else for a stretch of characters.
    pub(super) fn write_over(&mut self, stretch: Range<usize>, piece: impl Into<String>) {
        for index in stretch.clone() {
            self.pieces[index].clear();
        }
        self.pieces[stretch.start] = piece.into();
    }

    /// Writes something behind what is written for a character.
    pub(super) fn append(&mut self, index: usize, piece: &str) {
        self.pieces[index].push_str(piece);
    }

    /// About one word in four of those that the family can disguise, and at least two.
    pub(super) fn choose_words(
        &self,
        random: &mut Random,
        can_disguise: impl Fn(&[char]) -> bool,
    ) -> Vec<Range<usize>> {
        let count = self.words.len().div_ceil(ONE_WORD_IN).max(FEWEST_WORDS);
        let can_disguise = |word: &Range<usize>| can_disguise(&self.chars[word.clone()]);
        random.sample(self.words.iter().filter(|word| can_disguise(word)).cloned().collect(), count)
    }

    /// One or all of a word's characters for which this holds.
    pub(super) fn choose_chars(
        &self,
        word: Range<usize>,
        random: &mut Random,
        can_disguise: impl Fn(char) -> bool,
    ) -> Vec<usize> {
        let places: Vec<usize> = word.filter(|index| can_disguise(self.chars[*index])).collect();
        let count = if random.once_in(2) { places.len() } else { 1 };
        random.sample(places, count)
    }

    pub(super) fn into_text(self) -> String {
        self.pieces.concat()
    }
}

/// Whether the character is a Chinese one of the blocks that posts are written in.
pub(super) const fn is_han(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

fn is_han_word(word: &[char]) -> bool {
    word.len() >= 2 && word.iter().all(|ch| is_han(*ch))
}
