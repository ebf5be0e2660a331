//! Pictures in place of characters: `赚💰`, `➕微信`.
//!
//! A picture stands for a character only if the two make a word with a neighbour that belongs to no
//! word without it; all other pictures are decoration.

use std::sync::LazyLock;

use mingjian_schema::Obfuscation;
use rustc_hash::FxHashMap;

use super::neighbours::{Neighbours, Sides, are_free, in_dictionary};
use super::scan::Triggers;
use super::step::Step;
use crate::Cell;

/// Writes the character that is meant.
pub(super) struct Picture;

const DATA: &str = include_str!("../../data/pictures.txt");

static MEANT: LazyLock<FxHashMap<char, Vec<char>>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut characters = line.chars();
            Some((characters.next()?, characters.collect()))
        })
        .collect()
});

/// Whether the picture may stand for a character.
pub(super) fn is_picture(ch: char) -> bool {
    !ch.is_ascii() && MEANT.contains_key(&ch)
}

impl Step for Picture {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Substitution
    }

    fn triggers(&self) -> Triggers {
        Triggers::PICTURE
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        for place in 0..input.len() {
            let cell = &input[place];
            let meant = meant_at(input, place);
            changed |= meant.is_some();
            output.push(match meant {
                Some(ch) => cell.becoming(ch, Obfuscation::Substitution.into()),
                None => *cell,
            });
        }
        changed
    }
}

fn meant_at(cells: &[Cell], place: usize) -> Option<char> {
    let candidates = MEANT.get(&cells[place].ch)?;
    // A row of pictures is decoration.
    let is_picture = |place: Option<usize>| {
        place.and_then(|place| cells.get(place)).is_some_and(|cell| is_picture(cell.ch))
    };
    if is_picture(place.checked_sub(1)) || is_picture(Some(place + 1)) {
        return None;
    }
    let behind = cells[place + 1..].iter().map(|cell| cell.ch);
    let mut neighbours = Neighbours::new(&cells[..place], behind);
    candidates.iter().copied().find(|ch| {
        let is_meant = |word: &[char], sides: Sides| {
            in_dictionary(word, sides) && are_free(cells, place..place + 1, sides)
        };
        neighbours.word_with(*ch, is_meant).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn writes_the_character_that_is_meant() {
        check(&Picture, "在家赚💰", "在家赚钱");
        check(&Picture, "薅🐑毛", "薅羊毛");
        assert_eq!(marked(&Picture, "赚💰"), "钱");
    }

    #[test]
    fn decoration_stays() {
        for text in ["太好看了🔥", "恭喜💰💰发财", "回家🏠", "新闻📱", "💊"]
        {
            check(&Picture, text, text);
        }
    }
}
