//! Disguises of letters and contacts: full width, other scripts, a letter or a picture for the
//! character that names a messenger.

use super::page::Page;
use super::random::Random;

/// Writes letters, digits and ASCII punctuation in full width.
pub(super) fn widen(page: &mut Page) {
    for place in 0..page.chars.len() {
        let code = page.chars[place] as u32;
        if let (0x21..=0x7E, Some(wide)) = (code, char::from_u32(code + 0xFEE0)) {
            page.write(place, wide);
        }
    }
}

/// Doubles of letters: Cyrillic, Greek, phonetic.
const DOUBLES: &[(char, &str)] = &[
    ('a', "аɑα"),
    ('b', "ЬƄ"),
    ('c', "сϲ"),
    ('d', "ԁ"),
    ('e', "её"),
    ('g', "ɡ"),
    ('h', "һ"),
    ('i', "іι"),
    ('j', "ј"),
    ('k', "κк"),
    ('l', "ӏ"),
    ('n', "п"),
    ('o', "оο"),
    ('p', "рρ"),
    ('q', "ԛ"),
    ('s', "ѕ"),
    ('t', "тτ"),
    ('u', "υ"),
    ('v', "ѵν"),
    ('w', "ԝω"),
    ('x', "хχ"),
    ('y', "уγ"),
];

/// What is written for characters that name a messenger or money.
const TRADE: &[(char, &[&str])] = &[
    ('微', &["V", "v", "Ｖ", "ⓥ", "√"]),
    ('信', &["❤", "芯❤", "X", "✉"]),
    ('加', &["➕", "+", "十"]),
    ('扣', &["Q", "ⓠ"]),
    ('群', &["🐧", "Q"]),
    ('元', &["¥", "Ұ"]),
    ('钱', &["$", "米"]),
    ('一', &["1", "①"]),
    ('号', &["№", "#"]),
    ('点', &["·", "✚"]),
];

/// Writes doubles for the letters and digits of most Latin words, and trade signs.
pub(super) fn look_alike(page: &mut Page, random: &mut Random) {
    let mut place = 0;
    while place < page.chars.len() {
        let length = page.chars[place..].iter().take_while(|ch| ch.is_ascii_alphanumeric()).count();
        if length > 0 {
            disguise_latin(page, place..place + length, random);
            place += length;
            continue;
        }
        let signs = TRADE.iter().find(|(known, _)| *known == page.chars[place]);
        if let Some((_, signs)) = signs
            && !random.once_in(3)
            && let Some(sign) = random.pick(signs)
        {
            page.write(place, sign);
        }
        place += 1;
    }
}

/// One style for a whole word, as converters on the web give it; doubles for some letters only.
fn disguise_latin(page: &mut Page, word: std::ops::Range<usize>, random: &mut Random) {
    let style = random.below(4);
    for place in word {
        let ch = page.chars[place];
        let form = match style {
            0 => mathematical(ch),
            1 => circled(ch),
            2 => char::from_u32(ch as u32 + 0xFEE0),
            _ => double(ch, random),
        };
        if let Some(form) = form {
            page.write(place, form);
        }
    }
}

fn double(ch: char, random: &mut Random) -> Option<char> {
    if ch.is_ascii_digit() {
        return mathematical(ch);
    }
    let (_, doubles) = DOUBLES.iter().find(|(letter, _)| *letter == ch.to_ascii_lowercase())?;
    random.pick(&doubles.chars().collect::<Vec<_>>())
}

/// Bold mathematical letters and digits.
fn mathematical(ch: char) -> Option<char> {
    shifted(ch, ['A', 'a', '0'], [0x1D400, 0x1D41A, 0x1D7CE])
}

/// Letters and digits in circles.
fn circled(ch: char) -> Option<char> {
    if ch == '0' {
        return Some('⓪');
    }
    shifted(ch, ['A', 'a', '1'], [0x24B6, 0x24D0, 0x2460])
}

fn shifted(ch: char, from: [char; 3], to: [u32; 3]) -> Option<char> {
    let row = match ch {
        'A'..='Z' => 0,
        'a'..='z' => 1,
        '0'..='9' => 2,
        _ => return None,
    };
    char::from_u32(to[row] + (ch as u32 - from[row] as u32))
}
