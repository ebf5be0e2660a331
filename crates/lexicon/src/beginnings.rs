//! A quick look at whether any phrase stands in a text. Most texts hold none.

use mingjian_text::{Cell, Document};
use rustc_hash::FxHashMap;

/// Phrases by the two characters that they begin with.
pub(crate) struct Beginnings {
    /// One bit for a pair of characters; several pairs may share one.
    pairs: Box<[u64; 1 << (BITS - 6)]>,
    /// What follows the pairs.
    endings: FxHashMap<(char, char), Vec<Box<[char]>>>,
}

/// Bits of a pair's place: 8 KiB in all, of which the nearest cache keeps what is asked for.
const BITS: u32 = 16;

impl Beginnings {
    /// The beginnings of phrases, each of two characters at least.
    pub(crate) fn of<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let mut beginnings =
            Self { pairs: Box::new([0; 1 << (BITS - 6)]), endings: FxHashMap::default() };
        for phrase in phrases {
            let mut characters = phrase.chars();
            if let (Some(first), Some(second)) = (characters.next(), characters.next()) {
                let place = place_of(first, second);
                beginnings.pairs[place / 64] |= 1 << (place % 64);
                let endings = beginnings.endings.entry((first, second)).or_default();
                endings.push(characters.collect());
            }
        }
        beginnings
    }

    /// Whether any phrase stands in the document, wherever words begin and end.
    pub(crate) fn occur_in(&self, document: &Document) -> bool {
        let cells = document.normalised().cells();
        let pairs = cells.windows(2).enumerate();
        let mut places = pairs.filter(|(_, pair)| self.may_begin(pair[0].ch, pair[1].ch));
        places.any(|(place, _)| self.stand_at(&cells[place..]))
    }

    #[inline]
    fn may_begin(&self, first: char, second: char) -> bool {
        let place = place_of(first, second);
        self.pairs[place / 64] >> (place % 64) & 1 == 1
    }

    fn stand_at(&self, cells: &[Cell]) -> bool {
        let [first, second, rest @ ..] = cells else { return false };
        let endings = self.endings.get(&(first.ch, second.ch)).map_or(&[][..], Vec::as_slice);
        endings.iter().any(|ending| {
            let written = rest.get(..ending.len()).unwrap_or_default();
            written.len() == ending.len()
                && written.iter().zip(ending).all(|(cell, ch)| cell.ch == *ch)
        })
    }
}

#[inline]
fn place_of(first: char, second: char) -> usize {
    let pair = (first as u32).wrapping_mul(0x9e37_79b1) ^ (second as u32).wrapping_mul(0x85eb_ca6b);
    (pair.wrapping_mul(0xc2b2_ae35) >> (u32::BITS - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use mingjian_text::Analyser;

    use super::*;

    #[test]
    fn a_text_without_a_phrase_is_passed_over() {
        let beginnings = Beginnings::of(["大麻", "删除帖子"].into_iter());
        let analyser = Analyser::new();
        let occur = |text| beginnings.occur_in(&analyser.analyse(text));
        assert!(occur("这下大麻烦了") && occur("快删除帖子"));
        assert!(!occur("今天天气不错") && !occur("快删除帖") && !occur("大") && !occur(""));
    }
}
