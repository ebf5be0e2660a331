//! Whether a character that was guessed makes a word with what stands around it.

use std::ops::Range;

use super::class::is_han;
use crate::{Cell, dictionary};

/// The longest word that is looked for, in characters.
const LONGEST: usize = 4;
/// Characters on one side that such a word reaches.
const REACH: usize = LONGEST - 1;

/// How many characters a word takes before and behind the guess.
pub(super) type Sides = (usize, usize);

/// What stands on both sides of a guessed character, as far as a word reaches.
pub(super) struct Neighbours {
    characters: [char; 2 * REACH + 1],
    /// Chinese characters directly before the guess.
    before: usize,
    /// Chinese characters directly behind it.
    behind: usize,
}

impl Neighbours {
    /// Takes what is written before and the characters behind, each only as far as it is Chinese.
    pub(super) fn new(before: &[Cell], behind: impl Iterator<Item = char>) -> Self {
        let mut characters = [' '; 2 * REACH + 1];
        let near = before.iter().rev().map(|cell| cell.ch).take(REACH).take_while(|ch| is_han(*ch));
        let mut count_before = 0;
        for (distance, ch) in near.enumerate() {
            characters[REACH - 1 - distance] = ch;
            count_before = distance + 1;
        }
        let mut count_behind = 0;
        for (distance, ch) in behind.take(REACH).take_while(|ch| is_han(*ch)).enumerate() {
            characters[REACH + 1 + distance] = ch;
            count_behind = distance + 1;
        }
        Self { characters, before: count_before, behind: count_behind }
    }

    /// The word that the guess makes with its neighbours: how many it takes on each side. The
    /// longest is asked about first.
    pub(super) fn word_with(
        &mut self,
        guess: char,
        is_word: impl Fn(&[char], Sides) -> bool,
    ) -> Option<Sides> {
        self.word_that(guess, 0, is_word)
    }

    /// The same for a character that was not guessed, with one character behind it at least.
    pub(super) fn word_over(
        &mut self,
        last: char,
        is_word: impl Fn(&[char], Sides) -> bool,
    ) -> Option<Sides> {
        self.word_that(last, 1, is_word)
    }

    fn word_that(
        &mut self,
        middle: char,
        least_behind: usize,
        is_word: impl Fn(&[char], Sides) -> bool,
    ) -> Option<Sides> {
        self.characters[REACH] = middle;
        let spans = (2..=LONGEST)
            .rev()
            .flat_map(|length| (0..length).map(move |before| (before, length - 1 - before)));
        spans
            .filter(|(before, behind)| *before <= self.before && *behind <= self.behind)
            .filter(|(_, behind)| *behind >= least_behind)
            .find(|(before, behind)| {
                is_word(&self.characters[REACH - before..=REACH + behind], (*before, *behind))
            })
    }
}

/// Whether these characters are a word of the dictionary, whatever it takes on each side.
pub(super) fn in_dictionary(word: &[char], _: Sides) -> bool {
    dictionary::is_word(word.iter().copied())
}

/// Whether none of the characters that a word takes around `place` belongs to a word without it.
/// The place may be several characters wide.
pub(super) fn are_free(cells: &[Cell], place: Range<usize>, (before, behind): Sides) -> bool {
    let mut taken = (place.start - before..place.start).chain(place.end..place.end + behind);
    taken.all(|place| !dictionary::is_covered(cells, place))
}
