//! White space.

use mingjian_schema::Obfuscation;

use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, ObfuscationSet};

/// Makes one space of any white space and drops it at both ends. Nothing is marked: it is layout.
pub(super) struct Space;

impl Step for Space {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Separator
    }

    fn triggers(&self) -> Triggers {
        Triggers::LOOSE_SPACE
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        for cell in input {
            if !cell.ch.is_whitespace() {
                output.push(*cell);
                continue;
            }
            match output.last_mut() {
                None => changed = true,
                Some(space) if space.ch == ' ' => {
                    space.absorb(cell, ObfuscationSet::EMPTY);
                    changed = true;
                }
                Some(_) => {
                    changed |= cell.ch != ' ';
                    output.push(cell.becoming(' ', ObfuscationSet::EMPTY));
                }
            }
        }
        if output.last().is_some_and(|cell| cell.ch == ' ') {
            output.pop();
            changed = true;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::check;
    use super::*;

    #[test]
    fn collapses_and_trims() {
        check(&Space, "  标题\r\n\t正文  ", "标题 正文");
        check(&Space, "一 二", "一 二");
        check(&Space, " \n ", "");
    }
}
