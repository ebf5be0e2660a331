//! The result of normalisation: the text, and the way back to the original field.

use std::ops::Range;

use crate::{Cell, ObfuscationSet};

/// A normalised text with its offset map. Its buffers are reused by
/// [`Normaliser::normalise_into`](crate::Normaliser::normalise_into).
#[derive(Debug, Clone, Default)]
pub struct Normalised {
    pub(crate) cells: Vec<Cell>,
    pub(crate) scratch: Vec<Cell>,
    text: String,
    byte_offsets: Vec<u32>,
}

impl Normalised {
    /// The normalised characters with their origins, in order: neither `start` nor `end` ever
    /// decreases from one cell to the next.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The normalised text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a character begins in [`text`](Self::text), in bytes; the number of characters gives
    /// the text's length.
    ///
    /// # Panics
    ///
    /// When `char_index` is greater than the number of characters.
    #[must_use]
    pub fn byte_offset(&self, char_index: usize) -> usize {
        // A value that was never filled stands for the empty text.
        if self.byte_offsets.is_empty() && char_index == 0 {
            return 0;
        }
        self.byte_offsets[char_index] as usize
    }

    /// The bytes of the original field that a range of characters stands for.
    ///
    /// # Panics
    ///
    /// When the range reaches beyond the last character.
    #[must_use]
    pub fn origin(&self, chars: Range<usize>) -> Range<usize> {
        let cells = &self.cells[chars.clone()];
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
            let place = self.place_of(chars.start);
            return place..place;
        };
        first.start as usize..last.end as usize
    }

    /// What was undone within a range of characters.
    ///
    /// # Panics
    ///
    /// When the range reaches beyond the last character.
    #[must_use]
    pub fn marks(&self, chars: Range<usize>) -> ObfuscationSet {
        self.cells[chars].iter().fold(ObfuscationSet::EMPTY, |marks, cell| marks.union(cell.marks))
    }

    /// Where an empty range stands in the original.
    fn place_of(&self, char_index: usize) -> usize {
        let next = self.cells.get(char_index).map(|cell| cell.start);
        let previous = self.cells.last().map(|cell| cell.end);
        next.or(previous).unwrap_or(0) as usize
    }

    /// Writes out the text once the cells are final.
    pub(crate) fn finish(&mut self) {
        self.text.clear();
        self.byte_offsets.clear();
        self.text.reserve(self.cells.len() * 3);
        self.byte_offsets.reserve(self.cells.len() + 1);
        let mut offset = 0;
        for cell in &self.cells {
            self.byte_offsets.push(offset);
            self.text.push(cell.ch);
            offset += cell.ch.len_utf8() as u32;
        }
        self.byte_offsets.push(offset);
    }
}
