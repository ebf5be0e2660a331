//! Cyrillic and Greek letters that pass for Latin ones.
//!
//! A Russian or Greek word is left alone; only a word that already holds a Latin letter, runs into
//! a number or spells a messenger's name, and whose every other letter has a Latin double, is
//! rewritten.

use mingjian_schema::Obfuscation;

use super::scan::Triggers;
use super::step::Step;
use crate::{Cell, ObfuscationSet};

/// Rewrites words that mix Latin letters with their doubles, and folds the case of the rest.
pub(super) struct LookAlike;

/// Capitals and small letters with their double, in pairs.
const DOUBLES: &str = "\
    АaаaВbвbЕeеeЁeёeКkкkМmмmНhнhОoоoРpрpСcсcТtтtУyуyХxхxЅsѕsІiіiЇiїiЈjјjԁdԚqԛqԜwԝwҺhһhѴvѵvҮyүyӀl\
    ΑaαaΒbβbΕeεeΖzΗhηnΙiιiΚkκkΜmΝnνvΟoοoΡpρpΤtτtΥyυuΧxχxωwγy";

/// Latin letters of phonetic alphabets, which are doubles in any surroundings.
const PHONETIC: &str = "ɑaɡgɩiᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz";

/// Names that are rewritten even if no letter of theirs is Latin.
const MESSENGERS: &[&str] = &["qq", "vx", "wx", "wechat", "weixin", "telegram", "tg", "whatsapp"];

impl Step for LookAlike {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::LookAlike
    }

    fn triggers(&self) -> Triggers {
        Triggers::LOOK_ALIKE
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        let mut rest = input;
        while let Some(first) = rest.first() {
            if !is_letter(first.ch) {
                output.push(*first);
                rest = &rest[1..];
                continue;
            }
            let length = rest.iter().take_while(|cell| is_letter(cell.ch)).count();
            let (word, after) = rest.split_at(length);
            rest = after;
            let is_before_digit = rest.first().is_some_and(|next| next.ch.is_ascii_digit());
            changed |= write_word(word, is_before_digit, output);
        }
        changed
    }
}

/// Whether the letter belongs to this step rather than to folding.
pub(super) fn is_candidate(ch: char) -> bool {
    match ch {
        '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}' => ch.is_alphabetic(),
        _ => double_in(PHONETIC, ch).is_some(),
    }
}

fn is_letter(ch: char) -> bool {
    ch.is_ascii_alphabetic()
        || matches!(ch, '\u{C0}'..='\u{24F}') && ch.is_alphabetic()
        || is_candidate(ch)
}

fn write_word(word: &[Cell], is_before_digit: bool, output: &mut Vec<Cell>) -> bool {
    let has_latin = is_before_digit
        || is_messenger(word)
        || word.iter().any(|cell| cell.ch.is_ascii_alphabetic());
    let has_doubles = word.iter().all(|cell| !is_candidate(cell.ch) || double(cell.ch).is_some());
    let is_mixed = has_latin && has_doubles;
    let mut changed = false;
    for cell in word {
        let written = double(cell.ch).filter(|_| is_mixed).or(double_in(PHONETIC, cell.ch));
        let (ch, marks) = match written {
            Some(latin) => (latin, Obfuscation::LookAlike.into()),
            None => (small_letter(cell.ch), ObfuscationSet::EMPTY),
        };
        changed |= ch != cell.ch;
        output.push(cell.becoming(ch, marks));
    }
    changed
}

/// Whether the doubles spell a messenger's name.
fn is_messenger(word: &[Cell]) -> bool {
    let spells = |name: &str| {
        let latin = |cell: &Cell| double(cell.ch).unwrap_or(cell.ch);
        name.len() == word.len() && name.chars().eq(word.iter().map(latin))
    };
    MESSENGERS.iter().any(|name| spells(name))
}

fn double(ch: char) -> Option<char> {
    double_in(DOUBLES, ch).or_else(|| double_in(PHONETIC, ch))
}

fn double_in(pairs: &str, ch: char) -> Option<char> {
    if ch.is_ascii() {
        return None;
    }
    let mut characters = pairs.chars();
    characters.find(|letter| *letter == ch)?;
    characters.next()
}

fn small_letter(ch: char) -> char {
    let mut small = ch.to_lowercase();
    match (small.next(), small.next()) {
        (Some(only), None) => only,
        _ => ch,
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn rewrites_mixed_words() {
        check(&LookAlike, "vхq wесhat", "vxq wechat");
        check(&LookAlike, "ΤELegram", "telegram");
        check(&LookAlike, "ᴠx ɑbc", "vx abc");
        check(&LookAlike, "ԛԛ群 ԝх8820", "qq群 wx8820");
        assert_eq!(marked(&LookAlike, "vх привет"), "x");
    }

    #[test]
    fn leaves_words_of_other_scripts() {
        check(&LookAlike, "привет ПРИВЕТ", "привет привет");
        check(&LookAlike, "μm β粒子 aж", "μm β粒子 aж");
    }
}
