//! Pinyin and initials in place of Chinese characters: `jianzhi刷单`, `代kai发票`, `q道`.
//!
//! Letters are only read where they touch a Chinese character and nothing else that is written in
//! letters: a word of the trade in whole, one syllable that makes a word of the dictionary with
//! its neighbours, one initial that makes a word of the trade.

use std::sync::LazyLock;

use mingjian_schema::Obfuscation;
use rustc_hash::FxHashMap;

use super::class::is_han;
use super::domain::domain;
use super::neighbours::{Neighbours, Sides, are_free, in_dictionary};
use super::scan::Triggers;
use super::sound;
use super::step::Step;
use crate::cell::span;
use crate::{Cell, ObfuscationSet, dictionary};

/// Writes the characters that are spelled.
pub(super) struct Spelled;

/// The shortest whole word in pinyin, in letters: shorter ones are English words too often.
const SHORTEST_WORD: usize = 5;
/// The longest whole word in pinyin, in letters.
const LONGEST_WORD: usize = 18;
/// The longest syllable, in letters.
const LONGEST_SYLLABLE: usize = 6;
/// Rarer characters are not guessed: occurrences in the text that jieba's dictionary counts.
const LEAST_COMMON: u64 = 300;

/// Common characters by sound.
static BY_SOUND: LazyLock<FxHashMap<u16, Vec<char>>> = LazyLock::new(|| {
    let mut by_sound: FxHashMap<u16, Vec<char>> = FxHashMap::default();
    for ch in '\u{4E00}'..='\u{9FFF}' {
        let sound = sound::of(ch);
        if sound != 0 && dictionary::frequency([ch]) >= LEAST_COMMON {
            by_sound.entry(sound).or_default().push(ch);
        }
    }
    by_sound
});

impl Step for Spelled {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Substitution
    }

    fn triggers(&self) -> Triggers {
        Triggers::SPELLED
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        let mut next = 0;
        while next < input.len() {
            let length = input[next..].iter().take_while(|cell| is_letter(cell.ch)).count();
            if length == 0 {
                output.push(input[next]);
                next += 1;
                continue;
            }
            let letters = next..next + length;
            next = letters.end;
            let word = &input[letters.clone()];
            let read = if touches_only_han(input, &letters) { read(input, &letters) } else { None };
            let Some(read) = read else {
                output.extend_from_slice(word);
                continue;
            };
            let (start, end, marks) = span(word);
            let marks = marks.union(ObfuscationSet::of(Obfuscation::Substitution));
            let characters = read.as_slice().iter();
            output.extend(characters.map(|&ch| Cell { ch, start, end, marks }));
            changed = true;
        }
        changed
    }
}

const fn is_letter(ch: char) -> bool {
    ch.is_ascii_lowercase()
}

/// Whether a Chinese character stands on one side at least, and no digit or letter on the other.
fn touches_only_han(cells: &[Cell], letters: &std::ops::Range<usize>) -> bool {
    let before = letters.start.checked_sub(1).map(|place| cells[place].ch);
    let behind = cells.get(letters.end).map(|cell| cell.ch);
    let sides = [before, behind].into_iter().flatten();
    sides.clone().any(is_han)
        && sides.clone().all(|ch| is_han(ch) || !ch.is_alphanumeric())
        && sides.into_iter().all(|ch| !matches!(ch, '_' | '-' | '.' | '@' | '\'' | '/' | '&' | '+'))
}

/// What some letters are read as.
enum Reading {
    One([char; 1]),
    Word(&'static [char]),
}

impl Reading {
    fn as_slice(&self) -> &[char] {
        match self {
            Self::One(ch) => ch,
            Self::Word(word) => word,
        }
    }
}

fn read(cells: &[Cell], letters: &std::ops::Range<usize>) -> Option<Reading> {
    let length = letters.len();
    if length > LONGEST_WORD {
        return None;
    }
    let mut buffer = [0; LONGEST_WORD];
    for (byte, cell) in buffer.iter_mut().zip(&cells[letters.clone()]) {
        *byte = cell.ch as u8;
    }
    let spelled = str::from_utf8(&buffer[..length]).ok()?;
    if length >= SHORTEST_WORD
        && let Some(word) = domain().with_pinyin(spelled)
    {
        return Some(Reading::Word(word));
    }
    let number = if length <= LONGEST_SYLLABLE { sound::numbered(spelled) } else { 0 };
    let guess = match length {
        1 => initial(cells, letters.start),
        _ if number != 0 => syllable(cells, letters, number),
        _ => None,
    };
    guess.map(|ch| Reading::One([ch]))
}

/// The commonest word that a character of this sound makes with its neighbours.
fn syllable(cells: &[Cell], letters: &std::ops::Range<usize>, number: u16) -> Option<char> {
    let mut neighbours = neighbours(cells, letters);
    let candidates = BY_SOUND.get(&number)?.iter().copied();
    let is_meant = |word: &[char], sides: Sides| {
        in_dictionary(word, sides) && are_free(cells, letters.clone(), sides)
    };
    let rated = candidates.filter_map(|ch| {
        let sides = neighbours.word_with(ch, is_meant)?;
        Some((frequency(cells, letters, ch, sides), ch))
    });
    rated.max().map(|(_, ch)| ch)
}

/// The character that makes a word of the trade and begins with this letter.
fn initial(cells: &[Cell], place: usize) -> Option<char> {
    let letters = place..place + 1;
    let mut neighbours = neighbours(cells, &letters);
    // `k歌` and `a股` are words as they stand.
    if neighbours.word_with(cells[place].ch, in_dictionary).is_some() {
        return None;
    }
    let mut candidates = INITIALS.get(&cells[place].ch)?.iter().copied();
    let is_meant = |word: &[char], sides: Sides| {
        domain().holds(word) && are_free(cells, letters.clone(), sides)
    };
    candidates.find(|ch| neighbours.word_with(*ch, is_meant).is_some())
}

/// Characters of the trade's words by the letter that their sound begins with.
static INITIALS: LazyLock<FxHashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut initials: FxHashMap<char, Vec<char>> = FxHashMap::default();
    for ch in domain().words().flatten() {
        let Some(initial) = sound::spelled(*ch).and_then(|spelled| spelled.chars().next()) else {
            continue;
        };
        let known = initials.entry(initial).or_default();
        if !known.contains(ch) {
            known.push(*ch);
        }
    }
    initials
});

fn neighbours(cells: &[Cell], letters: &std::ops::Range<usize>) -> Neighbours {
    let behind = cells[letters.end..].iter().map(|cell| cell.ch);
    Neighbours::new(&cells[..letters.start], behind)
}

fn frequency(
    cells: &[Cell],
    letters: &std::ops::Range<usize>,
    guess: char,
    (before, behind): Sides,
) -> u64 {
    let left = cells[letters.start - before..letters.start].iter().map(|cell| cell.ch);
    let right = cells[letters.end..letters.end + behind].iter().map(|cell| cell.ch);
    dictionary::frequency(left.chain(std::iter::once(guess)).chain(right))
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn reads_pinyin_and_initials() {
        check(&Spelled, "jianzhi刷单", "兼职刷单");
        check(&Spelled, "代开fapiao", "代开发票");
        check(&Spelled, "这种水guo", "这种水果");
        check(&Spelled, "一手q道", "一手渠道");
        assert_eq!(marked(&Spelled, "水guo很好"), "果");
    }

    #[test]
    fn letters_that_say_something_else_stay() {
        for text in
            ["买a股", "去k歌", "用app下载", "iphone15手机", "我的vivo手机", "he said", "up主"]
        {
            check(&Spelled, text, text);
        }
    }
}
