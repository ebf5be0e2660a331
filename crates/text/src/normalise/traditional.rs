//! Traditional and variant characters, by a table.
//!
//! Characters only, not phrases: a phrase converter is slower than segmentation, and what it
//! gets right beyond the table (`乾隆` against `乾淨`) is kept by leaving such characters alone.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

const DATA: &str = include_str!("../../data/traditional.txt");

/// Forms that the dictionaries lack and that posts use.
const FURTHER: &[(char, char)] =
    &[('囍', '喜'), ('叄', '叁'), ('弍', '贰'), ('弌', '一'), ('尛', '小')];

static SIMPLIFIED: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
    let mut simplified = FxHashMap::default();
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        if let Some(target) = characters.next() {
            simplified.extend(characters.map(|source| (source, target)));
        }
    }
    simplified.extend(FURTHER.iter().copied());
    simplified
});

/// The simplified form of a traditional or variant character.
pub(super) fn simplify(ch: char) -> Option<char> {
    SIMPLIFIED.get(&ch).copied()
}

#[cfg(test)]
mod tests {
    use super::simplify;

    #[test]
    fn simplifies_traditional_and_regional_forms() {
        let check = |input: &str, expected: &str| {
            let output: String = input.chars().map(|ch| simplify(ch).unwrap_or(ch)).collect();
            assert_eq!(output, expected);
        };
        check("開發票", "开发票");
        check("臺灣裏著名", "台湾里著名");
        check("發票広告発売", "发票广告发卖");
        check("乾隆瞭望慰藉", "乾隆瞭望慰藉");
    }
}
