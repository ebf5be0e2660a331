//! Characters taken apart: `亻言` for `信`, `礻见步页` for `视频`.
//!
//! Two pieces are put together again only if the character makes a word with its neighbours, and,
//! unless one of them is a bare radical that nobody writes by itself, only if neither belongs to a
//! word as it stands.

use std::sync::LazyLock;

use mingjian_schema::Obfuscation;
use rustc_hash::{FxHashMap, FxHashSet};

use super::neighbours::{Neighbours, in_dictionary};
use super::scan::Triggers;
use super::step::Step;
use crate::cell::span;
use crate::{Cell, dictionary};

/// Puts characters together.
pub(super) struct SplitGlyph;

const DATA: &str = include_str!("../../data/split-glyphs.txt");

/// Radicals in the form that they only have inside a character.
const BARE: &str = "亻讠氵扌纟钅饣礻衤忄犭疒艹宀刂阝辶彳灬冫攵彡罒囗夂";

static GLYPHS: LazyLock<FxHashMap<(char, char), char>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut characters = line.chars();
            Some(((characters.next()?, characters.next()?), characters.next()?))
        })
        .collect()
});

static FIRST: LazyLock<FxHashSet<char>> =
    LazyLock::new(|| GLYPHS.keys().map(|(first, _)| *first).collect());

static SECOND: LazyLock<FxHashSet<char>> =
    LazyLock::new(|| GLYPHS.keys().map(|(_, second)| *second).collect());

/// Whether the character is the first piece of another.
pub(super) fn is_first_piece(ch: char) -> bool {
    FIRST.contains(&ch)
}

/// Whether the character is the second piece of another.
pub(super) fn is_second_piece(ch: char) -> bool {
    SECOND.contains(&ch)
}

/// Whether two characters are the pieces of one.
pub(super) fn is_split(first: char, second: char) -> bool {
    GLYPHS.contains_key(&(first, second))
}

impl Step for SplitGlyph {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Substitution
    }

    fn triggers(&self) -> Triggers {
        Triggers::SPLIT_GLYPH
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut next = 0;
        while next < input.len() {
            let Some(glyph) = glyph_at(input, next).filter(|ch| is_meant(input, next, *ch, output))
            else {
                output.push(input[next]);
                next += 1;
                continue;
            };
            let (start, end, mut marks) = span(&input[next..next + 2]);
            marks.insert(Obfuscation::Substitution);
            output.push(Cell { ch: glyph, start, end, marks });
            next += 2;
        }
        output.len() != input.len()
    }
}

fn glyph_at(cells: &[Cell], place: usize) -> Option<char> {
    let pair = (cells.get(place)?.ch, cells.get(place + 1)?.ch);
    GLYPHS.get(&pair).copied()
}

fn is_meant(cells: &[Cell], place: usize, glyph: char, before: &[Cell]) -> bool {
    let is_bare = |place: usize| BARE.contains(cells[place].ch);
    let is_odd = is_bare(place) || is_bare(place + 1);
    let in_word = |place| dictionary::is_covered(cells, place);
    if !is_odd && (in_word(place) || in_word(place + 1)) {
        return false;
    }
    let plain = cells[place + 2..].iter().map(|cell| cell.ch);
    let joined = Joined { cells, place: place + 2 };
    Neighbours::new(before, plain).word_with(glyph, in_dictionary).is_some()
        || Neighbours::new(before, joined).word_with(glyph, in_dictionary).is_some()
}

/// The characters from a place on, with all pieces put together.
struct Joined<'a> {
    cells: &'a [Cell],
    place: usize,
}

impl Iterator for Joined<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let glyph = glyph_at(self.cells, self.place);
        let ch = glyph.or_else(|| self.cells.get(self.place).map(|cell| cell.ch));
        self.place += if glyph.is_some() { 2 } else { 1 };
        ch
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn puts_pieces_together() {
        check(&SplitGlyph, "加微亻言", "加微信");
        check(&SplitGlyph, "手木几礻见步页免费看", "手机视频免费看");
        check(&SplitGlyph, "贝者博", "赌博");
        check(&SplitGlyph, "约火包", "约炮");
        assert_eq!(marked(&SplitGlyph, "微亻言号"), "信");
    }

    #[test]
    fn characters_that_stand_for_themselves_stay() {
        for text in ["女子学校", "他人言", "日月同辉", "亻言", "水力口"] {
            check(&SplitGlyph, text, text);
        }
    }
}
