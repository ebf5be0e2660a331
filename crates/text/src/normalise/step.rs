//! What a step of the normaliser is.

use mingjian_schema::Obfuscation;

use super::scan::Triggers;
use crate::Cell;

/// One idea of the normaliser. A step looks at characters only, never at marks or places, so that
/// the pipeline's result depends on nothing but the text.
pub(crate) trait Step: Sync {
    /// What the step undoes.
    fn obfuscation(&self) -> Obfuscation;

    /// The signs in a text without which the step cannot change it.
    fn triggers(&self) -> Triggers;

    /// Writes the changed text to the empty `output` and says whether it differs from `input`.
    /// When it does not, `output` is thrown away.
    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ObfuscationSet;

    fn cells_of(text: &str) -> Vec<Cell> {
        text.char_indices()
            .map(|(start, ch)| Cell {
                ch,
                start: start as u32,
                end: (start + ch.len_utf8()) as u32,
                marks: ObfuscationSet::EMPTY,
            })
            .collect()
    }

    /// Applies one step once and compares the text; a step that reports no change must have none.
    pub(crate) fn check(step: &dyn Step, input: &str, expected: &str) {
        let cells = cells_of(input);
        let mut output = Vec::new();
        let changed = step.apply(&cells, &mut output);
        let written: String =
            if changed { &output } else { &cells }.iter().map(|cell| cell.ch).collect();
        assert_eq!(written, expected, "from {input:?}");
        assert_eq!(changed, input != expected, "reported change of {input:?}");
    }

    /// The stretches of the input that carry the step's own mark afterwards.
    pub(crate) fn marked(step: &dyn Step, input: &str) -> String {
        let mut output = Vec::new();
        if !step.apply(&cells_of(input), &mut output) {
            return String::new();
        }
        let of_step = |cell: &&Cell| cell.marks.contains(step.obfuscation());
        output.iter().filter(of_step).map(|cell| cell.ch).collect()
    }
}
