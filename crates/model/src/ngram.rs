//! N-grams of a document: word 1–2-grams and character 1–3-grams.
//!
//! An n-gram is known by a 64-bit hash of its symbols; the strings themselves are needed only to
//! show them. Characters that stand for a whole thing (a link, a phone number, a run of digits)
//! enter as one symbol each, so that `点击 t.cn/x1` and `点击 t.cn/y2` look the same.

use std::ops::Range;

use mingjian_text::{Document, Token, TokenKind};

/// One n-gram occurrence. Offsets count characters of the normalised text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NGram {
    /// What it is known by in the table.
    pub hash: u64,
    /// The characters it covers.
    pub chars: Range<u32>,
}

/// Symbols above this are not characters of the text. They lie in a private-use plane.
const SYMBOL_BASE: u32 = 0x10_0000;
const URL: u32 = SYMBOL_BASE + 1;
const MENTION: u32 = SYMBOL_BASE + 2;
const PHONE: u32 = SYMBOL_BASE + 3;
const CONTACT: u32 = SYMBOL_BASE + 4;
const FIELD_START: u32 = SYMBOL_BASE + 5;
const FIELD_END: u32 = SYMBOL_BASE + 6;
const DIGITS: u32 = SYMBOL_BASE + 16;
/// Digit runs longer than this look alike.
const LONGEST_DIGIT_RUN: u32 = 15;

const CHARACTER_SEED: u64 = 0x6d69_6e67_6a69_616e;
const WORD_SEED: u64 = 0x776f_7264_0000_0001;
const BIGRAM_SEED: u64 = 0x6269_6772_616d_0002;

/// Longest character n-gram.
const CHARACTER_ORDER: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Symbol {
    code: u32,
    start: u32,
    end: u32,
}

/// Buffers for the extraction, reused from document to document.
#[derive(Debug, Default)]
pub struct NGramBuffer {
    symbols: Vec<Symbol>,
    /// The codes of the symbols alone, and the hashes of the 1- and 2-grams that begin with each.
    codes: Vec<u32>,
    ones: Vec<u64>,
    twos: Vec<u64>,
}

impl NGramBuffer {
    /// Visits every n-gram of the document: characters first, then words.
    pub fn for_each(&mut self, document: &Document, mut visit: impl FnMut(NGram)) {
        if document.is_empty() {
            return;
        }
        self.fill_symbols(document);
        self.visit_characters(&mut visit);
        visit_words(document, &mut visit);
    }

    /// Appends what the table is asked for: first the single characters of the document, as code
    /// points below `covered`, and then the hashes of all other n-grams. Together these are the
    /// n-grams that [`for_each`](Self::for_each) visits, without their places.
    pub(crate) fn append(
        &mut self,
        document: &Document,
        covered: u32,
        characters: &mut Vec<u32>,
        hashes: &mut Vec<u64>,
    ) {
        if document.is_empty() {
            return;
        }
        let Self { codes, ones, twos, .. } = self;
        fill_codes(document, codes);
        let text = &codes[1..codes.len() - 1];
        let blank = u32::from(' ');
        characters.extend(text.iter().filter(|code| **code < covered && **code != blank));
        hashes.extend(
            text.iter()
                .filter(|code| **code >= covered && **code != blank)
                .map(|code| character_hash(*code)),
        );
        ones.clear();
        ones.extend(codes.iter().map(|code| character_hash(*code)));
        twos.clear();
        twos.extend(ones.iter().zip(&codes[1..]).map(|(one, code)| mix(*one, *code)));
        // A field's edge and one character say no more than the character alone.
        hashes.extend_from_slice(&twos[1..]);
        hashes.extend(twos.iter().zip(&codes[2..]).map(|(two, code)| mix(*two, *code)));
        visit_words(document, &mut |ngram: NGram| hashes.push(ngram.hash));
    }

    fn fill_symbols(&mut self, document: &Document) {
        self.symbols.clear();
        self.symbols.push(Symbol { code: FIELD_START, start: 0, end: 0 });
        let cells = document.normalised().cells();
        for token in document.tokens() {
            if let Some(code) = whole_token_symbol(token) {
                self.symbols.push(Symbol { code, start: token.start, end: token.end });
                continue;
            }
            for position in token.start..token.end {
                let code = u32::from(cells[position as usize].ch);
                self.symbols.push(Symbol { code, start: position, end: position + 1 });
            }
        }
        let end = cells.len() as u32;
        self.symbols.push(Symbol { code: FIELD_END, start: end, end });
    }

    fn visit_characters(&self, visit: &mut impl FnMut(NGram)) {
        for (first, symbol) in self.symbols.iter().enumerate() {
            let window = &self.symbols[first..self.symbols.len().min(first + CHARACTER_ORDER)];
            let mut hash = CHARACTER_SEED;
            for last in window {
                hash = mix(hash, last.code);
                // A field's edge or a space says nothing on its own.
                if last.end > symbol.start && (last.start > symbol.start || !is_blank(*symbol)) {
                    visit(NGram { hash, chars: symbol.start..last.end });
                }
            }
        }
    }
}

/// The codes of a document's symbols, with those of its edges around them.
fn fill_codes(document: &Document, codes: &mut Vec<u32>) {
    let cells = document.normalised().cells();
    codes.clear();
    codes.reserve(cells.len() + 2);
    codes.push(FIELD_START);
    for token in document.tokens() {
        match whole_token_symbol(token) {
            Some(code) => codes.push(code),
            None => codes.extend(cells[token.range()].iter().map(|cell| u32::from(cell.ch))),
        }
    }
    codes.push(FIELD_END);
}

fn is_blank(symbol: Symbol) -> bool {
    symbol.code == u32::from(' ') || symbol.start == symbol.end
}

fn visit_words(document: &Document, visit: &mut impl FnMut(NGram)) {
    let mut previous: Option<(u64, u32)> = None;
    for token in document.tokens() {
        if token.kind == TokenKind::Space {
            continue;
        }
        if token.kind == TokenKind::Punctuation || token.kind == TokenKind::Other {
            previous = None;
            continue;
        }
        let hash = word_hash(document, token);
        // A word of one character is that character's 1-gram already.
        if token.end - token.start > 1 {
            visit(NGram { hash, chars: token.start..token.end });
        }
        if let Some((before, start)) = previous {
            let pair = fold(before ^ BIGRAM_SEED, hash);
            visit(NGram { hash: pair, chars: start..token.end });
        }
        previous = Some((hash, token.start));
    }
}

fn word_hash(document: &Document, token: &Token) -> u64 {
    if token.kind != TokenKind::Number
        && let Some(code) = whole_token_symbol(token)
    {
        return mix(WORD_SEED, code);
    }
    let cells = &document.normalised().cells()[token.start as usize..token.end as usize];
    cells.iter().fold(WORD_SEED, |hash, cell| mix(hash, u32::from(cell.ch)))
}

/// What a single character is known by.
pub(crate) fn character_hash(code: u32) -> u64 {
    mix(CHARACTER_SEED, code)
}

/// The symbol of a token that is read as one thing.
fn whole_token_symbol(token: &Token) -> Option<u32> {
    match token.kind {
        TokenKind::Url => Some(URL),
        TokenKind::Mention => Some(MENTION),
        TokenKind::Phone => Some(PHONE),
        TokenKind::Contact => Some(CONTACT),
        TokenKind::Number => Some(DIGITS + (token.end - token.start).min(LONGEST_DIGIT_RUN)),
        _ => None,
    }
}

/// An n-gram in readable form, for reports: the characters it covers with a mark for its kind.
#[must_use]
pub fn describe(document: &Document, ngram: &NGram) -> String {
    let normalised = document.normalised();
    let start = normalised.byte_offset(ngram.chars.start as usize);
    let end = normalised.byte_offset(ngram.chars.end as usize);
    normalised.text()[start..end].to_owned()
}

fn mix(hash: u64, code: u32) -> u64 {
    fold(hash, u64::from(code).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A folded 64 × 64 → 128 bit multiplication, the mixing step of wyhash (Wang Yi, 2019).
fn fold(left: u64, right: u64) -> u64 {
    let product =
        u128::from(left ^ 0xa076_1d64_78bd_642f) * u128::from(right ^ 0xe703_7ed1_a0b4_28db);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use mingjian_text::Analyser;

    use super::*;

    #[test]
    fn what_is_appended_is_what_is_visited() {
        let analyser = Analyser::new();
        let texts =
            ["", "加", "加微信:abc12345", " a b 京东长虹,强强联手!12345", "见 t.cn/x1 ，𠮷祥😀"];
        for covered in [0, 0x1_0000] {
            for text in texts {
                let document = analyser.analyse(text);
                let mut buffer = NGramBuffer::default();
                let mut visited = Vec::new();
                buffer.for_each(&document, |ngram| visited.push(ngram.hash));
                let (mut characters, mut appended) = (Vec::new(), Vec::new());
                buffer.append(&document, covered, &mut characters, &mut appended);
                assert!(covered > 0 || characters.is_empty());
                appended.extend(characters.into_iter().map(character_hash));
                visited.sort_unstable();
                appended.sort_unstable();
                assert_eq!(appended, visited, "{text}");
            }
        }
    }
}
