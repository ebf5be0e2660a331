//! One character again and again.

use mingjian_schema::Obfuscation;

use super::scan::Triggers;
use super::step::Step;
use crate::Cell;

/// Shortens long runs of one character to three, which still reads as emphasis.
pub(super) struct Repeat;

/// A run that is left as it is.
pub(super) const LONGEST: usize = 3;

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
            if length <= LONGEST
                || first.ch.is_ascii_digit()
                || is_mask(output.last(), first.ch, length, after.first())
            {
                output.extend_from_slice(run);
                continue;
            }
            let (kept, dropped) = run.split_at(LONGEST);
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
