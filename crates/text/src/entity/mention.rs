//! `@` and a name.

use super::run;
use crate::Cell;
use crate::normalise::class::is_han;

/// Characters that a name may have.
const LONGEST: usize = 30;

/// The length of the mention that begins here.
pub(super) fn length(cells: &[Cell]) -> Option<usize> {
    let is_part = |ch: char| ch.is_ascii_alphanumeric() || is_han(ch) || matches!(ch, '_' | '-');
    let name = run(&cells[1..], LONGEST, is_part);
    (name > 0).then_some(name + 1)
}
