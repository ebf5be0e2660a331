//! Disguises by addition: symbols, spaces and invisible characters inside words, repeats, HTML.

use super::page::{Page, is_han};
use super::random::Random;

const SYMBOLS: &[&str] = &[
    "*", "/", ".", "|", "~", "^", "_", "-", "+", "•", "★", "、", "#", "丨", "❤", "。", "、", "✨",
];
const SPACES: &[&str] = &[" ", "\u{3000}", "  ", "\u{2003}"];
const ZERO_WIDTH: &[&str] = &["\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}"];

/// Writes a symbol between the characters of words.
pub(super) fn symbols(page: &mut Page, random: &mut Random) {
    insert(page, random, SYMBOLS);
}

/// Writes a space between the characters of words.
pub(super) fn spaces(page: &mut Page, random: &mut Random) {
    insert(page, random, SPACES);
}

/// Writes characters that are drawn as nothing between the characters of words.
pub(super) fn zero_width(page: &mut Page, random: &mut Random) {
    insert(page, random, ZERO_WIDTH);
}

/// One kind for a word, as people type it.
fn insert(page: &mut Page, random: &mut Random, kinds: &[&str]) {
    for word in page.choose_words(random, |_| true) {
        let kind = random.pick(kinds).unwrap_or_default();
        for place in word.start..word.end - 1 {
            page.append(place, kind);
        }
    }
}

/// Repeats punctuation, and a character of some words.
pub(super) fn repeats(page: &mut Page, random: &mut Random) {
    for place in 0..page.chars.len() {
        if "!?~。！？～，,…".contains(page.chars[place]) {
            let more = page.chars[place].to_string().repeat(2 + random.below(4));
            page.append(place, &more);
        }
    }
    for word in page.choose_words(random, |_| true) {
        let place = word.start + random.below(word.len());
        let more = page.chars[place].to_string().repeat(1 + random.below(4));
        page.append(place, &more);
    }
}

/// Writes the characters of words as numeric entities, one word in three escaped twice.
pub(super) fn html_entities(page: &mut Page, random: &mut Random) {
    for word in page.choose_words(random, |_| true) {
        let ampersand = if random.once_in(3) { "&amp;" } else { "&" };
        let is_hexadecimal = random.once_in(2);
        for place in page.choose_chars(word, random, is_han) {
            let code = page.chars[place] as u32;
            let number = if is_hexadecimal { format!("x{code:x}") } else { code.to_string() };
            page.write(place, format!("{ampersand}#{number};"));
        }
    }
}
