//! One look over the text that finds which steps can possibly change it.
//!
//! Most posts are clean, so the price of the normaliser is the price of this look.

use super::class::{Class, Entry, Table};
use super::domain::{Domain, domain};
use super::{contact_name, separator, spaced_digits, split_glyph};
use crate::Cell;

/// Signs that a step waits for; a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Triggers(u32);

impl Triggers {
    /// Some character has another folded form.
    pub(crate) const UNFOLDED: Self = Self(1 << 20);
    /// Three of one Chinese character or more than three of another in a row.
    pub(crate) const REPEAT: Self = Self(1 << 21);
    /// White space other than single spaces between words.
    pub(crate) const LOOSE_SPACE: Self = Self(1 << 22);
    /// Symbols between Chinese characters that the separator step may drop.
    pub(crate) const SPLIT: Self = Self(1 << 23);
    /// A bracket followed by a phonetic letter.
    pub(crate) const READING: Self = Self(1 << 24);
    /// Single digits with symbols between them, enough for a number.
    pub(crate) const SPACED_DIGITS: Self = Self(1 << 25);
    /// `&`.
    pub(crate) const AMPERSAND: Self = Self(Class::AMPERSAND.bits());
    /// An invisible character.
    pub(crate) const INVISIBLE: Self = Self(Class::INVISIBLE.bits());
    /// A character that NFKC may change.
    pub(crate) const UNSTABLE: Self = Self(Class::UNSTABLE.bits());
    /// A letter that may pass for a Latin one.
    pub(crate) const LOOK_ALIKE: Self = Self(Class::LOOK_ALIKE.bits());
    /// A digit in an unusual form, or Chinese numerals next to other digits.
    pub(crate) const DIGITS: Self = Self(Class::ODD_DIGIT.bits());

    /// A picture that may stand for a character.
    pub(crate) const PICTURE: Self = Self(Class::PICTURE.bits());
    /// Two pieces of a character beside each other.
    pub(crate) const SPLIT_GLYPH: Self = Self(1 << 26);
    /// The beginning of a messenger's name in disguise.
    pub(crate) const CONTACT_NAME: Self = Self(1 << 27);
    /// A Latin letter beside a Chinese character.
    pub(crate) const SPELLED: Self = Self(1 << 28);
    /// Two neighbours inside a word of the trade, one of them written by another character.
    pub(crate) const DISGUISED_WORD: Self = Self(1 << 29);

    /// The class bits that are triggers by themselves.
    const BY_CLASS: u32 = Class::PICTURE.bits()
        | Class::AMPERSAND.bits()
        | Class::INVISIBLE.bits()
        | Class::UNSTABLE.bits()
        | Class::ODD_DIGIT.bits()
        | Class::LOOK_ALIKE.bits();

    /// Whether any of the other's signs was seen.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Where the scan stands among Chinese characters and the symbols between them.
#[derive(Clone, Copy)]
struct Groups {
    /// Characters in the group being read, or in the last one when a gap follows it.
    length: u32,
    /// Whether a gap stands before that group.
    is_after_gap: bool,
    /// Whether a gap stands behind that group.
    is_before_gap: bool,
    /// The group's last character.
    last: char,
    /// The gap's symbol.
    symbol: char,
}

impl Groups {
    const NONE: Self =
        Self { length: 0, is_after_gap: false, is_before_gap: false, last: ' ', symbol: ' ' };

    /// Takes the next character; says whether the separator step may have something to join: a
    /// character alone between two gaps, or a pair that it joins anyway.
    #[inline]
    fn push(&mut self, ch: char, class: Class) -> bool {
        if class.has(Class::HAN) {
            if !self.is_before_gap {
                self.length += 1;
                self.last = ch;
                return false;
            }
            let is_alone =
                self.is_after_gap && self.length == 1 && separator::splits_number(self.symbol);
            let is_joined = is_alone || separator::may_join(self.last, self.symbol, ch);
            *self = Self { length: 1, is_after_gap: true, last: ch, ..Self::NONE };
            return is_joined;
        }
        if class.has(Class::SEPARATOR) && self.length > 0 {
            self.is_before_gap = true;
            self.symbol = ch;
        } else {
            *self = Self::NONE;
        }
        false
    }
}

/// The state of the look: fed with one folded character after the other.
pub(crate) struct Scan {
    triggers: u32,
    previous: char,
    previous_sound: u16,
    previous_class: Class,
    run: u32,
    domain: &'static Domain,
    groups: Groups,
    /// Single digits so far, each behind a symbol but the first.
    spaced_digits: usize,
}

impl Scan {
    pub(crate) fn new() -> Self {
        // A space before the text makes leading white space a double one.
        Self {
            triggers: 0,
            previous: ' ',
            previous_sound: 0,
            previous_class: Class::SPACE,
            run: 0,
            domain: domain(),
            groups: Groups::NONE,
            spaced_digits: 0,
        }
    }

    /// Looks at the next character.
    #[inline(always)]
    pub(crate) fn push(&mut self, ch: char, entry: Entry) {
        let class = entry.class();
        if self.goes_on_plainly(ch, class, entry.sound()) {
            self.groups.length += 1;
            self.groups.last = ch;
            self.run = 1;
            self.previous = ch;
            self.previous_class = class;
            self.previous_sound = entry.sound();
            return;
        }
        self.triggers |= class.bits() & Triggers::BY_CLASS;
        self.see_substitution(ch, class, entry.sound());
        self.see_repeat(ch, class);
        if self.groups.push(ch, class) {
            self.triggers |= Triggers::SPLIT.0;
        }
        self.see_spaced_digit(class);
        if class.has(Class::DIGIT) && self.previous_class.has(Class::DIGIT) {
            let either = class.bits() | self.previous_class.bits();
            if either & Class::HAN.bits() != 0 {
                self.triggers |= Triggers::DIGITS.0;
            }
        }
        if class.has(Class::PHONETIC) && self.previous_class.has(Class::BRACKET) {
            self.triggers |= Triggers::READING.0;
        }
        if class.has(Class::SPACE) && (ch != ' ' || self.previous_class.has(Class::SPACE)) {
            self.triggers |= Triggers::LOOSE_SPACE.0;
        }
        self.previous = ch;
        self.previous_class = class;
    }

    /// Whether this and the last character are Chinese and of no interest to any step, alone or
    /// together. Most characters are, and nothing but the place changes then.
    #[inline(always)]
    fn goes_on_plainly(&self, ch: char, class: Class, sound: u16) -> bool {
        const PIECES: u32 = Class::FIRST_PIECE.bits() | Class::SECOND_PIECE.bits();
        let is_plain = |class: Class| class.bits() & !PIECES == Class::HAN.bits();
        let is_split =
            self.previous_class.has(Class::FIRST_PIECE) && class.has(Class::SECOND_PIECE);
        is_plain(class)
            && is_plain(self.previous_class)
            && !is_split
            && ch != self.previous
            && !self.domain.has_sounds((self.previous_sound, sound))
    }

    #[inline(always)]
    fn see_substitution(&mut self, ch: char, class: Class, sound: u16) {
        const RARE: u32 = Class::SHAPE_ALIKE.bits() | Class::CONTACT_NAME.bits();
        let previous = self.previous_class;
        let either = class.bits() | previous.bits();
        let sounds = (self.previous_sound, sound);
        let is_split = previous.has(Class::FIRST_PIECE) && class.has(Class::SECOND_PIECE);
        if either & RARE != 0 || is_split || self.domain.has_sounds(sounds) {
            self.look_closer(ch, class, sounds);
        }
        let is_beside_latin = previous.has(Class::HAN) && class.has(Class::LATIN)
            || previous.has(Class::LATIN) && class.has(Class::HAN);
        if is_beside_latin {
            self.triggers |= Triggers::SPELLED.0;
        }
        self.previous_sound = sound;
    }

    /// Looks at two neighbours that may be part of a substitution. Most are not, but to find out
    /// takes tables that are too large to be asked for every character.
    #[inline(never)]
    fn look_closer(&mut self, ch: char, class: Class, sounds: (u16, u16)) {
        let previous = self.previous_class;
        let pair = (self.previous, ch);
        let either = class.bits() | previous.bits();
        let looks_like = either & Class::SHAPE_ALIKE.bits() != 0 && self.domain.looks_like(pair);
        if looks_like || self.domain.sounds_like(pair, sounds) {
            self.triggers |= Triggers::DISGUISED_WORD.0;
        }
        let is_split = previous.has(Class::FIRST_PIECE) && class.has(Class::SECOND_PIECE);
        if is_split && split_glyph::is_split(pair.0, pair.1) {
            self.triggers |= Triggers::SPLIT_GLYPH.0;
        }
        if previous.has(Class::CONTACT_NAME) && contact_name::begins_name(pair.0, pair.1)
            || class.has(Class::CONTACT_NAME) && contact_name::ends_invitation(pair.0)
        {
            self.triggers |= Triggers::CONTACT_NAME.0;
        }
    }

    #[inline]
    fn see_spaced_digit(&mut self, class: Class) {
        if class.has(Class::DIGIT) {
            let is_spaced = self.previous_class.has(Class::SEPARATOR);
            self.spaced_digits = if is_spaced { self.spaced_digits + 1 } else { 1 };
            if self.spaced_digits >= spaced_digits::SHORTEST {
                self.triggers |= Triggers::SPACED_DIGITS.0;
            }
        } else if !class.has(Class::SEPARATOR) {
            self.spaced_digits = 0;
        }
    }

    #[inline]
    fn see_repeat(&mut self, ch: char, class: Class) {
        if ch != self.previous {
            self.run = 1;
            return;
        }
        self.run += 1;
        let is_plain_digit = class.has(Class::DIGIT) && !class.has(Class::HAN);
        // Three of a Chinese character may stretch a word; three of anything else are emphasis.
        let longest = super::repeat::LONGEST as u32 - u32::from(class.has(Class::HAN));
        if self.run > longest && !is_plain_digit {
            self.triggers |= Triggers::REPEAT.0;
        }
    }

    /// The signs seen, once the text has ended.
    pub(crate) fn finish(self) -> Triggers {
        let ends_in_space = self.run > 0 && self.previous_class.has(Class::SPACE);
        Triggers(self.triggers | if ends_in_space { Triggers::LOOSE_SPACE.0 } else { 0 })
    }
}

/// Looks over cells that a step has written.
pub(crate) fn scan(cells: &[Cell], table: &Table) -> Triggers {
    let mut scan = Scan::new();
    let mut unfolded = 0;
    for cell in cells {
        let entry = table.entry(cell.ch);
        let folded = table.folded(cell.ch);
        if folded != cell.ch {
            unfolded = Triggers::UNFOLDED.0;
        }
        scan.push(folded, entry);
    }
    Triggers(scan.finish().0 | unfolded)
}
