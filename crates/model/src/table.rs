//! The additive table: six weights for every n-gram the model knows.

use mingjian_schema::Category;

/// What the model knows of one n-gram.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// Inverse document frequency, `ln((1 + n) / (1 + df)) + 1` over the training posts.
    pub idf: f32,
    /// Weight for each category, in the decision's margin (natural-log odds per unit of tf-idf).
    pub weights: [f32; Category::COUNT],
}

/// A row with the part of its n-gram's hash that tells it from its neighbours: half a cache line,
/// so that a look at a known n-gram costs one miss.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(32))]
struct Slot {
    /// The low 32 bits of the hash, 1 in place of 0; 0 marks a free slot.
    tag: u32,
    row: Row,
}

/// A hash table from n-gram hashes to rows, by open addressing with linear probing.
///
/// An n-gram is told from others by 32 bits of its hash and the place where they stand: of a
/// thousand million n-grams that the model does not know, about one is taken for one that it knows.
#[derive(Debug, Clone, Default)]
pub struct AdditiveTable {
    /// One bit for each of 2²¹ hash prefixes that occur. Most n-grams of a post are unknown, and
    /// 256 KiB stay in the cache where the slots do not.
    present: Vec<u64>,
    slots: Vec<Slot>,
    /// The whole hash of each n-gram, and the slot that its row stands in, in the file's order.
    entries: Vec<(u64, u32)>,
}

/// Bits of a hash that the filter looks at.
const FILTER_BITS: u32 = 21;

/// Bytes of one n-gram in the weights file: hash, idf, six weights.
const RECORD: usize = 8 + 4 + 4 * Category::COUNT;

impl AdditiveTable {
    /// Builds the table. A hash that occurs twice keeps its first row.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (u64, Row)>) -> Self {
        let entries: Vec<(u64, Row)> = entries.into_iter().collect();
        // Two slots in three are taken.
        let slots = vec![Slot::default(); entries.len() * 3 / 2 + 1];
        let present = vec![0; 1 << (FILTER_BITS - 6)];
        let mut table = Self { present, slots, entries: Vec::with_capacity(entries.len()) };
        for (hash, row) in entries {
            if table.find(hash).is_some() {
                continue;
            }
            let (word, bit) = filter_position(hash);
            table.present[word] |= bit;
            let mut slot = table.first_slot(hash);
            while table.slots[slot].tag != FREE {
                slot = table.slot_after(slot);
            }
            table.slots[slot] = Slot { tag: tag(hash), row };
            table.entries.push((hash, slot as u32));
        }
        table
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

    /// Upper bound of the rows' numbers, exclusive.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.slots.len()
    }

    /// Whether the table may know an n-gram. Cheap, and wrong about one unknown n-gram in eight.
    #[inline]
    #[must_use]
    pub fn may_know(&self, hash: u64) -> bool {
        let (word, bit) = filter_position(hash);
        self.present.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The number of an n-gram's row, if the table knows it.
    #[inline]
    #[must_use]
    pub fn find(&self, hash: u64) -> Option<u32> {
        if self.may_know(hash) { self.look_up(hash) } else { None }
    }

    /// The same without the look at the filter.
    #[inline]
    #[must_use]
    pub fn look_up(&self, hash: u64) -> Option<u32> {
        let tag = tag(hash);
        let mut slot = self.first_slot(hash);
        loop {
            match self.slots.get(slot)?.tag {
                FREE => return None,
                stored if stored == tag => return Some(slot as u32),
                _ => slot = self.slot_after(slot),
            }
        }
    }

    /// The row with this number.
    #[inline]
    #[must_use]
    pub fn row(&self, number: u32) -> &Row {
        &self.slots[number as usize].row
    }

    /// A number below that of the slots, from the high bits of the hash mixed anew (Lemire 2019,
    /// "Fast random integer generation in an interval").
    fn first_slot(&self, hash: u64) -> usize {
        let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((u128::from(mixed) * self.slots.len() as u128) >> 64) as usize
    }

    fn slot_after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }

    /// The table as little-endian bytes, one record of hash, idf and six weights per n-gram.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * RECORD);
        for (hash, number) in &self.entries {
            let row = self.row(*number);
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

/// Tag of a slot that holds nothing.
const FREE: u32 = 0;

/// The low half of a hash; the filter and the place look at the high one.
fn tag(hash: u64) -> u32 {
    (hash as u32).max(1)
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
