//! Disguises by sound: homophones, pinyin, initials, readings in brackets.

use std::ops::Range;

use pinyin::ToPinyin;

use super::page::Page;
use super::random::Random;
use super::table::BY_SOUND;

/// A homophone is one of so many commonest characters of the sound: what an input method offers.
const MOST_HOMOPHONES: usize = 6;

/// Writes other characters of the same sound.
pub(super) fn homophone(page: &mut Page, random: &mut Random) {
    for word in page.choose_words(random, |word| word.iter().any(|ch| !homophones(*ch).is_empty()))
    {
        for place in page.choose_chars(word, random, |ch| !homophones(ch).is_empty()) {
            if let Some(other) = random.pick(&homophones(page.chars[place])) {
                page.write(place, other);
            }
        }
    }
}

/// Writes a word, or one character of it, in pinyin.
pub(super) fn pinyin(page: &mut Page, random: &mut Random) {
    spell(page, random, |ch| Some(ch.to_pinyin()?.plain().replace('ü', "v")));
}

/// Writes a word as its initials, or one character of it as its initial.
pub(super) fn initials(page: &mut Page, random: &mut Random) {
    spell(page, random, |ch| Some(ch.to_pinyin()?.first_letter().to_owned()));
}

/// Writes the reading of a word's characters behind them, in brackets.
pub(super) fn bracketed(page: &mut Page, random: &mut Random) {
    const BRACKETS: [(char, char); 4] = [('(', ')'), ('（', '）'), ('[', ']'), ('【', '】')];
    let (open, close) = random.pick(&BRACKETS).unwrap_or(('(', ')'));
    let has_tones = random.once_in(2);
    let reading = |ch: char| {
        let sound = ch.to_pinyin()?;
        Some(if has_tones { sound.with_tone() } else { sound.plain() })
    };
    for word in page.choose_words(random, can_spell) {
        let readings: Vec<&str> =
            word.clone().filter_map(|place| reading(page.chars[place])).collect();
        if random.once_in(2) {
            page.append(word.end - 1, &format!("{open}{}{close}", readings.concat()));
            continue;
        }
        for (place, reading) in word.zip(readings) {
            page.append(place, &format!("{open}{reading}{close}"));
        }
    }
}

fn homophones(ch: char) -> Vec<char> {
    let Some(sound) = ch.to_pinyin() else {
        return Vec::new();
    };
    let known = BY_SOUND.get(sound.plain()).map(Vec::as_slice).unwrap_or_default();
    known.iter().copied().filter(|other| *other != ch).take(MOST_HOMOPHONES).collect()
}

fn can_spell(word: &[char]) -> bool {
    word.iter().all(|ch| ch.to_pinyin().is_some())
}

fn spell(page: &mut Page, random: &mut Random, letters: impl Fn(char) -> Option<String>) {
    for word in page.choose_words(random, can_spell) {
        let places: Range<usize> = if random.once_in(2) {
            word
        } else {
            let place = word.start + random.below(word.len());
            place..place + 1
        };
        let spelled: String =
            places.clone().filter_map(|place| letters(page.chars[place])).collect();
        page.write_over(places, spelled);
    }
}
