//! Cuts normalised text into tokens.

use std::cell::RefCell;
use std::sync::Arc;

use crate::dictionary::{Dictionary, Route};
use crate::normalise::class::{is_han, is_symbol};
use crate::{Cell, Normalised, Normaliser, Token, TokenKind, dictionary, entity};

/// Cuts normalised text into tokens: entities by rule, Chinese as jieba does without its hidden
/// Markov model, which would guess at words nobody has listed.
#[derive(Clone)]
pub struct Segmenter {
    dictionary: Arc<Dictionary>,
}

thread_local! {
    /// Buffers, so that a worker that has seen a long text allocates nothing for the next.
    static ROUTE: RefCell<Route> = RefCell::default();
}

impl std::fmt::Debug for Segmenter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Segmenter").finish_non_exhaustive()
    }
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

impl Segmenter {
    /// A segmenter with jieba's default dictionary and the domain's words.
    #[must_use]
    pub fn new() -> Self {
        Self { dictionary: Arc::clone(dictionary::shared()) }
    }

    /// A segmenter that knows further words. A word without a frequency gets the smallest one
    /// that keeps it in one piece when it stands alone.
    ///
    /// # Panics
    /// If the words bring some four thousand characters that jieba's dictionary does not have, or
    /// three thousand frequencies that no word of it has.
    #[must_use]
    pub fn with_words<W: AsRef<str>>(words: impl IntoIterator<Item = (W, Option<usize>)>) -> Self {
        let normaliser = Normaliser::new();
        let further = words.into_iter().map(|(word, frequency)| {
            // A zero would make the word impossible rather than rare.
            let frequency = frequency.map(|frequency| frequency.max(1) as u64);
            (normaliser.normalise(word.as_ref()).text().to_owned(), frequency)
        });
        Self { dictionary: Arc::new(dictionary::shared().with_words(further)) }
    }

    /// Replaces `tokens` by those of the text. They cover it without gaps.
    pub fn segment(&self, normalised: &Normalised, tokens: &mut Vec<Token>) {
        tokens.clear();
        let cells = normalised.cells();
        if !cells.is_empty() {
            ROUTE.with_borrow_mut(|route| {
                route.find(&self.dictionary, cells.iter().map(|cell| cell.ch));
                cut(cells, route, tokens);
            });
        }
    }
}

fn cut(cells: &[Cell], route: &Route, tokens: &mut Vec<Token>) {
    let glyphs = route.glyphs();
    // The word of the route that the next token begins in.
    let mut word = (0, route.word_end(0));
    let mut start = 0;
    while start < cells.len() {
        while word.1 <= start {
            word = (word.1, route.word_end(word.1));
        }
        // Nearly all tokens are plain words.
        let end = word.1;
        if glyphs[start].is_plain_han() && glyphs[start..end].iter().all(|glyph| glyph.is_han()) {
            tokens.push(Token::new(start, end, TokenKind::Word));
            start = end;
            continue;
        }
        let token = entity::find(cells, start)
            .or_else(|| mixed_word(cells, start, word))
            .unwrap_or_else(|| plain_token(cells, start, end));
        start = token.end as usize;
        tokens.push(token);
    }
}

/// A dictionary word that mixes Chinese with letters, such as `t恤` or `卡拉ok`.
fn mixed_word(cells: &[Cell], start: usize, (from, end): (usize, usize)) -> Option<Token> {
    let word = &cells[from..end];
    let is_mixed = is_han(word[0].ch) != is_han(word[word.len() - 1].ch);
    // A part of a longer Latin word or number is not meant.
    let is_cut = cells.get(end).is_some_and(|next| next.ch.is_ascii_alphanumeric())
        && word[word.len() - 1].ch.is_ascii_alphanumeric();
    (from == start && is_mixed && !is_cut).then(|| Token::new(start, end, TokenKind::Word))
}

fn plain_token(cells: &[Cell], start: usize, word_end: usize) -> Token {
    let first = cells[start].ch;
    if is_han(first) {
        return han_token(cells, start, word_end);
    }
    if first.is_ascii_digit() {
        return number_or_latin(cells, start);
    }
    if is_latin(first) {
        let length = run(&cells[start..], |ch| is_latin(ch) || ch.is_ascii_digit());
        return Token::new(start, start + length, TokenKind::Latin);
    }
    if first.is_whitespace() {
        return Token::new(start, start + 1, TokenKind::Space);
    }
    if is_emoji(first) {
        return Token::new(start, emoji_end(cells, start), TokenKind::Emoji);
    }
    if first.is_alphanumeric() {
        let is_other = |ch: char| {
            (ch.is_alphanumeric() && !is_han(ch) && !is_latin(ch) && !ch.is_ascii_digit())
                || unicode_normalization::char::is_combining_mark(ch)
        };
        let length = run(&cells[start..], is_other).max(1);
        return Token::new(start, start + length, TokenKind::Other);
    }
    let kind = if is_punctuation(first) { TokenKind::Punctuation } else { TokenKind::Other };
    Token::new(start, start + 1, kind)
}

/// jieba's word, cut back to the Chinese characters that no entity has taken.
fn han_token(cells: &[Cell], start: usize, word_end: usize) -> Token {
    let length = run(&cells[start..word_end], is_han);
    Token::new(start, start + length.max(1), TokenKind::Word)
}

/// Digits with points and commas between them; with letters behind them a Latin word (`4s`).
fn number_or_latin(cells: &[Cell], start: usize) -> Token {
    let digits = |from: usize| run(&cells[from..], |ch| ch.is_ascii_digit());
    let mut end = start + digits(start);
    if cells.get(end).is_some_and(|next| is_latin(next.ch)) {
        end += run(&cells[end..], |ch| is_latin(ch) || ch.is_ascii_digit());
        return Token::new(start, end, TokenKind::Latin);
    }
    while cells.get(end).is_some_and(|next| matches!(next.ch, '.' | ',')) {
        let more = digits(end + 1);
        let is_thousands = cells[end].ch != ',' || more == 3;
        if more == 0 || !is_thousands {
            break;
        }
        end += 1 + more;
    }
    Token::new(start, end, TokenKind::Number)
}

fn run(cells: &[Cell], holds: impl Fn(char) -> bool) -> usize {
    cells.iter().take_while(|cell| holds(cell.ch)).count()
}

fn is_latin(ch: char) -> bool {
    ch.is_ascii_alphabetic()
        || matches!(ch, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}') && ch.is_alphabetic()
}

const fn is_emoji(ch: char) -> bool {
    matches!(ch,
        '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{231A}'..='\u{23FF}')
}

/// An emoji with its skin tone, what is joined to it, or the second half of a flag.
fn emoji_end(cells: &[Cell], start: usize) -> usize {
    let is_flag_half = |ch: char| matches!(ch, '\u{1F1E6}'..='\u{1F1FF}');
    let at = |index: usize| cells.get(index).map(|cell| cell.ch);
    let mut end = start + 1;
    if is_flag_half(cells[start].ch) && at(end).is_some_and(is_flag_half) {
        return end + 1;
    }
    loop {
        match at(end) {
            Some('\u{1F3FB}'..='\u{1F3FF}') => end += 1,
            Some('\u{200D}') if at(end + 1).is_some_and(is_symbol) => end += 2,
            _ => return end,
        }
    }
}

fn is_punctuation(ch: char) -> bool {
    ch.is_ascii_punctuation()
        || is_symbol(ch)
        || matches!(ch, '\u{A1}'..='\u{BF}' | '\u{2010}'..='\u{2BFF}' | '\u{3000}'..='\u{303F}'
            | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '˙')
}
