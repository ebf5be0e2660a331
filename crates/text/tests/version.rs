//! A text that is read differently needs a new version.

use mingjian_text::{NORMALISER_VERSION, Normaliser};

/// The version together with what it stood for. When this test fails, change
/// [`NORMALISER_VERSION`] and write the new digest here.
const RECORDED: (&str, u64) = ("2", 0x914F_5AAF_1654_FF25);

/// FNV-1a: short, and the same on every machine.
fn digest(parts: impl Iterator<Item = String>) -> u64 {
    parts.flat_map(String::into_bytes).fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    })
}

#[test]
fn the_version_names_the_tables() {
    let normaliser = Normaliser::new();
    let every_character = ('\0'..='\u{2FFFF}').map(|ch| normaliser.normalise(&ch.to_string()));
    let forms = every_character.map(|normalised| normalised.text().to_owned());
    let data = [
        include_str!("../data/split-words.txt"),
        include_str!("../data/domain-dictionary.txt"),
        include_str!("../data/traditional.txt"),
        include_str!("../data/disguised-words.txt"),
        include_str!("../data/shape-alike.txt"),
        include_str!("../data/split-glyphs.txt"),
        include_str!("../data/pictures.txt"),
    ];
    let found = digest(forms.chain(data.map(str::to_owned)));
    assert_eq!((NORMALISER_VERSION, found), RECORDED);
}
