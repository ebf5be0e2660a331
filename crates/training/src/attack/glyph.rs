//! Disguises by form: traditional characters, characters that look alike, characters in pieces.

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use rustc_hash::FxHashMap;

use super::page::Page;
use super::random::Random;
use super::table::{PIECES, SHAPES};

static TRADITIONAL: LazyLock<Option<OpenCC>> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2t).ok());

/// The text in traditional characters.
pub(super) fn traditional(text: &str) -> String {
    TRADITIONAL.as_ref().map_or_else(|| text.to_owned(), |converter| converter.convert(text))
}

/// Writes characters that look alike.
pub(super) fn shape_alike(page: &mut Page, random: &mut Random) {
    replace(page, random, &SHAPES, |forms, random| {
        random.pick(forms).map(String::from).unwrap_or_default()
    });
}

/// Writes the two pieces of a character.
pub(super) fn split(page: &mut Page, random: &mut Random) {
    replace(page, random, &PIECES, |pieces, _| pieces.iter().collect());
}

fn replace(
    page: &mut Page,
    random: &mut Random,
    table: &FxHashMap<char, Vec<char>>,
    form: impl Fn(&[char], &mut Random) -> String,
) {
    for word in page.choose_words(random, |word| word.iter().any(|ch| table.contains_key(ch))) {
        for place in page.choose_chars(word, random, |ch| table.contains_key(&ch)) {
            if let Some(forms) = table.get(&page.chars[place]) {
                page.write(place, form(forms, random));
            }
        }
    }
}
