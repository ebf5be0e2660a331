//! Choices that are the same on every machine and in every version.

use crate::folds::stable_hash;

/// The `SplitMix64` generator (Steele, Lea and Flood, 2014), seeded by what is being disguised.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64, family: &str, text: &str) -> Self {
        Self(stable_hash(stable_hash(seed, family.as_bytes()), text.as_bytes()))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// True once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of the items; none if there are none.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        (!items.is_empty()).then(|| items[self.below(items.len())])
    }

    /// So many of the items, without repeats, in their old order.
    pub(super) fn sample<T>(&mut self, mut items: Vec<T>, count: usize) -> Vec<T> {
        while items.len() > count {
            let dropped = self.below(items.len());
            items.remove(dropped);
        }
        items
    }
}
