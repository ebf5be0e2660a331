//! A messenger's name and the account behind it, and e-mail addresses.
//!
//! The name alone is an ordinary word (`微信支付`); it takes something that looks like an account.

use super::{is_ascii_word, run, starts_with};
use crate::Cell;
use crate::normalise::class::is_han;

/// What an account looks like on a messenger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Account {
    /// Letters and digits, six or more, beginning with a letter, or a telephone number.
    Name,
    /// Digits, five or more.
    Digits,
}

/// The names of messengers, the longer first where one begins with another.
const MESSENGERS: &[(&str, Account)] = &[
    ("微信", Account::Name),
    ("薇信", Account::Name),
    ("威信", Account::Name),
    ("微心", Account::Name),
    ("v信", Account::Name),
    ("微", Account::Name),
    ("薇", Account::Name),
    ("wechat", Account::Name),
    ("weixin", Account::Name),
    ("vx", Account::Name),
    ("wx", Account::Name),
    ("v", Account::Name),
    ("扣扣", Account::Digits),
    ("企鹅", Account::Digits),
    ("qq", Account::Digits),
    ("q", Account::Digits),
    ("电报", Account::Name),
    ("飞机", Account::Name),
    ("纸飞机", Account::Name),
    ("telegram", Account::Name),
    ("tg", Account::Name),
    ("whatsapp", Account::Name),
    ("line", Account::Name),
    ("蝙蝠", Account::Name),
    ("抖音", Account::Name),
    ("快手", Account::Name),
    ("小红书", Account::Name),
];

/// Words that may stand before the name.
const BEFORE: &[&str] = &["添加", "加", "➕", "+"];

/// Words that may stand between the name and the account.
const BETWEEN: &[&str] = &["公众号", "群号", "号码", "账号", "群", "号", "id"];

/// Characters that make a number an amount when they follow it.
const UNITS: &str = "元块万千百十亿人次个年月日天名多条位部台只版份场家只%张篇倍米斤分";

/// Characters that an account may have.
const LONGEST: usize = 32;

/// Whether a contact may begin with the character.
pub(super) const fn may_begin(ch: char) -> bool {
    matches!(
        ch,
        '添' | '加'
            | '➕'
            | '+'
            | '微'
            | '薇'
            | '威'
            | 'v'
            | 'w'
            | '扣'
            | '企'
            | 'q'
            | '电'
            | '飞'
            | '纸'
            | 't'
            | 'l'
            | '蝙'
            | '抖'
            | '快'
            | '小'
    )
}

/// The length of the contact that begins here.
pub(super) fn length(cells: &[Cell]) -> Option<usize> {
    if !may_begin(cells.first()?.ch) {
        return None;
    }
    let before = BEFORE.iter().find(|word| starts_with(cells, word));
    let name_at = before.map_or(0, |word| word.chars().count());
    let named = &cells[name_at..];
    let messengers = MESSENGERS.iter().filter(|(name, _)| starts_with(named, name));
    messengers
        .filter_map(|(name, account)| {
            let name_length = name.chars().count();
            let behind = &named[name_length..];
            let is_short = name_length == 1;
            account_end(behind, *account, is_short && before.is_none())
                .map(|end| name_at + name_length + end)
        })
        .max()
}

/// Where the account behind a messenger's name ends. A name of one letter must be followed by a
/// colon or the like.
fn account_end(behind: &[Cell], account: Account, needs_sign: bool) -> Option<usize> {
    let mut next = 0;
    let mut has_sign = false;
    if let Some(word) = BETWEEN.iter().find(|word| starts_with(behind, word)) {
        // `idea` does not begin with the word `id`.
        let length = word.chars().count();
        let is_whole = !word.is_ascii()
            || !behind.get(length).is_some_and(|cell| cell.ch.is_ascii_alphanumeric());
        if is_whole {
            next = length;
            has_sign = true;
        }
    }
    let gap = run(&behind[next..], 4, |ch| " :;=是为-→➡👉~@、".contains(ch));
    let signs = &behind[next..next + gap];
    has_sign |= signs.iter().any(|cell| ":;=@→➡👉".contains(cell.ch));
    next += gap;
    if needs_sign && !has_sign {
        return None;
    }
    // Letters directly behind a name in Latin letters would be another word.
    let id = &behind[next..];
    let length = run(id, LONGEST + 1, |ch| is_ascii_word(ch) || ch == '-');
    let length = length - id[..length].iter().rev().take_while(|cell| cell.ch == '-').count();
    let follows = id.get(length).map(|cell| cell.ch);
    is_account(&id[..length], follows, account, has_sign).then_some(next + length)
}

fn is_account(id: &[Cell], follows: Option<char>, account: Account, has_sign: bool) -> bool {
    let digits = id.iter().filter(|cell| cell.ch.is_ascii_digit()).count();
    let letters = id.iter().filter(|cell| cell.ch.is_ascii_alphabetic()).count();
    if id.len() > LONGEST {
        return false;
    }
    if digits == id.len() {
        let is_amount = follows.is_some_and(|ch| UNITS.contains(ch));
        let is_decimal = follows == Some('.');
        let least = if account == Account::Digits { 5 } else { 6 };
        return digits >= least && !is_amount && !is_decimal;
    }
    let begins_with_letter = id.first().is_some_and(|cell| cell.ch.is_ascii_alphabetic());
    if account == Account::Digits || !begins_with_letter || letters == 0 {
        return false;
    }
    // Without a sign, plain letters are more often a word than an account.
    if has_sign { id.len() >= 5 } else { id.len() >= 5 && digits > 0 }
}

/// The length of the e-mail address that begins here.
pub(super) fn email_length(cells: &[Cell]) -> Option<usize> {
    let local = run(cells, 64, |ch| is_ascii_word(ch) || matches!(ch, '.' | '-' | '+'));
    if local == 0 || cells.get(local)?.ch != '@' {
        return None;
    }
    let host = &cells[local + 1..];
    let length = run(host, 128, |ch| ch.is_ascii_alphanumeric() || matches!(ch, '.' | '-'));
    let length = length - host[..length].iter().rev().take_while(|cell| cell.ch == '.').count();
    let has_dot = host[..length].iter().any(|cell| cell.ch == '.');
    let follows_han = host.first().is_some_and(|cell| is_han(cell.ch));
    (has_dot && !follows_han).then_some(local + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_word_passes_the_quick_look() {
        let names = MESSENGERS.iter().map(|(name, _)| *name);
        for word in names.chain(BEFORE.iter().copied()) {
            assert!(word.starts_with(may_begin), "{word}");
        }
    }
}
