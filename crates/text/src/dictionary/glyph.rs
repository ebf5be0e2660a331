//! What the segmenter needs to know of a character, in one table look-up.

use crate::entity;
use crate::normalise::class::is_han;

/// A character's number in the dictionary and its properties, as one number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Glyph(u32);

const NUMBER: u32 = 0xFFFF;
const IN_BLOCK: u32 = 1 << 16;
const HAN: u32 = 1 << 17;
const ALPHANUMERIC: u32 = 1 << 18;
const ENTITY: u32 = 1 << 19;

impl Glyph {
    fn of(ch: char) -> Self {
        let flag = |holds: bool, bit: u32| if holds { bit } else { 0 };
        Self(
            flag(is_in_block(ch), IN_BLOCK)
                | flag(is_han(ch), HAN)
                | flag(ch.is_ascii_alphanumeric(), ALPHANUMERIC)
                | flag(entity::may_begin(ch), ENTITY),
        )
    }

    /// The character's number, 0 if no word holds it.
    #[inline]
    pub(super) const fn number(self) -> u32 {
        self.0 & NUMBER
    }

    /// The same glyph without its number if jieba would cut before and behind it.
    #[inline]
    pub(super) const fn within_block(self) -> Self {
        if self.is_in_block() { self } else { Self(self.0 & !NUMBER) }
    }

    /// Whether jieba looks for words that hold such a character.
    #[inline]
    pub(super) const fn is_in_block(self) -> bool {
        self.0 & IN_BLOCK != 0
    }

    /// Whether it is a Latin letter or digit of ASCII.
    #[inline]
    pub(super) const fn is_alphanumeric(self) -> bool {
        self.0 & ALPHANUMERIC != 0
    }

    /// Whether it is a Chinese character.
    #[inline]
    pub(crate) const fn is_han(self) -> bool {
        self.0 & HAN != 0
    }

    /// Whether it is a Chinese character that no entity begins with.
    #[inline]
    pub(crate) const fn is_plain_han(self) -> bool {
        self.0 & (HAN | ENTITY) == HAN
    }
}

/// The characters between which jieba looks for words: Chinese ones, and those that names such as
/// `c++` and `at&t` are made of.
fn is_in_block(ch: char) -> bool {
    matches!(ch,
        '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}' | '\u{2A700}'..='\u{2B73F}' | '\u{2B740}'..='\u{2B81F}'
        | '\u{2B820}'..='\u{2CEAF}' | '\u{2CEB0}'..='\u{2EBEF}' | '\u{2F800}'..='\u{2FA1F}'
        | 'a'..='z' | 'A'..='Z' | '0'..='9' | '+' | '#' | '&' | '.' | '_' | '%' | '-')
}

/// The glyphs of all characters.
#[derive(Debug, Clone)]
pub(super) struct Glyphs {
    /// By code point: those that posts are written with.
    covered: Vec<Glyph>,
    /// Numbers of the others that occur in words, sorted.
    further: Vec<(char, u16)>,
}

/// Covers the basic plane.
const COVERED: usize = 0x1_0000;

impl Glyphs {
    /// Numbers the characters, which are sorted, from 1 on.
    pub(super) fn new(characters: &[char]) -> Self {
        let plain = |code| char::from_u32(code as u32).map_or(Glyph(0), Glyph::of);
        let mut glyphs = Self { covered: (0..COVERED).map(plain).collect(), further: Vec::new() };
        for (&ch, number) in characters.iter().zip(1u16..) {
            match glyphs.covered.get_mut(ch as usize) {
                Some(glyph) => glyph.0 |= u32::from(number),
                None => glyphs.further.push((ch, number)),
            }
        }
        glyphs
    }

    #[inline]
    pub(super) fn of(&self, ch: char) -> Glyph {
        match self.covered.get(ch as usize) {
            Some(glyph) => *glyph,
            None => self.of_further(ch),
        }
    }

    #[cold]
    fn of_further(&self, ch: char) -> Glyph {
        let glyph = Glyph::of(ch);
        match self.further.binary_search_by_key(&ch, |(known, _)| *known) {
            Ok(place) => Glyph(glyph.0 | u32::from(self.further[place].1)),
            Err(_) => glyph,
        }
    }
}
