//! HTML entities, also those that were escaped twice.

use mingjian_schema::Obfuscation;

use super::scan::Triggers;
use super::step::Step;
use crate::Cell;
use crate::cell::span;

/// Decodes named and numeric entities.
pub(super) struct HtmlEntity;

/// Characters an entity has at most between `&` and `;`.
const LONGEST: usize = 12;

/// The entities that editors and scrapers leave behind.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("zwj", '\u{200D}'),
    ("zwnj", '\u{200C}'),
    ("shy", '\u{AD}'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("middot", '·'),
    ("bull", '•'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("yen", '¥'),
    ("times", '×'),
    ("deg", '°'),
];

impl Step for HtmlEntity {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::HtmlEntity
    }

    fn triggers(&self) -> Triggers {
        Triggers::AMPERSAND
    }

    /// Reads each `;` against what has been written so far, so that `&amp;lt;` unfolds in one go.
    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        for cell in input {
            if cell.ch != ';' || !decode_tail(output, cell) {
                output.push(*cell);
            } else {
                changed = true;
            }
        }
        changed
    }
}

/// Replaces the entity that ends the written text and that `semicolon` closes.
fn decode_tail(written: &mut Vec<Cell>, semicolon: &Cell) -> bool {
    let reach = written.len().saturating_sub(LONGEST + 1);
    let Some(ampersand) = written[reach..].iter().rposition(|cell| cell.ch == '&') else {
        return false;
    };
    let ampersand = reach + ampersand;
    let Some(ch) = decode(&written[ampersand + 1..]) else {
        return false;
    };
    let (start, end, mut marks) = span(&written[ampersand..]);
    // `&nbsp;` and the like are traces of copying; a letter written as a number is a disguise.
    if ch.is_alphanumeric() {
        marks.insert(Obfuscation::HtmlEntity);
    }
    written.truncate(ampersand);
    written.push(Cell { ch, start, end: end.max(semicolon.end), marks });
    true
}

fn decode(name: &[Cell]) -> Option<char> {
    let mut buffer = String::with_capacity(LONGEST);
    buffer.extend(name.iter().map(|cell| cell.ch.to_ascii_lowercase()));
    let Some(number) = buffer.strip_prefix('#') else {
        return NAMED.iter().find(|(known, _)| *known == buffer).map(|(_, ch)| *ch);
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(code).filter(|ch| *ch != '\0')
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn decodes_entities() {
        check(&HtmlEntity, "a&nbsp;b&lt;c&gt;", "a b<c>");
        check(&HtmlEntity, "&#24494;&#x4FE1;&#X4fe1;", "微信信");
        check(&HtmlEntity, "&amp;lt;&amp;amp;#24494;", "<微");
        check(&HtmlEntity, "&#38;#24494;", "微");
    }

    #[test]
    fn leaves_what_is_no_entity() {
        for text in
            ["at&t; r&d", "&;", "&#;", "&#x;", "&#xD800;", "&#99999999999;", "&#0;", "&foo;"]
        {
            check(&HtmlEntity, text, text);
        }
    }

    #[test]
    fn marks_letters_only() {
        assert_eq!(marked(&HtmlEntity, "&nbsp;&#24494;&quot;"), "微");
    }
}
