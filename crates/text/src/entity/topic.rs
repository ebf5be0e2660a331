//! `#topic#` as Weibo writes it, and `#topic` as others do.

use super::run;
use crate::Cell;

/// Characters that a topic may have.
const LONGEST: usize = 40;

/// The length of the topic that begins here.
pub(super) fn length(cells: &[Cell]) -> Option<usize> {
    let is_name = |ch: char| ch.is_alphanumeric() || ch == '_';
    let inner = &cells[1..];
    if !inner.first().is_some_and(|first| first.ch != ' ' && first.ch != '#') {
        return None;
    }
    // Between two marks anything may stand but a space, which ends the shorter form.
    let enclosed = run(inner, LONGEST, |ch| ch != '#' && ch != ' ');
    if inner.get(enclosed).is_some_and(|cell| cell.ch == '#') {
        return Some(enclosed + 2);
    }
    let name = run(inner, LONGEST, is_name);
    (name > 0).then_some(name + 1)
}
