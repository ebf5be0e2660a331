//! Words of the trade with a character of the same sound or of the same look in them: `棉费`,
//! `徽信`, `发漂`.
//!
//! Any two characters may sound like a word by chance, so a character is only replaced where it
//! belongs to no word of the dictionary, where the word it would make does not cut through one,
//! and where most of the word is written as it should be.

use std::sync::LazyLock;

use mingjian_schema::Obfuscation;
use rustc_hash::FxHashMap;

use super::class::{Table, is_han};
use super::domain::domain;
use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, dictionary};

/// Writes the word that is meant.
pub(super) struct DisguisedWord;

/// A character that is this common by itself, such as `是` or `去`, is meant as it stands:
/// occurrences in the text that jieba's dictionary counts.
const TOO_COMMON: usize = 80_000;

const SHAPES: &str = include_str!("../../data/shape-alike.txt");

/// Characters by what is written for them.
static ORIGINALS: LazyLock<FxHashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut originals: FxHashMap<char, Vec<char>> = FxHashMap::default();
    for line in SHAPES.lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        if let Some(original) = characters.next() {
            characters.for_each(|form| originals.entry(form).or_default().push(original));
        }
    }
    originals
});

/// Whether the character is written for one that looks like it.
pub(super) fn is_shape_alike(ch: char) -> bool {
    ORIGINALS.contains_key(&ch)
}

impl Step for DisguisedWord {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Substitution
    }

    fn triggers(&self) -> Triggers {
        Triggers::DISGUISED_WORD
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        let mut next = 0;
        while next < input.len() {
            let Some(word) = word_meant(input, next) else {
                output.push(input[next]);
                next += 1;
                continue;
            };
            for (cell, ch) in input[next..].iter().zip(word) {
                let is_same = cell.ch == *ch;
                output.push(if is_same {
                    *cell
                } else {
                    cell.becoming(*ch, Obfuscation::Substitution.into())
                });
            }
            next += word.len();
            changed = true;
        }
        changed
    }
}

/// The word that stands here in disguise.
fn word_meant(cells: &[Cell], start: usize) -> Option<&'static [char]> {
    let [first, second, ..] = cells[start..] else {
        return None;
    };
    if !is_han(first.ch) || !is_han(second.ch) {
        return None;
    }
    let table = Table::shared();
    let sounds = (table.entry(first.ch).sound(), table.entry(second.ch).sound());
    let fits = |word: &&[char]| is_meant(cells, start, word);
    if domain().may_be_disguised(sounds, (first.ch, second.ch))
        && let Some(word) = domain().with_sounds(sounds).find(fits)
    {
        return Some(word);
    }
    let forms = |ch: char| {
        let originals = ORIGINALS.get(&ch).map(Vec::as_slice).unwrap_or_default();
        std::iter::once(ch).chain(originals.iter().copied())
    };
    if !forms(first.ch).chain(forms(second.ch)).nth(2).is_some() {
        // Neither of the two is written for another; a later character may be.
        return domain().with_characters((first.ch, second.ch)).find(fits);
    }
    forms(first.ch)
        .flat_map(|left| forms(second.ch).map(move |right| (left, right)))
        .find_map(|pair| domain().with_characters(pair).find(fits))
}

/// Whether the characters from `start` on are this word, disguised.
fn is_meant(cells: &[Cell], start: usize, word: &[char]) -> bool {
    let end = start + word.len();
    let Some(written) = cells.get(start..end) else {
        return false;
    };
    let kept = written.iter().zip(word).filter(|(cell, ch)| cell.ch == **ch).count();
    let is_disguised = kept < word.len() && kept * 2 >= word.len();
    is_disguised
        && written.iter().zip(word).all(|(cell, ch)| stands_for(cell.ch, *ch))
        && (start..end)
            .zip(word)
            .all(|(place, ch)| cells[place].ch == *ch || may_be_disguise(cells, place))
        && !dictionary::crosses(cells, start)
        && !dictionary::crosses(cells, end)
}

/// Whether the character belongs to no word, itself included.
fn may_be_disguise(cells: &[Cell], place: usize) -> bool {
    let is_everywhere = |ch: char| dictionary::frequency(ch.encode_utf8(&mut [0; 4])) >= TOO_COMMON;
    !dictionary::is_covered(cells, place) && !is_everywhere(cells[place].ch)
}

/// Whether a character may be written for another.
fn stands_for(written: char, meant: char) -> bool {
    if written == meant {
        return true;
    }
    let table = Table::shared();
    let sound = table.entry(meant).sound();
    (sound != 0 && sound == table.entry(written).sound())
        || ORIGINALS.get(&written).is_some_and(|originals| originals.contains(&meant))
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn reads_the_word_that_is_meant() {
        check(&DisguisedWord, "加徽信免废看", "加微信免费看");
        check(&DisguisedWord, "代开发漂", "代开发票");
        check(&DisguisedWord, "兼值刷丹", "兼职刷单");
        check(&DisguisedWord, "内布消息", "内部消息");
        assert_eq!(marked(&DisguisedWord, "加徽信"), "微");
    }

    #[test]
    fn words_of_the_dictionary_stay() {
        for text in ["因为信任", "国徽信物", "作为新人", "他威信很高", "免费", "源原不断", "私心"]
        {
            check(&DisguisedWord, text, text);
        }
    }
}
