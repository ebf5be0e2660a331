//! The sounds of Chinese characters: their toneless pinyin, as small numbers.

use std::sync::LazyLock;

use pinyin::ToPinyin;
use rustc_hash::FxHashMap;

/// The blocks whose characters have a sound here: those that posts are written in.
const LAST: u32 = 0x9FFF;
const FIRST: u32 = 0x4E00;

/// Bits of a sound's number: Mandarin has about 410 syllables.
pub(super) const BITS: u32 = 9;

/// Numbers by spelling, with `v` for `ü`. Zero stands for no sound.
static NUMBERS: LazyLock<FxHashMap<String, u16>> = LazyLock::new(|| {
    let mut numbers = FxHashMap::default();
    for ch in (FIRST..=LAST).filter_map(char::from_u32) {
        if let Some(sound) = ch.to_pinyin() {
            let next = numbers.len() as u16 + 1;
            numbers.entry(spelling(sound.plain())).or_insert(next);
        }
    }
    debug_assert!(numbers.len() < 1 << BITS);
    numbers
});

/// The number of a character's usual sound, 0 if it has none.
pub(super) fn of(ch: char) -> u16 {
    if !(FIRST..=LAST).contains(&(ch as u32)) {
        return 0;
    }
    ch.to_pinyin().map_or(0, |sound| numbered(&spelling(sound.plain())))
}

/// The number of a syllable as it is spelled, 0 if there is none.
pub(super) fn numbered(spelled: &str) -> u16 {
    NUMBERS.get(spelled).copied().unwrap_or(0)
}

/// The spelling of a character's usual sound.
pub(super) fn spelled(ch: char) -> Option<String> {
    (FIRST..=LAST).contains(&(ch as u32)).then_some(())?;
    ch.to_pinyin().map(|sound| spelling(sound.plain()))
}

fn spelling(plain: &str) -> String {
    plain.replace('ü', "v")
}
