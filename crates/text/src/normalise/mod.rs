//! The normaliser: small steps in order, repeated until nothing changes.
//!
//! Every step undoes one kind of disguise and keeps, for every character, the bytes of the
//! original that it stands for. A scan finds which steps can change a text at all; a clean text
//! is folded while it is decoded and meets no step.
//!
//! The result is stable by construction: the loop ends when no step that the scan asks for
//! changes anything, and both depend on the text alone.
//!
//! # Adding a step
//!
//! 1. Write `src/normalise/your_step.rs` with a unit struct that implements [`Step`]; its tests
//!    are lines of `check(&YourStep, input, expected)`.
//! 2. Name in `triggers` the sign without which the step can do nothing; a new sign is a bit of
//!    [`Class`](class::Class) (a property of a character) or of [`Triggers`] (of neighbours).
//! 3. Put it in [`STEPS`] where it belongs. A step must move the text towards a fixed point: drop
//!    characters, or replace them by ones that no step replaces back. The property tests in
//!    `tests/properties.rs` look for two steps that undo each other.
//! 4. Change [`NORMALISER_VERSION`]: models are trained on normalised text.

pub(crate) mod class;
mod combining;
mod compatibility;
mod contact_name;
mod digit_form;
mod disguised_word;
mod domain;
mod fold;
mod html_entity;
mod invisible;
mod look_alike;
mod neighbours;
mod picture;
mod reading;
mod repeat;
mod scan;
mod separator;
mod shape;
mod sound;
mod space;
mod spaced_digits;
mod spelled;
mod split_glyph;
mod step;
mod traditional;
mod zhuyin;

use crate::{Cell, Normalised, ObfuscationSet};
use class::Table;
use scan::{Scan, Triggers, scan};
use step::Step;

/// Names the steps, the tables and the domain dictionary. It changes whenever a text may be read
/// differently, because a model is only valid behind the reading that it was trained behind; a
/// test holds it against a digest.
pub const NORMALISER_VERSION: &str = "2";

/// In the order in which they run.
const STEPS: &[&dyn Step] = &[
    &html_entity::HtmlEntity,
    &invisible::Invisible,
    &digit_form::DigitForm,
    &compatibility::Compatibility,
    &combining::Combining,
    &fold::Fold,
    &look_alike::LookAlike,
    &reading::BracketedReading,
    &separator::Separator,
    &spaced_digits::SpacedDigits,
    &repeat::Repeat,
    &space::Space,
    &split_glyph::SplitGlyph,
    &contact_name::ContactName,
    &picture::Picture,
    &spelled::Spelled,
    &disguised_word::DisguisedWord,
];

/// Rounds after which even a text that was built to keep changing is left as it is. Real posts
/// need one or two; only brackets nested within brackets need one a level.
const MOST_ROUNDS: usize = 32;

/// Undoes disguises and keeps the way back to the original.
#[derive(Clone)]
pub struct Normaliser {
    table: &'static Table,
}

impl std::fmt::Debug for Normaliser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Normaliser").field("version", &NORMALISER_VERSION).finish()
    }
}

impl Default for Normaliser {
    fn default() -> Self {
        Self::new()
    }
}

impl Normaliser {
    /// A normaliser with all steps. The character table is built at the first call and shared.
    #[must_use]
    pub fn new() -> Self {
        Self { table: Table::shared() }
    }

    /// The kinds of disguise that some step undoes.
    #[must_use]
    pub fn undoes(&self) -> ObfuscationSet {
        STEPS.iter().map(|step| step.obfuscation()).collect()
    }

    /// Normalises a field.
    #[must_use]
    pub fn normalise(&self, original: &str) -> Normalised {
        let mut normalised = Normalised::default();
        self.normalise_into(original, &mut normalised);
        normalised
    }

    /// Normalises a field into buffers that are used again: no allocation once they are large
    /// enough and the text is clean. Offsets are 32 bits wide, so what lies beyond 4 GiB is
    /// not read.
    pub fn normalise_into(&self, original: &str, normalised: &mut Normalised) {
        let mut triggers = self.load(original, &mut normalised.cells);
        if !triggers.is_empty() {
            for _ in 0..MOST_ROUNDS {
                if !self.round(normalised, &mut triggers) {
                    break;
                }
            }
        }
        normalised.finish();
    }

    /// Decodes and folds the text while looking at it.
    fn load(&self, original: &str, cells: &mut Vec<Cell>) -> Triggers {
        let readable = original.floor_char_boundary(u32::MAX as usize);
        cells.clear();
        cells.reserve(original.len() / 2);
        let mut scan = Scan::new();
        let mut start = 0;
        for ch in original[..readable].chars() {
            let entry = self.table.entry(ch);
            let folded = self.table.folded(ch);
            let marks = if folded == ch { ObfuscationSet::EMPTY } else { fold::mark(ch, folded) };
            let end = start + ch.len_utf8() as u32;
            scan.push(folded, entry);
            cells.push(Cell { ch: folded, start, end, marks });
            start = end;
        }
        scan.finish()
    }

    /// Applies every step that was asked for once; says whether anything changed.
    fn round(&self, normalised: &mut Normalised, triggers: &mut Triggers) -> bool {
        let mut changed = false;
        for step in STEPS {
            if !triggers.has(step.triggers()) {
                continue;
            }
            normalised.scratch.clear();
            if step.apply(&normalised.cells, &mut normalised.scratch) {
                std::mem::swap(&mut normalised.cells, &mut normalised.scratch);
                *triggers = scan(&normalised.cells, self.table);
                changed = true;
            }
        }
        changed
    }
}

#[cfg(test)]
mod ordinary;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Characters of every class, so that neighbours of all kinds meet.
    const PIECES: &str = "加微信发票据一三八零壹發*/. ·-^❤\u{200D}\u{200B}\u{301}\u{20E3}eüﬁ①⒈❶²138０Ａх\
        Вςᴠvx()（）jùㄐㄩˋ&#;哈哈哈哈!！…￣@ｶﾞ徽威薇亻言礻见女子贝者博💰➕赚免费废刷丹单漂wi兼职只渠道q";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The scan must ask for every step that could do something.
        #[test]
        fn no_step_that_was_skipped_would_change_the_text(
            original in prop::collection::vec(
                prop::sample::select(PIECES.chars().collect::<Vec<_>>()), 0..40)
        ) {
            let original: String = original.into_iter().collect();
            let normalised = Normaliser::new().normalise(&original);
            for (index, step) in STEPS.iter().enumerate() {
                let mut output = Vec::new();
                let changed = step.apply(normalised.cells(), &mut output);
                prop_assert!(!changed, "step {} on {:?}", index, normalised.text());
            }
        }
    }

    #[test]
    fn disguises_of_all_kinds_are_undone() {
        use mingjian_schema::Obfuscation;
        let undone = Normaliser::new().undoes();
        assert!(undone.contains(Obfuscation::Separator) && undone.contains(Obfuscation::DigitForm));
        assert!(undone.contains(Obfuscation::Substitution));
    }
}
