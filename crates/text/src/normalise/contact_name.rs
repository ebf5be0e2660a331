//! Usual names for messengers that are not spelled out: `v信`, `weixin`, `jia vx`, `加薇`, `抠抠`.
//!
//! A name that is also an ordinary word (`威信`) is only read as a messenger's between an
//! invitation (`加`) or an account.

use std::sync::LazyLock;

use mingjian_schema::Obfuscation;
use rustc_hash::FxHashSet;

use super::class::is_han;
use super::scan::Triggers;
use super::step::Step;
use crate::cell::span;
use crate::{Cell, dictionary};

/// Writes the messenger's usual name.
pub(super) struct ContactName;

/// When a name is read as a messenger's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Wherever it stands by itself.
    Always,
    /// Behind an invitation or before an account.
    Contact,
    /// Behind an invitation only.
    Invited,
}

/// Names, what they mean and when; the longer first where one begins with another.
const NAMES: &[(&str, &str, When)] = &[
    ("weixin", "微信", When::Always),
    ("weixing", "微信", When::Contact),
    ("wexin", "微信", When::Always),
    ("vxin", "微信", When::Always),
    ("vvx", "微信", When::Contact),
    ("vx", "微信", When::Always),
    ("wx", "微信", When::Always),
    ("v信", "微信", When::Always),
    ("v芯", "微信", When::Always),
    ("v心", "微信", When::Contact),
    ("v❤", "微信", When::Always),
    ("v♥", "微信", When::Always),
    ("v", "微", When::Invited),
    ("微❤", "微信", When::Always),
    ("微♥", "微信", When::Always),
    ("微芯", "微信", When::Contact),
    ("微心", "微信", When::Contact),
    ("微x", "微信", When::Contact),
    ("微 x", "微信", When::Contact),
    ("威❤", "微信", When::Always),
    ("薇❤", "微信", When::Always),
    ("威信", "微信", When::Contact),
    ("薇信", "微信", When::Always),
    ("徽信", "微信", When::Always),
    ("徵信", "微信", When::Contact),
    ("葳信", "微信", When::Always),
    ("维信", "微信", When::Contact),
    ("围信", "微信", When::Contact),
    ("唯信", "微信", When::Contact),
    ("胃信", "微信", When::Contact),
    ("薇", "微", When::Invited),
    ("葳", "微", When::Invited),
    ("徽", "微", When::Invited),
    ("徵", "微", When::Invited),
    ("威", "微", When::Invited),
    ("溦", "微", When::Invited),
    ("√信", "微信", When::Always),
    ("√❤", "微信", When::Always),
    ("√", "微", When::Invited),
    ("扣扣", "qq", When::Contact),
    ("抠抠", "qq", When::Contact),
    ("叩叩", "qq", When::Contact),
    ("球球", "qq", When::Contact),
    ("企鹅号", "qq号", When::Always),
];

/// Invitations that may stand before a name, and what they mean.
const INVITATIONS: &[(&str, &str)] = &[
    ("jia", "加"),
    ("➕", "加"),
    ("+", "加"),
    ("十", "加"),
    ("佳", "加"),
    ("嘉", "加"),
    ("加", "加"),
];

impl Step for ContactName {
    fn obfuscation(&self) -> Obfuscation {
        Obfuscation::Substitution
    }

    fn triggers(&self) -> Triggers {
        Triggers::CONTACT_NAME
    }

    fn apply(&self, input: &[Cell], output: &mut Vec<Cell>) -> bool {
        let mut changed = false;
        let mut next = 0;
        while next < input.len() {
            let invitation = invitation_at(input, next);
            let name_at = invitation.map_or(next, |(length, _)| next + length);
            let Some((length, meant)) = name_at_place(input, name_at, invitation.is_some()) else {
                output.push(input[next]);
                next += 1;
                continue;
            };
            if let Some((_, meant)) = invitation {
                write(&input[next..name_at], meant, output);
            }
            write(&input[name_at..name_at + length], meant, output);
            next = name_at + length;
            changed = true;
        }
        changed
    }
}

/// Whether a name or an invitation may begin with the character.
pub(super) fn may_begin(ch: char) -> bool {
    matches!(
        ch,
        'v' | 'w'
            | '微'
            | '威'
            | '薇'
            | '徽'
            | '徵'
            | '葳'
            | '维'
            | '围'
            | '唯'
            | '胃'
            | '溦'
            | '√'
            | '扣'
            | '抠'
            | '叩'
            | '球'
            | '企'
    )
}

/// The first two characters of the names that have more than one.
static BEGINNINGS: LazyLock<FxHashSet<(char, char)>> = LazyLock::new(|| {
    let first_two = |name: &str| {
        let mut characters = name.chars();
        Some((characters.next()?, characters.next()?))
    };
    NAMES.iter().filter_map(|(name, ..)| first_two(name)).collect()
});

/// Whether some name begins with these two characters.
pub(super) fn begins_name(first: char, second: char) -> bool {
    BEGINNINGS.contains(&(first, second))
}

/// Whether an invitation, perhaps with a space behind it, ends in the character.
pub(super) const fn ends_invitation(ch: char) -> bool {
    matches!(ch, 'a' | ' ' | '➕' | '+' | '十' | '佳' | '嘉' | '加')
}

/// Writes what is meant over what is written, and leaves alone what is the same.
fn write(written: &[Cell], meant: &str, output: &mut Vec<Cell>) {
    if written.iter().map(|cell| cell.ch).eq(meant.chars()) {
        output.extend_from_slice(written);
        return;
    }
    if written.len() == meant.chars().count() {
        let cells = written.iter().zip(meant.chars());
        output.extend(cells.map(|(cell, ch)| match cell.ch == ch {
            true => *cell,
            false => cell.becoming(ch, Obfuscation::Substitution.into()),
        }));
        return;
    }
    let (start, end, mut marks) = span(written);
    marks.insert(Obfuscation::Substitution);
    output.extend(meant.chars().map(|ch| Cell { ch, start, end, marks }));
}

/// The invitation that begins here, with a space behind it, and what it means.
fn invitation_at(cells: &[Cell], place: usize) -> Option<(usize, &'static str)> {
    let (written, meant) =
        INVITATIONS.iter().find(|(word, _)| starts_with(&cells[place..], word))?;
    let length = written.chars().count();
    let is_part = written.is_ascii() && place > 0 && cells[place - 1].ch.is_ascii_alphanumeric();
    // `参加v` and `十` in `二十v` belong to what stands before.
    let is_taken = is_han(cells[place].ch) && dictionary::crosses(cells, place);
    if is_part || is_taken {
        return None;
    }
    let is_spaced = cells.get(place + length).is_some_and(|cell| cell.ch == ' ');
    Some((length + usize::from(is_spaced && *written == "jia"), meant))
}

/// The length of the name that begins here and what it means.
fn name_at_place(cells: &[Cell], place: usize, is_invited: bool) -> Option<(usize, &'static str)> {
    if !may_begin(cells.get(place)?.ch) {
        return None;
    }
    let rest = &cells[place..];
    let fits = |(name, _, when): &&(&str, &str, When)| {
        let length = name.chars().count();
        starts_with(rest, name)
            && stands_alone(cells, place, place + length, is_invited)
            && match when {
                When::Always => true,
                When::Contact => is_invited || is_before_account(cells, place + length),
                When::Invited => is_invited && ends_name(cells, place + length),
            }
    };
    let (name, meant, _) = NAMES.iter().find(fits)?;
    Some((name.chars().count(), meant))
}

/// Whether no letters and no dictionary word go on over the name's edges.
fn stands_alone(cells: &[Cell], start: usize, end: usize, is_invited: bool) -> bool {
    let is_latin =
        |place: usize| cells.get(place).is_some_and(|cell| cell.ch.is_ascii_alphanumeric());
    let goes_on = |before: usize, behind: usize| is_latin(before) && is_latin(behind);
    let begins_inside = start > 0 && goes_on(start - 1, start);
    let ends_inside = goes_on(end - 1, end);
    !begins_inside
        && !ends_inside
        && (is_invited || !dictionary::crosses(cells, start))
        && !dictionary::crosses(cells, end)
}

/// Whether an account follows: `号`, a colon, Latin letters or digits.
fn is_before_account(cells: &[Cell], end: usize) -> bool {
    let next = |place: usize| cells.get(place).map(|cell| cell.ch);
    match next(end) {
        Some('号' | ':' | ';') => true,
        Some(' ') => next(end + 1).is_some_and(|ch| ch.is_ascii_alphanumeric()),
        Some(ch) => ch.is_ascii_alphanumeric(),
        None => false,
    }
}

/// Whether a short name ends here, rather than a longer word going on.
fn ends_name(cells: &[Cell], end: usize) -> bool {
    cells
        .get(end)
        .is_none_or(|cell| !is_han(cell.ch) || "我信号看聊私了领咨详联进拉带,".contains(cell.ch))
}

fn starts_with(cells: &[Cell], word: &str) -> bool {
    let mut cells = cells.iter();
    word.chars().all(|ch| cells.next().is_some_and(|cell| cell.ch == ch))
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::{check, marked};
    use super::*;

    #[test]
    fn writes_the_usual_name() {
        check(&ContactName, "加v信:abc123", "加微信:abc123");
        check(&ContactName, "➕v❤", "加微信");
        check(&ContactName, "weixin号abc", "微信号abc");
        check(&ContactName, "jia vx 了解", "加微信 了解");
        check(&ContactName, "加薇:abc123", "加微:abc123");
        check(&ContactName, "加威信了解", "加微信了解");
        check(&ContactName, "抠抠:12345", "qq:12345");
        assert_eq!(marked(&ContactName, "请加薇信"), "微");
    }

    #[test]
    fn ordinary_names_stay() {
        for text in [
            "他很有威信",
            "徽章",
            "参加v领活动",
            "蔷薇花开",
            "wxy",
            "vxworks",
            "加维生素",
            "球球大作战",
            "微信",
        ] {
            check(&ContactName, text, text);
        }
    }

    #[test]
    fn every_name_passes_the_quick_look() {
        assert!(NAMES.iter().all(|(name, ..)| name.starts_with(may_begin)));
    }
}
