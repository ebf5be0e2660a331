//! Words of the trade with a character of the same sound or of the same look in them: `棉费`,
//! `徽信`, `发漂`.
//!
//! Any two characters may sound like a word by chance, so a character is only replaced where it
//! belongs to no word of the dictionary, where the word it would make does not cut through one,
//! and where most of the word is written as it should be.

use mingjian_schema::Obfuscation;

use super::class::{Class, Table, is_han};
use super::domain::domain;
use super::scan::Triggers;
use super::shape;
use super::step::Step;
use crate::{Cell, dictionary};

/// Writes the word that is meant.
pub(super) struct DisguisedWord;

/// A character that is this common by itself, such as `是` or `去`, is meant as it stands:
/// occurrences in the text that jieba's dictionary counts.
const TOO_COMMON: u64 = 80_000;

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
    let sounds = sounds_of(first.ch, second.ch);
    if !may_begin(first.ch, second.ch, sounds) {
        return None;
    }
    let fits = |word: &&[char]| is_meant(cells, start, word);
    let forms = |ch: char| std::iter::once(ch).chain(shape::originals_of(ch));
    domain().with_sounds(sounds).find(fits).or_else(|| {
        forms(first.ch)
            .flat_map(|left| forms(second.ch).map(move |right| (left, right)))
            .find_map(|pair| domain().with_characters(pair).find(fits))
    })
}

/// Whether a word of the trade, disguised or not, may begin with two characters: a quick look, which
/// most pairs do not pass.
fn may_begin(first: char, second: char, sounds: (u16, u16)) -> bool {
    let table = Table::shared();
    let is_shape = |ch| table.class(ch).has(Class::SHAPE_ALIKE);
    let is_silent = sounds.0 == 0 || sounds.1 == 0;
    domain().has_sounds(sounds) || is_silent || is_shape(first) || is_shape(second)
}

fn sounds_of(left: char, right: char) -> (u16, u16) {
    let table = Table::shared();
    (table.entry(left).sound(), table.entry(right).sound())
}

/// Whether two neighbours are a sign of a disguised word: without one the step does nothing.
fn is_sign(left: char, right: char) -> bool {
    domain().looks_like((left, right))
        || domain().sounds_like((left, right), sounds_of(left, right))
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
        && written.windows(2).any(|pair| is_sign(pair[0].ch, pair[1].ch))
        && written.iter().zip(word).all(|(cell, ch)| stands_for(cell.ch, *ch))
        && (start..end)
            .zip(word)
            .all(|(place, ch)| cells[place].ch == *ch || may_be_disguise(cells, place))
        && !dictionary::crosses(cells, start)
        && !dictionary::crosses(cells, end)
}

/// Whether the character belongs to no word, itself included.
fn may_be_disguise(cells: &[Cell], place: usize) -> bool {
    let is_everywhere = |ch: char| dictionary::frequency([ch]) >= TOO_COMMON;
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
        || shape::originals_of(written).any(|original| original == meant)
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
