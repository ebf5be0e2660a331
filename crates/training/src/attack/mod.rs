//! Disguises of the kind that sellers write, made on purpose.
//!
//! A filter is only worth what it still finds when a post is written to slip past it. Every
//! [`Attack`] rewrites a post as that family of evasion does: a few words of it, as people do who
//! still want to be read, not all of it. The tables and the choices are this module's own; nothing
//! here reads the normaliser, whose work is measured by it.

mod augment;
mod decorate;
mod digits;
mod glyph;
mod latin;
mod page;
mod picture;
mod random;
mod robustness;
mod sound;
mod table;

use std::fmt;
use std::str::FromStr;

use mingjian_schema::LabelledExample;

pub use augment::augment;
pub use robustness::{AttackReport, AttackShare, evaluate_attacks};

use page::Page;
use random::Random;

/// A family of disguises. The ids are stable: reports and training data carry them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attack {
    /// The whole text in traditional characters.
    Traditional,
    /// Latin letters, digits and punctuation in full width.
    Width,
    /// Other common characters of the same sound.
    Homophone,
    /// Pinyin in place of a word or of one of its characters.
    Pinyin,
    /// Initials in place of a word (`wx`) or of one of its characters (`v信`).
    Initials,
    /// Letters and digits of other scripts that look like Latin ones; `V` for `微`, `❤` for `信`.
    LookAlike,
    /// Characters that look alike (`徽信`).
    ShapeAlike,
    /// Characters taken apart (`亻言`).
    SplitGlyph,
    /// Symbols between the characters of a word.
    Symbols,
    /// Spaces between the characters of a word.
    Spaces,
    /// Characters that are drawn as nothing between the characters of a word.
    ZeroWidth,
    /// Pinyin in brackets behind characters.
    BracketedPinyin,
    /// Punctuation and single characters again and again.
    Repeats,
    /// Digits as numerals, in circles or on keys.
    DigitForms,
    /// Characters as HTML entities, at times escaped twice.
    HtmlEntities,
    /// Pictures in place of words.
    Emoji,
}

/// The name of no family.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not an attack; known are {}", Attack::ids())]
pub struct UnknownAttack {
    /// What was asked for.
    pub name: String,
}

impl Attack {
    /// All families, in the order of reports.
    pub const ALL: [Self; 16] = [
        Self::Traditional,
        Self::Width,
        Self::Homophone,
        Self::Pinyin,
        Self::Initials,
        Self::LookAlike,
        Self::ShapeAlike,
        Self::SplitGlyph,
        Self::Symbols,
        Self::Spaces,
        Self::ZeroWidth,
        Self::BracketedPinyin,
        Self::Repeats,
        Self::DigitForms,
        Self::HtmlEntities,
        Self::Emoji,
    ];

    /// The name in reports and on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Traditional => "traditional",
            Self::Width => "width",
            Self::Homophone => "homophone",
            Self::Pinyin => "pinyin",
            Self::Initials => "initials",
            Self::LookAlike => "look_alike",
            Self::ShapeAlike => "shape_alike",
            Self::SplitGlyph => "split_glyph",
            Self::Symbols => "symbols",
            Self::Spaces => "spaces",
            Self::ZeroWidth => "zero_width",
            Self::BracketedPinyin => "bracketed_pinyin",
            Self::Repeats => "repeats",
            Self::DigitForms => "digit_forms",
            Self::HtmlEntities => "html_entities",
            Self::Emoji => "emoji",
        }
    }

    /// Rewrites a text. The result depends on nothing but the text and the seed; a text without
    /// anything that the family can disguise comes back as it is.
    ///
    /// ```
    /// use mingjian_training::Attack;
    ///
    /// let attacked = Attack::Traditional.apply("代开发票，加微信", 1);
    /// assert_eq!(attacked, "代開發票，加微信");
    /// ```
    #[must_use]
    pub fn apply(self, text: &str, seed: u64) -> String {
        let mut random = Random::new(seed, self.id(), text);
        let mut page = Page::new(text);
        match self {
            Self::Traditional => return glyph::traditional(text),
            Self::Width => latin::widen(&mut page),
            Self::Homophone => sound::homophone(&mut page, &mut random),
            Self::Pinyin => sound::pinyin(&mut page, &mut random),
            Self::Initials => sound::initials(&mut page, &mut random),
            Self::LookAlike => latin::look_alike(&mut page, &mut random),
            Self::ShapeAlike => glyph::shape_alike(&mut page, &mut random),
            Self::SplitGlyph => glyph::split(&mut page, &mut random),
            Self::Symbols => decorate::symbols(&mut page, &mut random),
            Self::Spaces => decorate::spaces(&mut page, &mut random),
            Self::ZeroWidth => decorate::zero_width(&mut page, &mut random),
            Self::BracketedPinyin => sound::bracketed(&mut page, &mut random),
            Self::Repeats => decorate::repeats(&mut page, &mut random),
            Self::DigitForms => digits::rewrite(&mut page, &mut random),
            Self::HtmlEntities => decorate::html_entities(&mut page, &mut random),
            Self::Emoji => picture::draw(&mut page, &mut random),
        }
        page.into_text()
    }

    /// All names, for messages.
    #[must_use]
    pub fn ids() -> String {
        Self::ALL.map(Self::id).join(", ")
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.id())
    }
}

impl FromStr for Attack {
    type Err = UnknownAttack;

    fn from_str(name: &str) -> Result<Self, UnknownAttack> {
        let found = Self::ALL.into_iter().find(|attack| attack.id() == name);
        found.ok_or_else(|| UnknownAttack { name: name.to_owned() })
    }
}

/// The example with its title and its text rewritten. The article under a headline is left alone:
/// evasion is written where filters look first.
#[must_use]
pub fn attack_example(row: &LabelledExample, attack: Attack, seed: u64) -> LabelledExample {
    let mut attacked = row.clone();
    for field in [&mut attacked.post.title, &mut attacked.post.text].into_iter().flatten() {
        *field = attack.apply(field, seed);
    }
    attacked
}

#[cfg(test)]
mod tests;
