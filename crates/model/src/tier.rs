//! From an n-gram's hash to its row: a filter, and a perfect hash function.
//!
//! Every bucket of hashes has a pilot, a small number that sends its hashes to rows which no other
//! hash goes to (Belazzougui, Botelho, Dietzfelbinger, 2009; the name is from Pibiri and Trani,
//! 2021). Filter and pilots are small enough to stay in a processor's near caches, so that a
//! look-up waits for nothing but the row.

/// The rows of some n-grams.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tier {
    /// A Bloom filter whose bits for one hash lie in one word (Putze, Sanders, Singler, 2007).
    filter: Vec<u64>,
    pilots: Vec<u16>,
    /// How many rows there are, free ones included.
    rows: u32,
    /// The number of the first row.
    first: u32,
}

/// Hashes in a bucket, on average.
const IN_BUCKET: usize = 4;

/// Bits of the filter for each hash, at least.
const FILTER_BITS: usize = 7;

impl Tier {
    /// A tier without rows whose filter lets these hashes through.
    pub(crate) fn filter_of(hashes: &[u64]) -> Self {
        let words = (hashes.len() * FILTER_BITS / 64 + 1).next_power_of_two();
        let mut filter = vec![0; words];
        for &hash in hashes {
            let (word, bits) = filter_position(hash, words);
            filter[word] |= bits;
        }
        Self { filter, ..Self::default() }
    }

    /// Finds rows, numbered from `first` on, for these hashes, which are distinct and let through by
    /// the filter.
    pub(crate) fn with_rows(self, hashes: &[u64], first: u32) -> Self {
        // One row in eight stays free, or the last buckets would search for long.
        let mut rows = hashes.len() + hashes.len() / 8 + 1;
        let buckets = hashes.len() / IN_BUCKET + 1;
        loop {
            if let Some(pilots) = pilots_of(hashes, buckets, rows as u32) {
                return Self { pilots, rows: rows as u32, first, ..self };
            }
            rows += rows / 8 + 1;
        }
    }

    /// One past the number of the last row.
    pub(crate) fn end(&self) -> u32 {
        self.first + self.rows
    }

    /// Whether the filter lets the hash through: always when the tier holds it, and seldom
    /// otherwise.
    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (word, bits) = filter_position(hash, self.filter.len());
        self.filter.get(word).is_some_and(|stored| stored & bits == bits)
    }

    /// The only row that may belong to the hash.
    #[inline]
    pub(crate) fn row(&self, hash: u64) -> u32 {
        let pilot = self.pilots.get(bucket_of(hash, self.pilots.len())).copied().unwrap_or(0);
        self.first + row_of(hash, pilot, self.rows)
    }
}

/// The pilots of all buckets; `None` if some bucket finds none.
fn pilots_of(hashes: &[u64], buckets: usize, rows: u32) -> Option<Vec<u16>> {
    let mut sorted: Vec<(usize, u64)> =
        hashes.iter().map(|&hash| (bucket_of(hash, buckets), hash)).collect();
    sorted.sort_unstable();
    let mut groups: Vec<&[(usize, u64)]> =
        sorted.chunk_by(|left, right| left.0 == right.0).collect();
    // The largest first, while there is room.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut pilots = vec![0; buckets];
    let mut is_taken = vec![false; rows as usize];
    for group in groups {
        let pilot = (0..=u16::MAX).find(|&pilot| is_free(group, pilot, rows, &is_taken))?;
        pilots[group[0].0] = pilot;
        group.iter().for_each(|(_, hash)| is_taken[row_of(*hash, pilot, rows) as usize] = true);
    }
    Some(pilots)
}

/// Whether the pilot sends the hashes of a bucket to rows of their own.
fn is_free(group: &[(usize, u64)], pilot: u16, rows: u32, is_taken: &[bool]) -> bool {
    let row = |place: usize| row_of(group[place].1, pilot, rows);
    (0..group.len()).all(|place| {
        let own = row(place);
        !is_taken[own as usize] && (0..place).all(|before| row(before) != own)
    })
}

/// Word of the filter and the two bits in it that stand for a hash.
#[inline]
const fn filter_position(hash: u64, words: usize) -> (usize, u64) {
    let word = scaled((hash >> 32) as u32, words as u32);
    (word as usize, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}

#[inline]
const fn bucket_of(hash: u64, buckets: usize) -> usize {
    scaled((hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32, buckets as u32) as usize
}

#[inline]
const fn row_of(hash: u64, pilot: u16, rows: u32) -> u32 {
    let moved = (hash ^ (pilot as u64).wrapping_mul(0xd6e8_feb8_6659_fd93))
        .wrapping_mul(0xff51_afd7_ed55_8ccd);
    scaled((moved ^ moved >> 32) as u32, rows)
}

/// Maps a number of 32 bits evenly to those below a limit (Lemire, 2019).
#[inline]
const fn scaled(number: u32, limit: u32) -> u32 {
    ((number as u64 * limit as u64) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_hash_has_a_row_of_its_own(
            hashes in proptest::collection::hash_set(
                prop_oneof![any::<u64>(), 0u64..900, (0u64..900).prop_map(|n| n << 40)], 0..900),
        ) {
            let hashes: Vec<u64> = hashes.into_iter().collect();
            let tier = Tier::filter_of(&hashes).with_rows(&hashes, 7);
            let mut is_taken = vec![false; tier.end() as usize];
            for hash in hashes {
                prop_assert!(tier.may_hold(hash));
                prop_assert!(!std::mem::replace(&mut is_taken[tier.row(hash) as usize], true));
            }
        }
    }
}
