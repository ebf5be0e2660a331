//! Characters that are written for others because they look like them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

const DATA: &str = include_str!("../../data/shape-alike.txt");

type Lists = FxHashMap<char, Vec<char>>;

/// By what should be written, and by what is.
static SHAPES: LazyLock<(Lists, Lists)> = LazyLock::new(|| {
    let (mut forms, mut originals) = (Lists::default(), Lists::default());
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        let Some(original) = characters.next() else {
            continue;
        };
        for form in characters {
            forms.entry(original).or_default().push(form);
            originals.entry(form).or_default().push(original);
        }
    }
    (forms, originals)
});

/// What is written for a character.
pub(super) fn written_for(original: char) -> impl Iterator<Item = char> {
    SHAPES.0.get(&original).into_iter().flatten().copied()
}

/// The characters that this one may be written for.
pub(super) fn originals_of(form: char) -> impl Iterator<Item = char> + Clone {
    SHAPES.1.get(&form).into_iter().flatten().copied()
}

/// Whether the character is written for one that looks like it.
pub(super) fn is_form(ch: char) -> bool {
    SHAPES.1.contains_key(&ch)
}
