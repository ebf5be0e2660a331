//! The additive table: six weights for every n-gram the model knows.

use mingjian_schema::Category;

/// What the model knows of one n-gram.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(align(32))]
pub struct Row {
    /// Inverse document frequency, `ln((1 + n) / (1 + df)) + 1` over the training posts.
    pub idf: f32,
    /// Weight for each category, in the decision's margin (natural-log odds per unit of tf-idf).
    pub weights: [f32; Category::COUNT],
}

/// A hash table from n-gram hashes to rows, by open addressing with linear probing.
#[derive(Debug, Clone, Default)]
pub struct AdditiveTable {
    /// One bit for each of 2²¹ hash prefixes that occur. Most n-grams of a post are unknown, and
    /// 256 KiB stay in the cache where the slots do not.
    present: Vec<u64>,
    /// Hash and row number of each slot; a row number of [`EMPTY`] marks a free slot.
    slots: Vec<(u64, u32)>,
    shift: u32,
    hashes: Vec<u64>,
    rows: Vec<Row>,
}

const EMPTY: u32 = u32::MAX;

/// Bits of a hash that the filter looks at.
const FILTER_BITS: u32 = 21;

/// Bytes of one n-gram in the weights file: hash, idf, six weights.
const RECORD: usize = 8 + 4 + 4 * Category::COUNT;

impl AdditiveTable {
    /// Builds the table. A hash that occurs twice keeps its first row.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (u64, Row)>) -> Self {
        let (hashes, rows): (Vec<u64>, Vec<Row>) = entries.into_iter().unzip();
        let capacity = (hashes.len() * 2).next_power_of_two().max(2);
        let shift = 64 - capacity.trailing_zeros();
        let present = vec![0; 1 << (FILTER_BITS - 6)];
        let slots = vec![(0, EMPTY); capacity];
        let mut table = Self { present, slots, shift, hashes, rows };
        for index in 0..table.hashes.len() {
            let hash = table.hashes[index];
            let (word, bit) = filter_position(hash);
            table.present[word] |= bit;
            let mut slot = table.first_slot(hash);
            while table.slots[slot].1 != EMPTY && table.slots[slot].0 != hash {
                slot = (slot + 1) & (capacity - 1);
            }
            if table.slots[slot].1 == EMPTY {
                table.slots[slot] = (hash, index as u32);
            }
        }
        table
    }

    /// How many n-grams the table holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the table holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row number of an n-gram, if the table knows it.
    #[inline]
    #[must_use]
    pub fn find(&self, hash: u64) -> Option<u32> {
        let (word, bit) = filter_position(hash);
        if self.present.get(word)? & bit == 0 {
            return None;
        }
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = self.first_slot(hash);
        loop {
            let &(stored, row) = self.slots.get(slot)?;
            if row == EMPTY {
                return None;
            }
            if stored == hash {
                return Some(row);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The row with this number.
    #[inline]
    #[must_use]
    pub fn row(&self, number: u32) -> &Row {
        &self.rows[number as usize]
    }

    fn first_slot(&self, hash: u64) -> usize {
        (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }

    /// The table as little-endian bytes, one record of hash, idf and six weights per n-gram.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.rows.len() * RECORD);
        for (hash, row) in self.hashes.iter().zip(&self.rows) {
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

/// Word and bit of the filter that stand for a hash.
fn filter_position(hash: u64) -> (usize, u64) {
    let prefix = hash >> (64 - FILTER_BITS);
    ((prefix >> 6) as usize, 1 << (prefix & 63))
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
            hashes in proptest::collection::hash_set(any::<u64>(), 0..200),
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
}
