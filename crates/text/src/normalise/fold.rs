//! One character for one character, whatever stands beside it: width, case, simplified forms.
//!
//! The loader folds while it decodes; as a step it only catches what other steps bring up.

use mingjian_schema::Obfuscation;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::class::{Table, is_han};
use super::scan::Triggers;
use super::step::Step;
use super::{compatibility, digit_form, look_alike, traditional};
use crate::{Cell, ObfuscationSet};

/// Folds characters that other steps brought up.
pub(super) struct Fold;

impl Step for Fold {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Width
    }

    fn triggers(&self) -> Triggers {
        Triggers::UNFOLDED
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let table = Table::shared();
        let mut changed = false;
        output.extend(input.iter().map(|cell| {
            let folded = table.folded(cell.ch);
            if folded == cell.ch {
                return *cell;
            }
            changed = true;
            cell.becoming(folded, mark(cell.ch, folded))
        }));
        changed
    }
}

/// The folded form of a character. Folding a folded form changes nothing.
pub(super) fn fold(ch: char) -> char {
    // A digit's form and a letter's script matter to a later step.
    if digit_form::is_odd_digit(ch) || look_alike::is_candidate(ch) {
        return ch;
    }
    let mut folded = ch;
    // Chains are short (full-width capital, capital, small letter); the limit guards the tables.
    for _ in 0..8 {
        let next = fold_once(folded);
        if next == folded || look_alike::is_candidate(next) {
            return next;
        }
        folded = next;
    }
    folded
}

fn fold_once(ch: char) -> char {
    if let Some(letter) = enclosed_letter(ch) {
        return letter;
    }
    let compatible = compatible_form(ch).unwrap_or(ch);
    let small = small_letter(compatible);
    traditional::simplify(small).unwrap_or(small)
}

/// The NFKC form, when it is one character that stands for itself in any surroundings.
fn compatible_form(ch: char) -> Option<char> {
    if compatibility::keeps_form(ch) {
        return None;
    }
    let mut form = std::iter::once(ch).nfkc();
    let (Some(only), None) = (form.next(), form.next()) else {
        return None;
    };
    let is_independent = is_nfkc_quick(std::iter::once(only)) == IsNormalized::Yes
        && unicode_normalization::char::canonical_combining_class(only) == 0;
    is_independent.then_some(only)
}

/// The small letter, when it is one character.
fn small_letter(ch: char) -> char {
    let mut small = ch.to_lowercase();
    match (small.next(), small.next()) {
        (Some(only), None) => only,
        // Dotted capital İ: its dot would be a stray mark.
        (Some('i'), Some(_)) => 'i',
        _ => ch,
    }
}

/// Letters in filled circles and squares, which NFKC leaves alone.
fn enclosed_letter(ch: char) -> Option<char> {
    let index = match ch {
        '\u{1F150}'..='\u{1F169}' => ch as u32 - 0x1F150,
        '\u{1F170}'..='\u{1F189}' => ch as u32 - 0x1F170,
        _ => return None,
    };
    char::from_u32(u32::from(b'a') + index)
}

/// What folding a character undoes: a capital or full-width punctuation is ordinary writing.
pub(super) fn mark(ch: char, folded: char) -> ObfuscationSet {
    match ch {
        // First what ordinary posts are full of: capitals, punctuation, spaces.
        'A'..='Z' | '\u{3000}' => ObfuscationSet::EMPTY,
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => Obfuscation::Width.into(),
        '\u{FF01}'..='\u{FF5E}' => ObfuscationSet::EMPTY,
        '\u{3400}'..='\u{9FFF}' => Obfuscation::Traditional.into(),
        _ if is_han(ch) && traditional::simplify(ch).is_some() => Obfuscation::Traditional.into(),
        _ if enclosed_letter(ch).is_some() => Obfuscation::CompatibilityForm.into(),
        _ if folded == small_letter(ch) => ObfuscationSet::EMPTY,
        _ => compatibility::mark(ch, &[folded]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::check;
    use super::*;

    #[test]
    fn folds_width_case_and_simplified_forms() {
        check(&Fold, "ＶＸ：ＡＢＣ１２３", "vx:abc123");
        check(&Fold, "開發票，Ｖ信", "开发票,v信");
        check(&Fold, "𝓥𝔁 ㊙ 🅥🅧 ⓥ", "vx 秘 vx v");
        check(&Fold, "ordinary 文字。、《》", "ordinary 文字。、《》");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for ch in ('\0'..='\u{2FFFF}').filter(|ch| fold(*ch) != *ch) {
            assert_eq!(fold(fold(ch)), fold(ch), "{ch:?}");
        }
    }

    #[test]
    fn ordinary_punctuation_and_capitals_are_not_marked() {
        let marks = |ch| mark(ch, fold(ch));
        assert!("，：！（）～ＡB".chars().filter(|ch| *ch != 'Ａ').all(|ch| marks(ch).is_empty()));
        assert!(marks('Ａ').contains(Obfuscation::Width));
        assert!(marks('𝓥').contains(Obfuscation::CompatibilityForm));
        assert!(marks('發').contains(Obfuscation::Traditional));
    }
}
