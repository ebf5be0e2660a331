//! One normalised character and where it comes from.

use crate::ObfuscationSet;

/// One character of the normalised text, and the stretch of the original field it stands for.
///
/// Sixteen bytes, because every step of the normaliser copies one per character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The normalised character.
    pub ch: char,
    /// First byte (UTF-8) in the original field.
    pub start: u32,
    /// One past the last byte (UTF-8) in the original field.
    pub end: u32,
    /// What was undone here.
    pub marks: ObfuscationSet,
}

const _: () = assert!(size_of::<Cell>() <= 16);

impl Cell {
    /// The same place with another character and further marks.
    pub(crate) fn becoming(self, ch: char, marks: ObfuscationSet) -> Self {
        Self { ch, marks: self.marks.union(marks), ..self }
    }

    /// Takes over the place and the marks of a dropped character that followed.
    pub(crate) fn absorb(&mut self, dropped: &Self, marks: ObfuscationSet) {
        self.end = self.end.max(dropped.end);
        self.marks = self.marks.union(dropped.marks).union(marks);
    }
}

/// The place and the marks of several neighbouring cells together.
pub(crate) fn span(cells: &[Cell]) -> (u32, u32, ObfuscationSet) {
    let start = cells.first().map_or(0, |cell| cell.start);
    let end = cells.last().map_or(start, |cell| cell.end);
    let marks = cells.iter().fold(ObfuscationSet::EMPTY, |marks, cell| marks.union(cell.marks));
    (start, end, marks)
}
