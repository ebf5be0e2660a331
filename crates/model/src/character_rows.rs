//! The rows of single characters, without a detour by hashes.
//!
//! Every fourth n-gram of a post is a character, and the model knows nearly all of them.

use crate::ngram::character_hash;
use crate::table::AdditiveTable;

/// Row numbers by code point.
pub(crate) struct CharacterRows(Vec<u32>);

/// Stands for a character that the table does not know.
const UNKNOWN: u32 = u32::MAX;

impl CharacterRows {
    /// Characters from this code point on are rare and looked up by their hash.
    pub(crate) const COVERED: u32 = 0x1_0000;

    pub(crate) fn of(table: &AdditiveTable) -> Self {
        let row = |code| table.find(character_hash(code)).unwrap_or(UNKNOWN);
        Self((0..Self::COVERED).map(row).collect())
    }

    /// The row of a character below [`COVERED`](Self::COVERED), if the table knows it.
    #[inline]
    pub(crate) fn get(&self, code: u32) -> Option<u32> {
        self.0.get(code as usize).copied().filter(|row| *row != UNKNOWN)
    }
}
