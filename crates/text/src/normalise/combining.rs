//! Combining marks that are piled onto letters which do not take them.

use mingjian_schema::Obfuscation;
use unicode_normalization::char::is_combining_mark;

use super::class::is_han;
use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, ObfuscationSet};

/// Removes stray combining marks: what composes has been composed by now.
pub(super) struct Combining;

/// Marks that one letter of a script with marks may carry.
const MOST_MARKS: usize = 3;

const KEYCAP: char = '\u{20E3}';

impl Step for Combining {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Invisible
    }

    fn triggers(&self) -> Triggers {
        Triggers::UNSTABLE
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut base = None;
        let mut kept = 0;
        for cell in input {
            if !is_combining_mark(cell.ch) {
                base = Some(cell.ch);
                kept = 0;
                output.push(*cell);
            } else if base.is_some_and(takes_marks) && kept < MOST_MARKS {
                kept += 1;
                output.push(*cell);
            } else if let Some(letter) = output.last_mut() {
                // A keycap around a digit is an ordinary emoji.
                let is_keycap = cell.ch == KEYCAP && !letter.ch.is_alphabetic();
                let marks =
                    if is_keycap { ObfuscationSet::EMPTY } else { Obfuscation::Invisible.into() };
                letter.absorb(cell, marks);
            }
        }
        output.len() != input.len()
    }
}

/// Whether marks are part of the letter's script, as in Thai, Hindi or Arabic.
fn takes_marks(letter: char) -> bool {
    letter.is_alphabetic() && letter >= '\u{590}' && !is_han(letter) && !is_without_marks(letter)
}

/// Later blocks that write without combining marks: extended Latin, phonetic symbols, kana,
/// Hangul, compatibility and mathematical letters.
const fn is_without_marks(letter: char) -> bool {
    matches!(letter,
        '\u{1100}'..='\u{11FF}' | '\u{1D00}'..='\u{1FFF}' | '\u{2000}'..='\u{2DFF}'
        | '\u{3000}'..='\u{33FF}' | '\u{A640}'..='\u{A7FF}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FFFF}' | '\u{1D400}'..='\u{1D7FF}' | '\u{1F100}'..='\u{1F1FF}')
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::check;
    use super::*;

    #[test]
    fn removes_stray_marks() {
        check(&Combining, "微\u{336}信\u{336}", "微信");
        check(&Combining, "v\u{30D}\u{30E}\u{31B}x", "vx");
        check(&Combining, "\u{301}加", "加");
        check(&Combining, "1\u{20E3}3\u{20E3}", "13");
    }

    #[test]
    fn keeps_marks_of_scripts_that_have_them() {
        check(&Combining, "ที่นี่ हिन्दी", "ที่นี่ हिन्दी");
        check(&Combining, "ก\u{E34}\u{E34}\u{E34}\u{E34}\u{E34}", "ก\u{E34}\u{E34}\u{E34}");
    }
}
