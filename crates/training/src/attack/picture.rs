//! Pictures in place of words.

use std::ops::Range;

use super::page::Page;
use super::random::Random;
use super::table::PICTURES;

/// The longest word that has a picture, in characters.
const LONGEST: usize = 3;
/// The fewest pictures, if there is a place for as many.
const FEWEST: usize = 2;

/// Draws half of what can be drawn.
pub(super) fn draw(page: &mut Page, random: &mut Random) {
    let places = drawable(page);
    let count = places.len().div_ceil(2).max(FEWEST);
    for place in random.sample(places, count) {
        let word: String = page.chars[place.clone()].iter().collect();
        let pictures = PICTURES.get(word.as_str()).map(Vec::as_slice).unwrap_or_default();
        if let Some(picture) = random.pick(pictures) {
            page.write_over(place, picture);
        }
    }
}

/// The words that have a picture, the longer first, without overlaps.
fn drawable(page: &Page) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = 0;
    while place < page.chars.len() {
        let longest = LONGEST.min(page.chars.len() - place);
        let length = (1..=longest).rev().find(|length| {
            let word: String = page.chars[place..place + length].iter().collect();
            PICTURES.contains_key(word.as_str())
        });
        found.extend(length.map(|length| place..place + length));
        place += length.unwrap_or(1);
    }
    found
}
