//! From an n-gram's hash to the number of its row: a filter, and a few bytes for each n-gram.

use std::hint::black_box;

/// The bits of a hash that the index leaves unchecked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u32);

impl Fingerprint {
    #[inline]
    pub(crate) const fn of(hash: u64) -> Self {
        Self(hash as u32)
    }
}

/// Row numbers by hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// A Bloom filter whose bits for one hash lie in one word (Putze, Sanders, Singler, 2007).
    filter: Vec<u64>,
    /// Row numbers with a tag of the hash above them; a full bucket goes on in the next one.
    buckets: Vec<Bucket>,
    /// The bits of a slot that hold the tag. The row number has those below.
    tag_mask: u32,
}

/// Half a cache line that is looked at as a whole.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Bucket([u32; Bucket::SLOTS]);

impl Bucket {
    const SLOTS: usize = 8;
    /// A slot that holds nothing. No slot with a number looks like it, see [`Index::new`].
    const FREE: u32 = u32::MAX;

    /// One bit for each slot with this tag.
    #[inline]
    fn matching(&self, tag: u32, tag_mask: u32) -> u32 {
        let mut matching = 0;
        for (slot, &stored) in self.0.iter().enumerate() {
            matching |= u32::from(stored & tag_mask == tag) << slot;
        }
        matching
    }

    fn is_full(&self) -> bool {
        !self.0.contains(&Self::FREE)
    }
}

/// Words of the filter, as a power of two: 256 KiB stay in the cache.
const FILTER_BITS: u32 = 15;

/// Average number of slots that are taken in a bucket, at most.
const LOAD: usize = 5;

impl Index {
    /// Numbers the hashes in their order.
    pub(crate) fn new(hashes: &[u64]) -> Self {
        let filter = vec![0; 1 << FILTER_BITS];
        let buckets = (hashes.len() / LOAD + 1).next_power_of_two().max(2);
        // One number more than needed, so that no slot has all bits set.
        let number_bits = (hashes.len() as u32 + 1).next_power_of_two().trailing_zeros().max(1);
        let buckets = vec![Bucket([Bucket::FREE; Bucket::SLOTS]); buckets];
        let mut index = Self { filter, buckets, tag_mask: u32::MAX << number_bits };
        for (number, &hash) in (0u32..).zip(hashes) {
            index.insert(hash, number);
        }
        index
    }

    fn insert(&mut self, hash: u64, number: u32) {
        let (word, bits) = filter_position(hash);
        self.filter[word] |= bits;
        let mut place = self.first_bucket(hash);
        while self.buckets[place].is_full() {
            place = (place + 1) & (self.buckets.len() - 1);
        }
        let slot = self.tag(hash) | number;
        if let Some(free) = self.buckets[place].0.iter_mut().find(|slot| **slot == Bucket::FREE) {
            *free = slot;
        }
    }

    /// Whether the filter lets the hash through: always when the index holds it, and seldom
    /// otherwise.
    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (word, bits) = filter_position(hash);
        self.filter.get(word).is_some_and(|stored| stored & bits == bits)
    }

    /// Replaces `likely` by the hashes that the filter lets through, each with room for a number.
    pub(crate) fn keep_likely(&self, hashes: &[u64], likely: &mut Vec<(u64, u32)>) {
        likely.clear();
        likely.resize(hashes.len(), (0, 0));
        let mut kept = 0;
        // Written first and kept afterwards: which way it goes cannot be foreseen, and a wrong
        // guess would cost the processor more than the store.
        for &hash in hashes {
            likely[kept].0 = hash;
            kept += usize::from(self.may_hold(hash));
        }
        likely.truncate(kept);
    }

    /// Brings the buckets of the hashes into the nearest cache. Nothing is done with what is
    /// read, so the processor need not wait for one bucket before it asks for the next.
    pub(crate) fn touch(&self, likely: &[(u64, u32)]) {
        let slots = likely.iter().map(|(hash, _)| self.buckets[self.first_bucket(*hash)].0[0]);
        black_box(slots.fold(0, |all, slot| all ^ slot));
    }

    /// The number that most likely belongs to the hash, if it has one; otherwise any number.
    #[inline]
    pub(crate) fn first_candidate(&self, hash: u64) -> u32 {
        let bucket = &self.buckets[self.first_bucket(hash)];
        let slot = bucket.matching(self.tag(hash), self.tag_mask).trailing_zeros() as usize;
        bucket.0[slot % Bucket::SLOTS] & !self.tag_mask
    }

    /// All numbers that may belong to the hash, in the order in which they were given.
    pub(crate) fn candidates(&self, hash: u64) -> impl Iterator<Item = u32> {
        let tag = self.tag(hash);
        let first = if self.buckets.is_empty() { 0 } else { self.first_bucket(hash) };
        let places = (first..self.buckets.len()).chain(0..first);
        let mut goes_on = true;
        let buckets = places.map(|place| &self.buckets[place]).take_while(move |bucket| {
            let is_reached = goes_on;
            goes_on = bucket.is_full();
            is_reached
        });
        buckets.flat_map(move |bucket| {
            let matching = bucket.matching(tag, self.tag_mask);
            let slots = (0..Bucket::SLOTS).filter(move |slot| matching >> slot & 1 == 1);
            slots.map(move |slot| bucket.0[slot] & !self.tag_mask)
        })
    }

    #[inline]
    fn first_bucket(&self, hash: u64) -> usize {
        (hash >> 48) as usize * self.buckets.len() >> 16
    }

    #[inline]
    fn tag(&self, hash: u64) -> u32 {
        (hash >> 16) as u32 & self.tag_mask
    }
}

/// Word of the filter and the two bits in it that stand for a hash.
#[inline]
fn filter_position(hash: u64) -> (usize, u64) {
    let word = hash >> (64 - FILTER_BITS);
    (word as usize, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}
