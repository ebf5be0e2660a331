//! Characters that are drawn as nothing.

use mingjian_schema::Obfuscation;

use super::class::is_symbol;
use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, ObfuscationSet};

/// Removes zero-width characters, direction marks, variation selectors and controls.
pub(super) struct Invisible;

const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// Whether a character is drawn as nothing. White space is not meant.
pub(super) const fn is_invisible(ch: char) -> bool {
    matches!(ch,
        '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}'
        | '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

impl Step for Invisible {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Invisible
    }

    fn triggers(&self) -> Triggers {
        Triggers::INVISIBLE
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut visible = 0;
        while visible < input.len() {
            let cell = &input[visible];
            visible += 1;
            if !is_invisible(cell.ch) {
                output.push(*cell);
                continue;
            }
            let next = input[visible..].iter().find(|cell| !is_invisible(cell.ch));
            let Some(previous) = output.last_mut() else {
                continue;
            };
            if cell.ch == ZERO_WIDTH_JOINER
                && next.is_some_and(|next| joins_pictures(previous.ch, next.ch))
            {
                output.push(*cell);
                continue;
            }
            // At an edge or beside an emoji it is a trace of copying, between letters a trick.
            let hides = next.is_some_and(|next| next.ch.is_alphanumeric());
            let marks = if hides && previous.ch.is_alphanumeric() {
                Obfuscation::Invisible.into()
            } else {
                ObfuscationSet::EMPTY
            };
            previous.absorb(cell, marks);
        }
        output.len() != input.len()
    }
}

/// Whether a joiner between the two makes one emoji of them.
const fn joins_pictures(left: char, right: char) -> bool {
    is_symbol(left) && is_symbol(right)
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn removes_what_is_not_drawn() {
        check(&Invisible, "加\u{200B}微\u{FEFF}信\u{AD}", "加微信");
        check(&Invisible, "\u{202E}信微\u{202C}", "信微");
        check(&Invisible, "\u{FEFF}标题\u{0}", "标题");
        check(&Invisible, "葛\u{E0101}\u{3164}", "葛");
    }

    #[test]
    fn keeps_emoji_whole() {
        check(&Invisible, "👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧");
        check(&Invisible, "❤\u{FE0F}\u{200D}🔥", "❤\u{200D}🔥");
        check(&Invisible, "❤\u{200D}\u{200D}🔥", "❤\u{200D}🔥");
        check(&Invisible, "加\u{200D}微", "加微");
    }

    #[test]
    fn marks_only_between_letters() {
        assert_eq!(marked(&Invisible, "\u{FEFF}加\u{200B}微❤\u{FE0F}"), "加");
    }
}
