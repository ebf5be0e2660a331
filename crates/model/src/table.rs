//! The additive table: six weights for every n-gram the model knows.
//!
//! What the model knows does not fit into a processor's near caches, so the frequent n-grams lie
//! together, apart from the many rare ones, and most n-grams that the model does not know are
//! turned away by filters. A post's n-grams are looked up together, so that the processor waits
//! for many of them at once.

use std::hint::black_box;

use mingjian_schema::Category;
use rustc_hash::FxHashSet;

use crate::tier::Tier;

/// What the model knows of one n-gram.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// Inverse document frequency, `ln((1 + n) / (1 + df)) + 1` over the training posts.
    pub idf: f32,
    /// Weight for each category, in the decision's margin (natural-log odds per unit of tf-idf).
    pub weights: [f32; Category::COUNT],
}

/// A row with what tells its n-gram from others: half a cache line.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
struct Entry {
    fingerprint: Fingerprint,
    row: Row,
}

const _: () = assert!(size_of::<Entry>() == 32);

/// The bits of a hash that are kept beside its row. Together with the place of the row and the
/// filter they leave one in some 2⁵⁰ unknown n-grams to be taken for a known one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Fingerprint(u32);

impl Fingerprint {
    /// Never zero, which marks an entry that stands for nothing.
    #[inline]
    const fn of(hash: u64) -> Self {
        Self((hash.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32 | 1)
    }
}

/// A map from n-gram hashes to rows.
#[derive(Debug, Clone, Default)]
pub struct AdditiveTable {
    /// First the most frequent n-grams, and those few others that their filter takes for one of
    /// them, then the rest.
    tiers: [Tier; 2],
    /// The rows of both tiers, one after the other.
    entries: Vec<Entry>,
    /// The hashes in the order of the file, each with its row number.
    hashes: Vec<(u64, u32)>,
}

/// N-grams that count as frequent: four of five that occur in a post and are known.
const FREQUENT: usize = 1 << 15;

/// Buffers of [`AdditiveTable::find_each`], reused from post to post.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Hashes that the filters let through, each with its tier, and then with the only row that it
    /// may stand for.
    likely: Vec<(u64, u32)>,
}

/// Bytes of one n-gram in the weights file: hash, idf, six weights.
const RECORD: usize = 8 + 4 + 4 * Category::COUNT;

impl AdditiveTable {
    /// Builds the table. A hash that occurs twice keeps its first row.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (u64, Row)>) -> Self {
        let mut seen = FxHashSet::default();
        let mut known: Vec<(u64, Row)> =
            entries.into_iter().filter(|(hash, _)| seen.insert(*hash)).collect();
        // A low inverse document frequency is a high frequency.
        known.sort_by(|(_, left), (_, right)| left.idf.total_cmp(&right.idf));
        let all: Vec<u64> = known.iter().map(|(hash, _)| *hash).collect();
        let head = Tier::filter_of(&all[..all.len().min(FREQUENT)]);
        let (frequent, rare): (Vec<u64>, Vec<u64>) =
            all.iter().partition(|hash| head.may_hold(**hash));
        let head = head.with_rows(&frequent, 0);
        let tail = Tier::filter_of(&rare).with_rows(&rare, head.end());
        let mut table = Self {
            entries: vec![Entry::default(); tail.end() as usize],
            hashes: Vec::with_capacity(known.len()),
            tiers: [head, tail],
        };
        for (hash, row) in known {
            let number = table.tiers[table.tier_of(hash)].row(hash);
            table.entries[number as usize] = Entry { fingerprint: Fingerprint::of(hash), row };
            table.hashes.push((hash, number));
        }
        table
    }

    /// How many n-grams the table holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the table holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The row number of an n-gram, if the table knows it.
    #[must_use]
    pub fn find(&self, hash: u64) -> Option<u32> {
        let tier = &self.tiers[self.tier_of(hash)];
        if !tier.may_hold(hash) {
            return None;
        }
        let number = tier.row(hash);
        self.is_at(number, hash).then_some(number)
    }

    /// Visits the row numbers of the hashes that the table knows, in their order.
    pub(crate) fn find_each(
        &self,
        hashes: &[u64],
        buffers: &mut Candidates,
        mut visit: impl FnMut(u32),
    ) {
        let likely = &mut buffers.likely;
        likely.clear();
        likely.resize(hashes.len(), (0, 0));
        let mut kept = 0;
        // Written first and kept afterwards: which way it goes cannot be foreseen, and a wrong
        // guess would cost the processor more than the store.
        for &hash in hashes {
            let tier = self.tier_of(hash);
            likely[kept] = (hash, tier as u32);
            kept += usize::from((tier == 0) | self.tiers[1].may_hold(hash));
        }
        likely.truncate(kept);
        for (hash, number) in likely.iter_mut() {
            *number = self.tiers[*number as usize].row(*hash);
        }
        self.touch(likely);
        for &(hash, number) in likely.iter() {
            if self.is_at(number, hash) {
                visit(number);
            }
        }
    }

    /// The tier that alone may hold the hash.
    #[inline]
    fn tier_of(&self, hash: u64) -> usize {
        usize::from(!self.tiers[0].may_hold(hash))
    }

    /// Brings the entries into the nearest cache. Nothing is done with what is read, so the
    /// processor need not wait for one entry before it asks for the next.
    fn touch(&self, candidates: &[(u64, u32)]) {
        let entries =
            candidates.iter().filter_map(|(_, number)| self.entries.get(*number as usize));
        black_box(entries.fold(0, |all, entry| all ^ entry.fingerprint.0));
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
        let mut bytes = Vec::with_capacity(self.len() * RECORD);
        for &(hash, number) in &self.hashes {
            let row = self.row(number);
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
