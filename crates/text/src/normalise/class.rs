//! What the normaliser needs to know of a character, in one table look-up.

use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, char::is_combining_mark, is_nfkc_quick};

use super::{
    compatibility, contact_name, digit_form, fold, invisible, look_alike, picture, shape, sound,
    split_glyph,
};

/// Properties of a character after folding; a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class(u32);

impl Class {
    /// `&`, with which an HTML entity begins.
    pub(crate) const AMPERSAND: Self = Self(1);
    /// Drawn as nothing.
    pub(crate) const INVISIBLE: Self = Self(1 << 1);
    /// Changed by NFKC, or able to combine with what stands before it.
    pub(crate) const UNSTABLE: Self = Self(1 << 2);
    /// A digit in an unusual form.
    pub(crate) const ODD_DIGIT: Self = Self(1 << 3);
    /// A letter that may pass for a Latin one.
    pub(crate) const LOOK_ALIKE: Self = Self(1 << 4);
    /// A digit or a Chinese numeral that is written for a digit.
    pub(crate) const DIGIT: Self = Self(1 << 5);
    /// A bracket that may open a reading.
    pub(crate) const BRACKET: Self = Self(1 << 6);
    /// A letter that a reading may begin with.
    pub(crate) const PHONETIC: Self = Self(1 << 7);
    /// A symbol that may split a word.
    pub(crate) const SEPARATOR: Self = Self(1 << 8);
    /// A Chinese character.
    pub(crate) const HAN: Self = Self(1 << 9);
    /// White space.
    pub(crate) const SPACE: Self = Self(1 << 10);
    /// The first piece of a character taken apart.
    pub(crate) const FIRST_PIECE: Self = Self(1 << 11);
    /// The second piece of a character taken apart.
    pub(crate) const SECOND_PIECE: Self = Self(1 << 12);
    /// A character that is written for one that looks like it.
    pub(crate) const SHAPE_ALIKE: Self = Self(1 << 13);
    /// A picture that is written for a character.
    pub(crate) const PICTURE: Self = Self(1 << 14);
    /// A small Latin letter.
    pub(crate) const LATIN: Self = Self(1 << 15);
    /// A character with which a messenger's name in disguise may begin.
    pub(crate) const CONTACT_NAME: Self = Self(1 << 16);

    /// The bits as a number.
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// Whether any of the other's bits is set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The class and the sound of a character's folded form, and whether that is another character.
/// Four bytes, so that the nearest caches hold those of all characters that posts are written in.
#[derive(Clone, Copy)]
pub(crate) struct Entry(u32);

const SOUND_AT: u32 = 17;
const UNFOLDED: u32 = 1 << 31;

const _: () = assert!(SOUND_AT + sound::BITS < 31);

impl Entry {
    fn of(ch: char) -> Self {
        let folded = fold::fold(ch);
        let unfolded = if folded == ch { 0 } else { UNFOLDED };
        Self(classify(folded).0 | u32::from(sound::of(folded)) << SOUND_AT | unfolded)
    }

    #[inline]
    pub(crate) const fn class(self) -> Class {
        Class(self.0 & ((1 << SOUND_AT) - 1))
    }

    /// The number of the form's sound, 0 for none; see [`sound`].
    #[inline]
    pub(crate) const fn sound(self) -> u16 {
        (self.0 >> SOUND_AT) as u16 & ((1 << sound::BITS) - 1)
    }

    /// Whether the character is its own folded form.
    #[inline]
    pub(crate) const fn is_folded(self) -> bool {
        self.0 & UNFOLDED == 0
    }
}

/// Covers the planes where posts are written; what lies above is worked out each time.
const COVERED: usize = 0x2_0000;

/// The class of every character, and its folded form.
pub(crate) struct Table {
    entries: Box<[Entry]>,
    /// Read only for characters that are not their own form.
    folded: Box<[char]>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let character = |code: usize| char::from_u32(code as u32);
    let entry = |code| character(code).map_or(Entry(0), Entry::of);
    let folded = |code| character(code).map_or(char::REPLACEMENT_CHARACTER, fold::fold);
    Table { entries: (0..COVERED).map(entry).collect(), folded: (0..COVERED).map(folded).collect() }
});

impl Table {
    /// The table, built at the first call.
    pub(crate) fn shared() -> &'static Self {
        &TABLE
    }

    #[inline]
    pub(crate) fn entry(&self, ch: char) -> Entry {
        self.entries.get(ch as usize).copied().unwrap_or_else(|| Entry::of(ch))
    }

    /// The folded form of a character.
    #[inline]
    pub(crate) fn folded(&self, ch: char) -> char {
        if self.entry(ch).is_folded() { ch } else { self.other_form(ch) }
    }

    fn other_form(&self, ch: char) -> char {
        self.folded.get(ch as usize).copied().unwrap_or_else(|| fold::fold(ch))
    }

    /// The class of a character that is already folded.
    #[inline]
    pub(crate) fn class(&self, ch: char) -> Class {
        self.entry(ch).class()
    }
}

/// Whether the character is a Chinese one.
pub(crate) const fn is_han(ch: char) -> bool {
    matches!(ch,
        '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '〇' | '々' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2FA1F}' | '\u{30000}'..='\u{323AF}')
}

/// Whether the character is a picture or a decorative symbol rather than writing.
pub(crate) const fn is_symbol(ch: char) -> bool {
    matches!(ch,
        '\u{2190}'..='\u{23FF}' | '\u{2500}'..='\u{27BF}' | '\u{2900}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1F0FF}' | '\u{1F200}'..='\u{1FAFF}'
        | '†' | '‡' | '•' | '‣' | '※' | '§' | '¶' | '¤' | '¦' | '¬' | '×' | '÷' | '〓' | '〒' | '°')
}

fn classify(ch: char) -> Class {
    let mut class = 0;
    let mut set = |holds: bool, bit: Class| {
        if holds {
            class |= bit.0;
        }
    };
    let is_odd_digit = digit_form::is_odd_digit(ch);
    let is_invisible = invisible::is_invisible(ch);
    let is_stable =
        is_nfkc_quick(std::iter::once(ch)) == IsNormalized::Yes || compatibility::keeps_form(ch);
    set(ch == '&', Class::AMPERSAND);
    set(is_invisible, Class::INVISIBLE);
    set((!is_stable || is_combining_mark(ch)) && !is_odd_digit && !is_invisible, Class::UNSTABLE);
    set(is_odd_digit, Class::ODD_DIGIT);
    set(look_alike::is_candidate(ch), Class::LOOK_ALIKE);
    set(digit_form::is_digit_like(ch), Class::DIGIT);
    set(super::reading::is_opening_bracket(ch), Class::BRACKET);
    set(super::reading::is_phonetic(ch), Class::PHONETIC);
    set(super::separator::is_separator(ch), Class::SEPARATOR);
    set(is_han(ch), Class::HAN);
    set(ch.is_whitespace(), Class::SPACE);
    set(split_glyph::is_first_piece(ch), Class::FIRST_PIECE);
    set(split_glyph::is_second_piece(ch), Class::SECOND_PIECE);
    set(shape::is_form(ch), Class::SHAPE_ALIKE);
    set(picture::is_picture(ch), Class::PICTURE);
    set(ch.is_ascii_lowercase(), Class::LATIN);
    set(contact_name::may_begin(ch), Class::CONTACT_NAME);
    Class(class)
}
