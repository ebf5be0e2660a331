//! One look over the text that finds which steps can possibly change it.
//!
//! Most posts are clean, so the price of the normaliser is the price of this look.

use super::class::{Class, Table};
use super::{separator, spaced_digits};
use crate::Cell;

/// Signs that a step waits for; a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Triggers(u16);

impl Triggers {
    /// Some character has another folded form.
    pub(crate) const UNFOLDED: Self = Self(1 << 11);
    /// More than three of one character in a row.
    pub(crate) const REPEAT: Self = Self(1 << 12);
    /// White space other than single spaces between words.
    pub(crate) const LOOSE_SPACE: Self = Self(1 << 13);
    /// Symbols between Chinese characters that the separator step may drop.
    pub(crate) const SPLIT: Self = Self(1 << 14);
    /// A bracket followed by a phonetic letter.
    pub(crate) const READING: Self = Self(1 << 15);
    /// Single digits with symbols between them, enough for a number.
    pub(crate) const SPACED_DIGITS: Self = Self(1 << 5);
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

    /// The class bits that are triggers by themselves.
    const BY_CLASS: u16 = Class::AMPERSAND.bits()
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
            let is_alone = self.is_after_gap && self.length == 1;
            let is_joined = is_alone || separator::joins_always(self.last, self.symbol, ch);
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
    triggers: u16,
    previous: char,
    previous_class: Class,
    run: u32,
    groups: Groups,
    /// Single digits so far, each behind a symbol but the first.
    spaced_digits: usize,
}

impl Scan {
    pub(crate) const fn new() -> Self {
        // A space before the text makes leading white space a double one.
        Self {
            triggers: 0,
            previous: ' ',
            previous_class: Class::SPACE,
            run: 0,
            groups: Groups::NONE,
            spaced_digits: 0,
        }
    }

    /// Looks at the next character.
    #[inline]
    pub(crate) fn push(&mut self, ch: char, class: Class) {
        self.triggers |= class.bits() & Triggers::BY_CLASS;
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
        if self.run > super::repeat::LONGEST as u32 && !is_plain_digit {
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
        let folded = entry.folded();
        if folded != cell.ch {
            unfolded = Triggers::UNFOLDED.0;
        }
        scan.push(folded, entry.class());
    }
    Triggers(scan.finish().0 | unfolded)
}
