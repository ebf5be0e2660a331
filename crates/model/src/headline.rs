//! Whether a body supports its headline.
//!
//! A reader who opens an article expects to find what the headline names. The check is lexical:
//! it counts how many of the headline's content words and numbers the body ever uses.

use mingjian_text::{Document, Token, TokenKind};

/// How a headline stands to its body. All values lie between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Support {
    /// Share of the headline's content words that the body never uses.
    pub(crate) unsupported_words: f32,
    /// Share of the headline's numbers that the body never gives.
    pub(crate) missing_numbers: f32,
    /// 1 for a body no longer than its headline, falling to 0 at [`FULL_BODY`] characters.
    pub(crate) thin_body: f32,
}

/// A body of this many characters is not thin.
const FULL_BODY: f32 = 300.0;

/// Compares a headline with its body; `None` if either is missing.
pub(crate) fn support(title: &Document, body: &Document) -> Option<Support> {
    if title.is_empty() || body.is_empty() {
        return None;
    }
    let body_text = body.normalised().text();
    let words = Tally::of(title, body_text, is_content_word);
    let numbers = Tally::of(title, body_text, |token| token.kind == TokenKind::Number);
    let title_length = title.normalised().cells().len() as f32;
    let body_length = body.normalised().cells().len() as f32;
    let room = (FULL_BODY - title_length).max(1.0);
    Some(Support {
        unsupported_words: words.missing_share(),
        missing_numbers: numbers.missing_share(),
        thin_body: ((FULL_BODY - body_length) / room).clamp(0.0, 1.0),
    })
}

fn is_content_word(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Latin) && token.end - token.start >= 2
}

#[derive(Default)]
struct Tally {
    found: u32,
    missing: u32,
}

impl Tally {
    fn of(title: &Document, body: &str, counts: impl Fn(&Token) -> bool) -> Self {
        let mut tally = Self::default();
        let normalised = title.normalised();
        for token in title.tokens().iter().filter(|token| counts(token)) {
            let start = normalised.byte_offset(token.start as usize);
            let end = normalised.byte_offset(token.end as usize);
            if body.contains(&normalised.text()[start..end]) {
                tally.found += 1;
            } else {
                tally.missing += 1;
            }
        }
        tally
    }

    fn missing_share(&self) -> f32 {
        self.missing as f32 / (self.found + self.missing).max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use mingjian_text::Analyser;

    use super::*;

    #[test]
    fn a_body_that_never_says_what_the_headline_names_does_not_support_it() {
        let analyser = Analyser::new();
        let title = analyser.analyse("地铁3号线明日延长运营2小时");
        let honest = analyser.analyse("记者获悉,地铁3号线明日起延长运营2小时,末班车调整至零点。");
        let hollow = analyser.analyse("小编也不清楚具体情况,大家怎么看?欢迎在评论区留言。");
        let supported = support(&title, &honest).unwrap();
        let unsupported = support(&title, &hollow).unwrap();
        assert!(supported.unsupported_words < 0.2, "{supported:?}");
        assert!(unsupported.unsupported_words > 0.8, "{unsupported:?}");
        assert_eq!((supported.missing_numbers, unsupported.missing_numbers), (0.0, 1.0));
        assert_eq!(support(&title, &Document::default()), None);
    }
}
