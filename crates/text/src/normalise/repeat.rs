//! One character again and again. Inside a word it is written once, elsewhere three times.

use mingjian_schema::Obfuscation;

use super::class::is_han;
use super::neighbours::{Neighbours, in_dictionary};
use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, dictionary};

/// Shortens long runs of one character, to three where that still reads as emphasis.
pub(super) struct Repeat;

/// A run that is left as it is.
pub(super) const LONGEST: usize = 3;

/// A doubled character that is this common is a word, as in `哈哈`.
const LEAST_COMMON: u64 = 100;

/// The longest run that may stand for hidden digits of a number.
const LONGEST_MASK: usize = 12;

impl Step for Repeat {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Repeat
    }

    fn triggers(&self) -> Triggers {
        Triggers::REPEAT
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut rest = input;
        while let Some(first) = rest.first() {
            let length = rest.iter().take_while(|cell| cell.ch == first.ch).count();
            let (run, after) = rest.split_at(length);
            rest = after;
            let is_stretched = length == LONGEST && is_inside_word(output, first.ch, after);
            if (length <= LONGEST && !is_stretched)
                || first.ch.is_ascii_digit()
                || is_mask(output.last(), first.ch, length, after.first())
            {
                output.extend_from_slice(run);
                continue;
            }
            let longest = if is_inside_word(output, first.ch, after) { 1 } else { LONGEST };
            let (kept, dropped) = run.split_at(longest);
            output
                .extend(kept.iter().map(|cell| cell.becoming(cell.ch, Obfuscation::Repeat.into())));
            let last = output.len() - 1;
            for cell in dropped {
                output[last].absorb(cell, Obfuscation::Repeat.into());
            }
        }
        output.len() != input.len()
    }
}

/// Whether the character is part of a word once it stands only once, as in `免免免费`.
fn is_inside_word(before: &[Cell], ch: char, after: &[Cell]) -> bool {
    if !is_han(ch) || dictionary::frequency([ch, ch]) >= LEAST_COMMON {
        return false;
    }
    Neighbours::new(before, after.iter().map(|cell| cell.ch)).word_with(ch, in_dictionary).is_some()
}

/// Whether the run hides the middle of a number, as in `138xxxx6021`.
fn is_mask(before: Option<&Cell>, ch: char, length: usize, after: Option<&Cell>) -> bool {
    let is_digit = |cell: Option<&Cell>| cell.is_some_and(|cell| cell.ch.is_ascii_digit());
    matches!(ch, 'x' | '*') && length <= LONGEST_MASK && is_digit(before) && is_digit(after)
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn shortens_long_runs() {
        check(&Repeat, "哈哈哈哈哈哈!!!!!!!!", "哈哈哈!!!");
        check(&Repeat, "好好好", "好好好");
        check(&Repeat, "免免免费费费费看", "免费看");
        assert_eq!(marked(&Repeat, "哇哇哇哇塞"), "哇哇哇");
    }

    #[test]
    fn keeps_numbers_and_their_masks() {
        for text in ["10000000元", "138xxxx6021", "138****6021", "400-8888-8888"] {
            check(&Repeat, text, text);
        }
        check(&Repeat, "xxxxx好", "xxx好");
    }
}
