//! The tables of disguises, read once.

use std::sync::LazyLock;

use pinyin::ToPinyin;
use rustc_hash::FxHashMap;

/// Characters that look alike.
pub(super) static SHAPES: LazyLock<FxHashMap<char, Vec<char>>> =
    LazyLock::new(|| characters(include_str!("shape_alike.tsv")));

/// Characters and their pieces.
pub(super) static PIECES: LazyLock<FxHashMap<char, Vec<char>>> =
    LazyLock::new(|| characters(include_str!("split_glyph.tsv")));

/// Words and the pictures for them.
pub(super) static PICTURES: LazyLock<FxHashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let pairs = rows(include_str!("emoji.tsv"));
    pairs.map(|(word, pictures)| (word, pictures.split(' ').collect())).collect()
});

/// Common characters by their toneless reading, the commonest first.
pub(super) static BY_SOUND: LazyLock<FxHashMap<&str, Vec<char>>> = LazyLock::new(|| {
    let lines = include_str!("common.txt").lines().filter(|line| !line.starts_with('#'));
    let mut by_sound: FxHashMap<&str, Vec<char>> = FxHashMap::default();
    for ch in lines.flat_map(str::chars) {
        if let Some(sound) = ch.to_pinyin() {
            by_sound.entry(sound.plain()).or_default().push(ch);
        }
    }
    by_sound
});

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t'))
}

fn characters(table: &'static str) -> FxHashMap<char, Vec<char>> {
    rows(table)
        .filter_map(|(ch, forms)| Some((ch.chars().next()?, forms.chars().collect())))
        .collect()
}
