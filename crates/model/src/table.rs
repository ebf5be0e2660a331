//! The additive table: six weights for every n-gram the model knows.
//!
//! Most n-grams of a post are unknown to the model, and what it knows does not fit into a
//! processor's near caches. So a look-up goes through three arrays, each larger and more rarely
//! touched than the one before: a filter that turns most unknown n-grams away, an index with a
//! few bytes for each n-gram, and the rows, of which the frequent ones lie together. A post's
//! n-grams go through each of the arrays together, so that the processor waits for many of them
//! at once.

use std::hint::black_box;

use mingjian_schema::Category;

use crate::index::{Fingerprint, Index};

/// What the model knows of one n-gram.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// Inverse document frequency, `ln((1 + n) / (1 + df)) + 1` over the training posts.
    pub idf: f32,
    /// Weight for each category, in the decision's margin (natural-log odds per unit of tf-idf).
    pub weights: [f32; Category::COUNT],
}

/// A row with the part of its hash that the index does not check: half a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Entry {
    fingerprint: Fingerprint,
    row: Row,
}

const _: () = assert!(size_of::<Entry>() == 32);

/// A map from n-gram hashes to rows.
#[derive(Debug, Clone, Default)]
pub struct AdditiveTable {
    index: Index,
    /// By document frequency, the most frequent first.
    entries: Vec<Entry>,
    /// The hashes of the entries, for the weights file.
    hashes: Vec<u64>,
}

/// Buffers of [`AdditiveTable::find_each`], reused from post to post.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Hashes that the filter lets through, and then the entries that they may stand for.
    likely: Vec<(u64, u32)>,
}

/// Bytes of one n-gram in the weights file: hash, idf, six weights.
const RECORD: usize = 8 + 4 + 4 * Category::COUNT;

impl AdditiveTable {
    /// Builds the table. A hash that occurs twice keeps its first row.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (u64, Row)>) -> Self {
        let mut sorted: Vec<(u64, Row)> = entries.into_iter().collect();
        // A low inverse document frequency is a high frequency.
        sorted.sort_by(|(_, left), (_, right)| left.idf.total_cmp(&right.idf));
        Self::of_sorted(&sorted)
    }

    fn of_sorted(sorted: &[(u64, Row)]) -> Self {
        let hashes: Vec<u64> = sorted.iter().map(|(hash, _)| *hash).collect();
        let entry =
            |(hash, row): &(u64, Row)| Entry { fingerprint: Fingerprint::of(*hash), row: *row };
        let entries = sorted.iter().map(entry).collect();
        Self { index: Index::new(&hashes), entries, hashes }
    }

    /// How many n-grams the table holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the table holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The row number of an n-gram, if the table knows it.
    #[must_use]
    pub fn find(&self, hash: u64) -> Option<u32> {
        if !self.index.may_hold(hash) {
            return None;
        }
        self.index.candidates(hash).find(|&number| self.is_at(number, hash))
    }

    /// Visits the row numbers of the hashes that the table knows, in their order.
    pub(crate) fn find_each(
        &self,
        hashes: &[u64],
        buffers: &mut Candidates,
        mut visit: impl FnMut(u32),
    ) {
        let likely = &mut buffers.likely;
        self.index.keep_likely(hashes, likely);
        self.index.touch(likely);
        for (hash, number) in likely.iter_mut() {
            *number = self.index.first_candidate(*hash);
        }
        self.touch(likely);
        for &(hash, number) in likely.iter() {
            if self.is_at(number, hash) {
                visit(number);
            } else if let Some(number) = self.find(hash) {
                visit(number);
            }
        }
    }

    /// Brings the entries into the nearest cache; see [`Index::touch`].
    fn touch(&self, candidates: &[(u64, u32)]) {
        let entries =
            candidates.iter().filter_map(|(_, number)| self.entries.get(*number as usize));
        black_box(entries.fold(0, |all, entry| all ^ entry.row.idf.to_bits()));
    }

    /// Whether the entry stands for the hash.
    #[inline]
    fn is_at(&self, number: u32, hash: u64) -> bool {
        let entry = self.entries.get(number as usize);
        entry.is_some_and(|entry| entry.fingerprint == Fingerprint::of(hash))
    }

    /// The row with this number.
    #[inline]
    #[must_use]
    pub fn row(&self, number: u32) -> &Row {
        &self.entries[number as usize].row
    }

    /// The table as little-endian bytes, one record of hash, idf and six weights per n-gram.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.entries.len() * RECORD);
        for (hash, Entry { row, .. }) in self.hashes.iter().zip(&self.entries) {
            bytes.extend(hash.to_le_bytes());
            bytes.extend(row.idf.to_le_bytes());
            for weight in row.weights {
                bytes.extend(weight.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what [`AdditiveTable::to_bytes`] wrote; `None` if the length is wrong or a number
    /// is not finite.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (records, remainder) = bytes.as_chunks::<RECORD>();
        if !remainder.is_empty() {
            return None;
        }
        let entries: Option<Vec<_>> = records.iter().map(read_record).collect();
        entries.map(Self::new)
    }
}

fn read_record(record: &[u8; RECORD]) -> Option<(u64, Row)> {
    let (hash, numbers) = record.split_first_chunk::<8>()?;
    let mut floats = numbers.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let idf = floats.next()?;
    let mut weights = [0.0; Category::COUNT];
    for weight in &mut weights {
        *weight = floats.next()?;
    }
    let finite = idf.is_finite() && weights.iter().all(|weight| weight.is_finite());
    finite.then_some((u64::from_le_bytes(*hash), Row { idf, weights }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_entry_is_found_and_survives_the_file(
            hashes in proptest::collection::hash_set(
                prop_oneof![any::<u64>(), 0u64..300, (0u64..300).prop_map(|n| n << 40)], 0..200),
            absent in any::<u64>(),
        ) {
            let entries: Vec<_> = hashes
                .iter()
                .zip(0u16..)
                .map(|(hash, n)| (*hash, Row { idf: f32::from(n), weights: [f32::from(n); 6] }))
                .collect();
            let table = AdditiveTable::from_bytes(&AdditiveTable::new(entries.clone()).to_bytes()).unwrap();
            for (hash, row) in &entries {
                prop_assert_eq!(table.row(table.find(*hash).unwrap()), row);
            }
            prop_assert_eq!(table.find(absent).is_some(), hashes.contains(&absent));
            let asked: Vec<u64> = hashes.iter().copied().chain([absent]).collect();
            let mut found = Vec::new();
            table.find_each(&asked, &mut Candidates::default(), |number| found.push(number));
            let one_by_one: Vec<u32> = asked.iter().filter_map(|hash| table.find(*hash)).collect();
            prop_assert_eq!(found, one_by_one);
        }
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let table = AdditiveTable::new([(7, Row { idf: 1.0, weights: [0.5; 6] })]);
        let mut bytes = table.to_bytes();
        assert!(AdditiveTable::from_bytes(&bytes[1..]).is_none());
        bytes[8..12].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(AdditiveTable::from_bytes(&bytes).is_none());
        assert!(AdditiveTable::default().find(3).is_none());
    }

    #[test]
    fn a_hash_that_occurs_twice_keeps_its_first_row() {
        let row = |idf| Row { idf, weights: [0.0; 6] };
        let table = AdditiveTable::new([(7, row(2.0)), (7, row(1.0))]);
        assert_eq!(table.row(table.find(7).unwrap()).idf, 2.0);
    }
}
