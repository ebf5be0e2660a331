//! Digits in unusual forms, and numbers spelled half in digits and half in Chinese numerals.
//!
//! Circled and numbered forms always become digits. A Chinese numeral is a word before it is a
//! digit (`下三滥`, `一心一意`), so it only becomes one inside a run that reads as a number.

use mingjian_schema::Obfuscation;
use unicode_normalization::UnicodeNormalization;

use super::class::is_han;
use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, ObfuscationSet};

/// Writes unusual digits as ASCII digits.
pub(super) struct DigitForm;

/// The shortest run that counts as one number rather than as list marks.
const SHORTEST_RUN: usize = 3;

/// The shortest spelled-out number: shorter runs of numerals are words and years.
const SHORTEST_SPELLED: usize = 7;

/// The length of a mobile number.
const MOBILE: usize = 11;

impl Step for DigitForm {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::DigitForm
    }

    fn triggers(&self) -> Triggers {
        Triggers::DIGITS
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        let mut rest = input;
        while let Some(first) = rest.first() {
            if !is_digit_like(first.ch) {
                output.push(*first);
                rest = &rest[1..];
                continue;
            }
            let length = rest.iter().take_while(|cell| is_digit_like(cell.ch)).count();
            let (run, after) = rest.split_at(length);
            rest = after;
            changed |= write_run(run, output);
        }
        changed
    }
}

/// Whether a character is a digit in an unusual form.
pub(super) fn is_odd_digit(ch: char) -> bool {
    odd_value(ch).is_some()
}

/// Whether a character may stand for a digit.
pub(super) fn is_digit_like(ch: char) -> bool {
    ch.is_ascii_digit() || numeral_value(ch).is_some() || is_odd_digit(ch)
}

/// Whether a character is a Chinese numeral.
pub(super) fn is_numeral(ch: char) -> bool {
    numeral_value(ch).is_some()
}

fn write_run(run: &[Cell], output: &mut Vec<Cell>) -> bool {
    let spelled = reads_as_number(run);
    let marks = if run.len() >= SHORTEST_RUN {
        Obfuscation::DigitForm.into()
    } else {
        ObfuscationSet::EMPTY
    };
    let mut changed = false;
    for cell in run {
        let numeral = if spelled { numeral_value(cell.ch) } else { None };
        let odd = odd_value(cell.ch);
        if let Some(value) = numeral.or(odd.filter(|_| run.len() >= SHORTEST_RUN)) {
            write_value(value, cell, marks, output);
            changed = true;
        } else if let Some(value) = odd {
            write_alone(value, cell, output);
            changed = true;
        } else {
            output.push(*cell);
        }
    }
    changed
}

fn write_value(value: u8, cell: &Cell, marks: ObfuscationSet, output: &mut Vec<Cell>) {
    if value >= 10 {
        output.push(cell.becoming(char::from(b'0' + value / 10), marks));
    }
    output.push(cell.becoming(char::from(b'0' + value % 10), marks));
}

/// A form outside a number keeps its punctuation: `⒈` is `1.`.
fn write_alone(value: u8, cell: &Cell, output: &mut Vec<Cell>) {
    let mut form = std::iter::once(cell.ch).nfkc().peekable();
    if form.peek() == Some(&cell.ch) {
        return write_value(value, cell, ObfuscationSet::EMPTY, output);
    }
    output.extend(form.map(|ch| cell.becoming(ch, ObfuscationSet::EMPTY)));
}

/// Whether a run of digits and numerals spells a number, such as `一3八零零138零零零`.
fn reads_as_number(run: &[Cell]) -> bool {
    let is_spelled = |cell: &Cell| is_han(cell.ch);
    let numerals = run.iter().filter(|cell| is_spelled(cell)).count();
    if numerals == 0 || run.len() < SHORTEST_RUN {
        return false;
    }
    // A single stroke between digits is often a dash: `10一15`.
    if run.iter().filter(|cell| is_spelled(cell)).all(|cell| cell.ch == '一') {
        return numerals < run.len() && run.len() == MOBILE;
    }
    if numerals == run.len() {
        return run.len() >= SHORTEST_SPELLED && !counts_up(run);
    }
    let switches =
        run.windows(2).filter(|pair| is_spelled(&pair[0]) != is_spelled(&pair[1])).count();
    // A zero or a banker's numeral beside digits is no word of a sentence, unless it is a word
    // of its own as `陆` (land) and `伍` (rank) are.
    let is_formal = run.iter().any(|cell| "零〇壹贰叁肆柒捌玖".contains(cell.ch));
    switches >= 2 || is_formal || run.len() >= SHORTEST_SPELLED
}

/// Whether the numerals merely count, as in `一二三四五六七`.
fn counts_up(run: &[Cell]) -> bool {
    run.windows(2).all(|pair| numeral_value(pair[0].ch) <= numeral_value(pair[1].ch))
}

fn numeral_value(ch: char) -> Option<u8> {
    let value = match ch {
        '零' | '〇' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some(value)
}

/// The number that an unusual form stands for, 0 to 20.
fn odd_value(ch: char) -> Option<u8> {
    let code = ch as u32;
    let from = |first: u32, value: u32| Some((code - first + value) as u8);
    match code {
        0xB2 | 0xB3 => from(0xB2, 2),
        0xB9 => Some(1),
        0x2070 => Some(0),
        0x2074..=0x2079 => from(0x2074, 4),
        0x2080..=0x2089 => from(0x2080, 0),
        0x2460..=0x2473 => from(0x2460, 1),
        0x2474..=0x2487 => from(0x2474, 1),
        0x2488..=0x249B => from(0x2488, 1),
        0x24EA => Some(0),
        0x24EB..=0x24F4 => from(0x24EB, 11),
        0x24F5..=0x24FE => from(0x24F5, 1),
        0x24FF => Some(0),
        0x2776..=0x277F => from(0x2776, 1),
        0x2780..=0x2789 => from(0x2780, 1),
        0x278A..=0x2793 => from(0x278A, 1),
        0x3220..=0x3229 => from(0x3220, 1),
        0x3280..=0x3289 => from(0x3280, 1),
        0x0660..=0x0669 => from(0x0660, 0),
        0x06F0..=0x06F9 => from(0x06F0, 0),
        0x0966..=0x096F => from(0x0966, 0),
        0x09E6..=0x09EF => from(0x09E6, 0),
        0x0E50..=0x0E59 => from(0x0E50, 0),
        0x1D7CE..=0x1D7FF => Some(((code - 0x1D7CE) % 10) as u8),
        0x1F100 => Some(0),
        0x1F101..=0x1F10A => from(0x1F101, 0),
        0x1F10B | 0x1F10C => Some(0),
        0x1FBF0..=0x1FBF9 => from(0x1FBF0, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn writes_numbers_in_digits() {
        check(&DigitForm, "①③❽𝟘²⁹₈", "1380298");
        check(&DigitForm, "🄂🄄⒏", "138");
        check(&DigitForm, "⑬⑧", "138");
        check(&DigitForm, "一3八零零138零零零", "13800138000");
        check(&DigitForm, "一三八零零一三八零零零", "13800138000");
        check(&DigitForm, "一3800138000", "13800138000");
        check(&DigitForm, "壹3捌", "138");
        check(&DigitForm, "5零零元", "500元");
    }

    #[test]
    fn list_marks_keep_their_punctuation() {
        check(&DigitForm, "⒈打开 ②关闭 ❸ ⑩", "1.打开 2关闭 3 10");
        assert_eq!(marked(&DigitForm, "②关闭"), "");
        assert_eq!(marked(&DigitForm, "①③⑧"), "138");
    }

    #[test]
    fn numerals_stay_words() {
        for text in [
            "下三滥",
            "一心一意",
            "二〇二六年",
            "一二三四五六七",
            "10一15岁",
            "2010一2015",
            "2026三八妇女节",
            "壹万贰仟叁佰元",
            "三三两两",
        ] {
            check(&DigitForm, text, text);
        }
    }
}
