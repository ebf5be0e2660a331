//! Telephone numbers: mobile, service and fixed lines, also with hidden digits.

use super::{run, starts_with};
use crate::Cell;

/// Digits of a mobile number.
const MOBILE: usize = 11;

/// Characters that a written number may have.
const LONGEST: usize = 20;

/// The length of the number that begins here.
pub(super) fn length(cells: &[Cell]) -> Option<usize> {
    let prefix = country_length(cells);
    let number = &cells[prefix..];
    let length = written_length(number);
    let written = &number[..length];
    if number.get(length).is_some_and(|next| next.ch.is_ascii_alphanumeric()) {
        return None;
    }
    let mut buffer = [0; LONGEST];
    let mut count = 0;
    for ch in written.iter().map(|cell| cell.ch).filter(|ch| ch.is_ascii_digit() || is_mask(*ch)) {
        buffer[count] = ch as u8;
        count += 1;
    }
    let digits = str::from_utf8(&buffer[..count]).unwrap_or_default();
    let is_number = is_mobile(digits) || is_service(digits) || is_fixed(digits, written);
    is_number.then_some(prefix + length)
}

fn country_length(cells: &[Cell]) -> usize {
    let code = ["+86", "(+86)", "0086"].iter().find(|code| starts_with(cells, code));
    let Some(code) = code else {
        return 0;
    };
    code.len() + run(&cells[code.len()..], 1, |ch| matches!(ch, ' ' | '-'))
}

/// Digits and masks with single gaps between them.
fn written_length(cells: &[Cell]) -> usize {
    let mut end = 0;
    let mut next = 0;
    for cell in cells.iter().take(LONGEST) {
        next += 1;
        if cell.ch.is_ascii_digit() || is_mask(cell.ch) {
            end = next;
        } else {
            let is_gap = matches!(cell.ch, ' ' | '-' | '(' | ')');
            let is_doubled = next - end > 1 && !cells[next - 2].ch.eq(&')');
            if !is_gap || is_doubled {
                break;
            }
        }
    }
    end
}

const fn is_mask(ch: char) -> bool {
    matches!(ch, 'x' | '*')
}

fn is_mobile(digits: &str) -> bool {
    let mut first = digits.chars();
    let begins = first.next() == Some('1') && matches!(first.next(), Some('3'..='9'));
    // Hidden digits stand in the middle or at the end, never in front.
    let shown = digits.chars().take_while(char::is_ascii_digit).count();
    digits.len() == MOBILE && begins && shown >= 3
}

fn is_service(digits: &str) -> bool {
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    is_plain && digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"))
}

/// An area code, a gap and seven or eight digits.
fn is_fixed(digits: &str, written: &[Cell]) -> bool {
    let has_gap = written.iter().any(|cell| matches!(cell.ch, '-' | ')' | ' '));
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    has_gap && is_plain && digits.starts_with('0') && (10..=12).contains(&digits.len())
}
