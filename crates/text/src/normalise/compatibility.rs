//! NFKC, one stretch at a time, so that composed and decomposed forms keep their places.

use mingjian_schema::Obfuscation;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::class::{Class, Table, is_han};
use super::scan::Triggers;
use super::step::Step;
use crate::cell::span;
use crate::{Cell, ObfuscationSet};

/// Applies Unicode's compatibility composition.
pub(super) struct Compatibility;

impl Step for Compatibility {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::CompatibilityForm
    }

    fn triggers(&self) -> Triggers {
        Triggers::UNSTABLE
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let table = Table::shared();
        let mut composed = Vec::new();
        let mut changed = false;
        let mut start = 0;
        while start < input.len() {
            let mut end = start + 1;
            // Nothing combines with a form that is kept.
            let is_kept = keeps_form(input[start].ch);
            while end < input.len() && !is_kept && !begins_stretch(input[end].ch, table) {
                end += 1;
            }
            let stretch = &input[start..end];
            start = end;
            if let [only] = stretch
                && !table.class(only.ch).has(Class::UNSTABLE)
            {
                output.push(*only);
                continue;
            }
            changed |= compose(stretch, &mut composed, output);
        }
        changed
    }
}

/// Whether nothing before the character can combine with it.
fn begins_stretch(ch: char, table: &Table) -> bool {
    if !table.class(ch).has(Class::UNSTABLE) {
        return true;
    }
    let mut first = None;
    decompose_compatible(ch, |part| {
        first.get_or_insert(part);
    });
    let first = first.unwrap_or(ch);
    canonical_combining_class(first) == 0
        && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
}

/// Writes the composed stretch; says whether it differs.
fn compose(stretch: &[Cell], composed: &mut Vec<char>, output: &mut Vec<Cell>) -> bool {
    composed.clear();
    composed.extend(stretch.iter().map(|cell| cell.ch).nfkc());
    if composed.iter().eq(stretch.iter().map(|cell| &cell.ch)) {
        output.extend_from_slice(stretch);
        return false;
    }
    let (start, end, marks) = span(stretch);
    let marks = stretch.iter().fold(marks, |marks, cell| marks.union(mark(cell.ch, composed)));
    output.extend(composed.iter().map(|&ch| Cell { ch, start, end, marks }));
    true
}

/// Characters whose NFKC form would lose what they say: an ellipsis is not three full stops, and
/// a spacing accent (`´`, `￣` in faces, the neutral tone's `˙`) is not a space with a stray mark.
pub(super) fn keeps_form(ch: char) -> bool {
    if matches!(ch, '…' | '‥') {
        return true;
    }
    if ch.is_ascii() || ch.is_whitespace() {
        return false;
    }
    let mut first = None;
    let mut parts = 0;
    decompose_compatible(ch, |part| {
        first.get_or_insert(part);
        parts += 1;
    });
    first == Some(' ') && parts > 1
}

/// Whether undoing the form of a character undoes a disguise. Units, trademarks, fractions,
/// ligatures, half-width kana and forms that are merely composed differently are ordinary.
pub(super) fn mark(ch: char, forms: &[char]) -> ObfuscationSet {
    let is_ordinary = matches!(ch,
        '\u{AA}' | '\u{BA}'..='\u{BE}' | '\u{132}'..='\u{1CC}' | '\u{1F1}'..='\u{1F3}'
        | '\u{2100}'..='\u{2109}' | '\u{2116}' | '\u{2120}'..='\u{2122}' | '\u{2150}'..='\u{215F}'
        | '\u{3131}'..='\u{318E}' | '\u{3300}'..='\u{33FF}' | '\u{FB00}'..='\u{FEFC}'
        | '\u{FF61}'..='\u{FFDC}');
    let is_writing = forms.iter().any(|form| form.is_alphanumeric());
    let mut canonical = std::iter::once(ch).nfc();
    let is_recomposed = canonical.next().is_some_and(|form| forms.first() == Some(&form));
    if ch.is_ascii() || is_ordinary || !is_writing || (is_recomposed && !is_han(ch)) {
        return ObfuscationSet::EMPTY;
    }
    // A part of the stretch that stayed as it was is no disguise.
    if forms.contains(&ch) || unicode_normalization::char::is_combining_mark(ch) {
        return ObfuscationSet::EMPTY;
    }
    Obfuscation::CompatibilityForm.into()
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn composes_and_decomposes() {
        check(&Compatibility, "e\u{301}té", "été");
        check(&Compatibility, "㈱ﬁ", "(株)fi");
        check(&Compatibility, "5㎏ 20℃", "5kg 20°C");
        check(&Compatibility, "ｶﾞ", "ガ");
        check(&Compatibility, "\u{1100}\u{1161}", "가");
    }

    #[test]
    fn keeps_punctuation_that_says_something() {
        check(&Compatibility, "等等……´", "等等……´");
    }

    #[test]
    fn units_are_not_marked() {
        assert_eq!(marked(&Compatibility, "5㎏™ ⒱"), "(v)");
    }
}
