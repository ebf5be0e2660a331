//! Pinyin or zhuyin in brackets behind the characters that it spells: `据(jù)网(wǎng)信`.
//!
//! The brackets go only when their content really is a reading of what stands before them, with
//! tones left aside, so `数据(data)` and `苹果(apple)` keep theirs.

use mingjian_schema::Obfuscation;
use pinyin::ToPinyinMulti;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::class::is_han;
use super::scan::Triggers;
use super::step::Step;
use super::zhuyin;
use crate::Cell;

/// Drops bracketed readings.
pub(super) struct BracketedReading;

/// Characters that one bracket may spell.
const MOST_SYLLABLES: usize = 8;

/// Characters that a bracket may hold.
const LONGEST: usize = 64;

const BRACKETS: &[(char, char)] = &[
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('<', '>'),
    ('【', '】'),
    ('〔', '〕'),
    ('〈', '〉'),
    ('「', '」'),
    ('『', '』'),
];

impl Step for BracketedReading {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::BracketedReading
    }

    fn triggers(&self) -> Triggers {
        Triggers::READING
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut next = 0;
        while next < input.len() {
            let length = bracket_length(&input[next..]);
            let content = length.map(|length| &input[next + 1..next + length - 1]);
            let syllables = content.and_then(|content| syllables_before(output, content));
            let (Some(syllables), Some(length)) = (syllables, length) else {
                output.push(input[next]);
                next += 1;
                continue;
            };
            let first = output.len() - syllables;
            for cell in &mut output[first..] {
                cell.marks.insert(Obfuscation::BracketedReading);
            }
            let last = output.len() - 1;
            for dropped in &input[next..next + length] {
                output[last].absorb(dropped, Obfuscation::BracketedReading.into());
            }
            next += length;
        }
        output.len() != input.len()
    }
}

/// Whether the character opens a bracket that may hold a reading.
pub(super) fn is_opening_bracket(ch: char) -> bool {
    BRACKETS.iter().any(|(open, _)| *open == ch)
}

/// Whether a reading may begin with the character.
pub(super) const fn is_phonetic(ch: char) -> bool {
    ch.is_ascii_lowercase()
        || matches!(ch, '\u{E0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
        || zhuyin::is_letter(ch)
}

/// The length of a bracket with phonetic content at the beginning, both ends included.
fn bracket_length(cells: &[Cell]) -> Option<usize> {
    let open = cells.first()?.ch;
    let (_, close) = BRACKETS.iter().find(|(known, _)| *known == open)?;
    if !is_phonetic(cells.get(1)?.ch) {
        return None;
    }
    let reach = cells.len().min(LONGEST);
    let inner = cells[1..reach].iter().take_while(|cell| may_stand_in_reading(cell.ch)).count();
    let end = inner + 1;
    (cells.get(end)?.ch == *close).then_some(end + 1)
}

fn may_stand_in_reading(ch: char) -> bool {
    is_phonetic(ch)
        || is_combining_mark(ch)
        || matches!(ch, '1'..='5' | ' ' | '\'' | '’' | '-' | '·' | 'ˊ' | 'ˇ' | 'ˋ' | '˙' | 'ˉ')
}

/// How many of the characters before the bracket its content spells.
fn syllables_before(before: &[Cell], content: &[Cell]) -> Option<usize> {
    let spelled = toneless(content);
    let is_zhuyin = spelled.chars().all(zhuyin::is_letter);
    // The last character's readings first, then those of the one before it, depth first.
    let mut stack = vec![(0, spelled.as_str())];
    while let Some((used, letters)) = stack.pop() {
        if letters.is_empty() {
            return Some(used);
        }
        let position = before.len().checked_sub(used + 1);
        let Some(cell) = position.map(|position| &before[position]) else {
            continue;
        };
        if used == MOST_SYLLABLES || !is_han(cell.ch) {
            continue;
        }
        for reading in readings(cell.ch, is_zhuyin) {
            if let Some(left) = letters.strip_suffix(reading.as_str()) {
                stack.push((used + 1, left));
            }
        }
    }
    None
}

/// The content without tones and gaps, with `v` for `ü`.
fn toneless(content: &[Cell]) -> String {
    let letters = content.iter().filter(|cell| is_phonetic(cell.ch));
    let mut spelled = String::new();
    for part in letters.map(|cell| cell.ch).nfd() {
        if part == '\u{308}' && spelled.ends_with('u') {
            spelled.pop();
            spelled.push('v');
        } else if !is_combining_mark(part) {
            spelled.push(part);
        }
    }
    spelled
}

/// The toneless readings of a character, in pinyin or in zhuyin.
fn readings(ch: char, in_zhuyin: bool) -> Vec<String> {
    let mut readings = Vec::new();
    for reading in ch.to_pinyin_multi().into_iter().flatten() {
        let latin = reading.plain().replace('ü', "v");
        if in_zhuyin {
            readings.extend(zhuyin::from_pinyin(&latin));
            continue;
        }
        // `lü` is often typed as `lu`.
        if latin.contains('v') {
            readings.push(latin.replace('v', "u"));
        }
        readings.push(latin);
    }
    readings.sort_unstable();
    readings.dedup();
    readings.retain(|reading| !reading.is_empty());
    readings
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn drops_readings() {
        check(&BracketedReading, "据(jù)网(wǎng)信", "据网信");
        check(&BracketedReading, "微信(weixin)号", "微信号");
        check(&BracketedReading, "微信(wei1 xin4)", "微信");
        check(&BracketedReading, "发票【fāpiào】", "发票");
        check(&BracketedReading, "重(chóng)庆", "重庆");
        check(&BracketedReading, "绿(lǜ)女(nv)", "绿女");
        check(&BracketedReading, "据(ㄐㄩˋ)网[ㄨㄤˇ]", "据网");
        check(&BracketedReading, "微信(ㄨㄟㄒㄧㄣˋ)", "微信");
    }

    #[test]
    fn keeps_what_is_no_reading() {
        for text in ["数据(data)", "苹果(apple)", "(jù)网", "据(wang)", "a(a)", "据(jù", "据()"]
        {
            check(&BracketedReading, text, text);
        }
    }

    #[test]
    fn marks_the_characters_that_were_spelled() {
        assert_eq!(marked(&BracketedReading, "加微信(weixin)号"), "微信");
    }
}
