//! Numbers with a symbol behind every digit: `1*3*8*0*0…`, `1 3 8 0 0…`.

use mingjian_schema::Obfuscation;

use super::scan::Triggers;
use super::separator::splits_number;
use super::step::Step;
use crate::Cell;

/// Joins single digits that one kind of symbol keeps apart.
pub(super) struct SpacedDigits;

/// The fewest digits that make a number worth hiding; shorter rows are scores, dates, versions.
pub(super) const SHORTEST: usize = 7;

impl Step for SpacedDigits {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Separator
    }

    fn triggers(&self) -> Triggers {
        Triggers::SPACED_DIGITS
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut next = 0;
        while next < input.len() {
            let is_after_digit = next > 0 && input[next - 1].ch.is_ascii_digit();
            let digits = if is_after_digit { 0 } else { row_length(&input[next..]) };
            let row = input[next..].iter().step_by(2).take(digits);
            if digits < SHORTEST || counts_up(row) {
                output.push(input[next]);
                next += 1;
                continue;
            }
            let length = digits * 2 - 1;
            write_row(&input[next..next + length], output);
            next += length;
        }
        output.len() != input.len()
    }
}

/// Whether the digits merely count, as in `1 2 3 4 5 6 7`.
fn counts_up<'a>(row: impl Iterator<Item = &'a Cell>) -> bool {
    row.is_sorted_by_key(|cell| cell.ch)
}

/// How many single digits stand here with one symbol between each two.
fn row_length(cells: &[Cell]) -> usize {
    let at = |index: usize| cells.get(index).map(|cell| cell.ch);
    let is_digit = |index: usize| at(index).is_some_and(|ch| ch.is_ascii_digit());
    let Some(symbol) = at(1).filter(|ch| is_digit(0) && splits_number(*ch)) else {
        return 0;
    };
    let mut digits = 1;
    while at(digits * 2 - 1) == Some(symbol) && is_digit(digits * 2) && !is_digit(digits * 2 + 1) {
        digits += 1;
    }
    digits
}

fn write_row(row: &[Cell], output: &mut Vec<Cell>) {
    for cell in row {
        if cell.ch.is_ascii_digit() {
            output.push(cell.becoming(cell.ch, Obfuscation::Separator.into()));
        } else if let Some(digit) = output.last_mut() {
            digit.absorb(cell, Obfuscation::Separator.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn joins_spaced_numbers() {
        check(&SpacedDigits, "v:1*3*8*0*0*1*3", "v:1380013");
        check(&SpacedDigits, "1 3 8 0 0 1 3 8 0 0 0 加", "13800138000 加");
        assert_eq!(marked(&SpacedDigits, "电1-3-8-0-0-1-3"), "1380013");
    }

    #[test]
    fn leaves_rows_that_say_something_else() {
        for text in ["1 2 3 4 5 6 7 8", "3-1 2-0", "1.2.3.4", "2026-11-24", "12 34 56 78 90 12 34"]
        {
            check(&SpacedDigits, text, text);
        }
    }
}
