//! Pinyin syllables in zhuyin (bopomofo).

const INITIALS: &[(&str, char)] = &[
    ("zh", 'ㄓ'),
    ("ch", 'ㄔ'),
    ("sh", 'ㄕ'),
    ("b", 'ㄅ'),
    ("p", 'ㄆ'),
    ("m", 'ㄇ'),
    ("f", 'ㄈ'),
    ("d", 'ㄉ'),
    ("t", 'ㄊ'),
    ("n", 'ㄋ'),
    ("l", 'ㄌ'),
    ("g", 'ㄍ'),
    ("k", 'ㄎ'),
    ("h", 'ㄏ'),
    ("j", 'ㄐ'),
    ("q", 'ㄑ'),
    ("x", 'ㄒ'),
    ("r", 'ㄖ'),
    ("z", 'ㄗ'),
    ("c", 'ㄘ'),
    ("s", 'ㄙ'),
];

const FINALS: &[(&str, &str)] = &[
    ("a", "ㄚ"),
    ("o", "ㄛ"),
    ("e", "ㄜ"),
    ("ai", "ㄞ"),
    ("ei", "ㄟ"),
    ("ao", "ㄠ"),
    ("ou", "ㄡ"),
    ("an", "ㄢ"),
    ("en", "ㄣ"),
    ("ang", "ㄤ"),
    ("eng", "ㄥ"),
    ("er", "ㄦ"),
    ("ong", "ㄨㄥ"),
    ("i", "ㄧ"),
    ("ia", "ㄧㄚ"),
    ("ie", "ㄧㄝ"),
    ("iao", "ㄧㄠ"),
    ("iu", "ㄧㄡ"),
    ("ian", "ㄧㄢ"),
    ("in", "ㄧㄣ"),
    ("iang", "ㄧㄤ"),
    ("ing", "ㄧㄥ"),
    ("iong", "ㄩㄥ"),
    ("u", "ㄨ"),
    ("ua", "ㄨㄚ"),
    ("uo", "ㄨㄛ"),
    ("uai", "ㄨㄞ"),
    ("ui", "ㄨㄟ"),
    ("uan", "ㄨㄢ"),
    ("un", "ㄨㄣ"),
    ("uang", "ㄨㄤ"),
    ("v", "ㄩ"),
    ("ve", "ㄩㄝ"),
    ("van", "ㄩㄢ"),
    ("vn", "ㄩㄣ"),
];

/// Whether the character is a zhuyin letter.
pub(super) const fn is_letter(ch: char) -> bool {
    matches!(ch, '\u{3105}'..='\u{312F}')
}

/// A toneless pinyin syllable (with `v` for `ü`) in zhuyin.
pub(super) fn from_pinyin(syllable: &str) -> Option<String> {
    let syllable = spelled_out(syllable);
    let initial = INITIALS.iter().find(|(latin, _)| syllable.starts_with(latin));
    let Some((latin, letter)) = initial else {
        return final_of(&syllable).map(String::from);
    };
    let rest = &syllable[latin.len()..];
    // The vowel of `zhi`, `ci` and the like is not written.
    if rest == "i" && matches!(*letter, 'ㄓ' | 'ㄔ' | 'ㄕ' | 'ㄖ' | 'ㄗ' | 'ㄘ' | 'ㄙ') {
        return Some(letter.to_string());
    }
    let rest = match rest.strip_prefix('u') {
        Some(tail) if matches!(*letter, 'ㄐ' | 'ㄑ' | 'ㄒ') => format!("v{tail}"),
        _ => rest.to_owned(),
    };
    final_of(&rest).map(|ending| format!("{letter}{ending}"))
}

fn final_of(latin: &str) -> Option<&'static str> {
    FINALS.iter().find(|(known, _)| *known == latin).map(|(_, zhuyin)| *zhuyin)
}

/// Undoes the spelling rules for syllables that begin with a vowel.
fn spelled_out(syllable: &str) -> String {
    match syllable {
        "yi" | "yin" | "ying" => syllable[1..].to_owned(),
        "you" => "iu".to_owned(),
        "wu" => "u".to_owned(),
        "wei" => "ui".to_owned(),
        "wen" => "un".to_owned(),
        "weng" => "ong".to_owned(),
        "lue" => "lve".to_owned(),
        "nue" => "nve".to_owned(),
        _ => match syllable.split_at_checked(1) {
            Some(("y", rest)) => {
                rest.strip_prefix('u').map_or_else(|| format!("i{rest}"), |tail| format!("v{tail}"))
            }
            Some(("w", rest)) => format!("u{rest}"),
            _ => syllable.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::from_pinyin;

    #[test]
    fn spells_syllables() {
        let check = |pinyin: &str, zhuyin: &str| {
            assert_eq!(from_pinyin(pinyin).as_deref(), Some(zhuyin), "{pinyin}");
        };
        check("ju", "ㄐㄩ");
        check("wang", "ㄨㄤ");
        check("wei", "ㄨㄟ");
        check("xin", "ㄒㄧㄣ");
        check("zhi", "ㄓ");
        check("yue", "ㄩㄝ");
        check("you", "ㄧㄡ");
        check("yong", "ㄩㄥ");
        check("lv", "ㄌㄩ");
        check("piao", "ㄆㄧㄠ");
        check("er", "ㄦ");
    }
}
