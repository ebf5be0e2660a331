//! One look over the text that finds which steps can possibly change it.
//!
//! Most posts are clean, so the price of the normaliser is the price of this look.

use super::class::{Class, Table};
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
    /// Symbols between two Chinese characters.
    pub(crate) const SPLIT: Self = Self(1 << 14);
    /// A bracket followed by a phonetic letter.
    pub(crate) const READING: Self = Self(1 << 15);
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

/// Where the scan stands between two Chinese characters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Not behind a Chinese character.
    Outside,
    /// Directly behind a Chinese character.
    BehindHan,
    /// Behind separators that follow a Chinese character.
    BehindSeparator,
}

/// The state of the look: fed with one folded character after the other.
pub(crate) struct Scan {
    triggers: u16,
    previous: char,
    previous_class: Class,
    run: u32,
    gap: Gap,
}

impl Scan {
    pub(crate) const fn new() -> Self {
        // A space before the text makes leading white space a double one.
        Self { triggers: 0, previous: ' ', previous_class: Class::SPACE, run: 0, gap: Gap::Outside }
    }

    /// Looks at the next character.
    #[inline]
    pub(crate) fn push(&mut self, ch: char, class: Class) {
        self.triggers |= class.bits() & Triggers::BY_CLASS;
        self.see_repeat(ch, class);
        if class.has(Class::HAN) {
            if self.gap == Gap::BehindSeparator {
                self.triggers |= Triggers::SPLIT.0;
            }
            self.gap = Gap::BehindHan;
        } else if class.has(Class::SEPARATOR) && self.gap != Gap::Outside {
            self.gap = Gap::BehindSeparator;
        } else {
            self.gap = Gap::Outside;
        }
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
