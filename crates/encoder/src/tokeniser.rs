//! WordPiece: greedy longest match from the left (Schuster and Nakajima 2012; Devlin et al. 2019).
//!
//! Chinese characters, punctuation and symbols stand alone; runs of other letters and digits are
//! words, cut into the longest pieces that the vocabulary knows. A word of which any part is
//! unknown is one `[UNK]`.

use std::ops::Range;

use crate::vocabulary::Vocabulary;

/// A sequence never has more tokens, `[CLS]` and `[SEP]` included.
pub const LONGEST: usize = 128;

/// The last segment gets at most this many tokens: a body shows in its beginning whether it
/// supports its headline.
const LAST_SEGMENT: usize = 48;

/// Words with more characters are not looked up.
const LONGEST_WORD: usize = 48;

/// One token and the characters it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The number in the vocabulary.
    pub id: u32,
    /// The segment that the characters belong to; `None` for `[CLS]` and `[SEP]`.
    pub segment: Option<usize>,
    /// Characters of that segment, half-open; empty for `[CLS]` and `[SEP]`.
    pub chars: Range<u32>,
}

/// The tokens of one post. Its buffers are reused from post to post.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    pieces: Vec<Piece>,
    ids: Vec<i32>,
    segment: Vec<Piece>,
}

impl Tokens {
    /// The tokens in order, `[CLS]` first.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Their numbers.
    #[must_use]
    pub fn ids(&self) -> &[i32] {
        &self.ids
    }

    fn push(&mut self, piece: Piece) {
        self.ids.push(piece.id as i32);
        self.pieces.push(piece);
    }
}

/// Cuts texts into the pieces of a vocabulary.
pub struct Tokeniser {
    vocabulary: Vocabulary,
}

impl Tokeniser {
    /// A tokeniser over this vocabulary.
    #[must_use]
    pub fn new(vocabulary: Vocabulary) -> Self {
        Self { vocabulary }
    }

    /// The vocabulary.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Writes `[CLS] segment [SEP] segment [SEP] …` into `tokens`; empty segments are left out.
    ///
    /// What does not fit into [`LONGEST`] tokens is left out: of a long segment its first two
    /// thirds and its end are kept, of a third segment the beginning only.
    pub fn tokenise_into(&self, segments: &[&str], tokens: &mut Tokens) {
        tokens.pieces.clear();
        tokens.ids.clear();
        tokens.push(self.special(self.vocabulary.start));
        for (number, segment) in segments.iter().enumerate() {
            let left = LONGEST.saturating_sub(tokens.pieces.len() + 1);
            let mut buffer = std::mem::take(&mut tokens.segment);
            buffer.clear();
            self.cut(segment, number, &mut buffer);
            if number >= 2 {
                buffer.truncate(left.min(LAST_SEGMENT));
            } else {
                keep_both_ends(&mut buffer, left);
            }
            if !buffer.is_empty() {
                buffer.drain(..).for_each(|piece| tokens.push(piece));
                tokens.push(self.special(self.vocabulary.separator));
            }
            tokens.segment = buffer;
        }
    }

    fn special(&self, id: u32) -> Piece {
        Piece { id, segment: None, chars: 0..0 }
    }

    fn cut(&self, text: &str, segment: usize, pieces: &mut Vec<Piece>) {
        let mut word: Option<(usize, u32)> = None;
        for (index, (byte, ch)) in (0u32..).zip(text.char_indices()) {
            let joins = ch.is_alphanumeric() && !stands_alone(ch);
            if !joins && let Some((start, first)) = word.take() {
                self.word(&text[start..byte], first, segment, pieces);
            }
            if joins {
                word.get_or_insert((byte, index));
            } else if !ch.is_whitespace() {
                self.word(&text[byte..byte + ch.len_utf8()], index, segment, pieces);
            }
        }
        if let Some((start, first)) = word {
            self.word(&text[start..], first, segment, pieces);
        }
    }

    /// Cuts one word that begins at character `first` of its segment.
    fn word(&self, word: &str, first: u32, segment: usize, pieces: &mut Vec<Piece>) {
        let whole = pieces.len();
        let length = word.chars().count();
        let mut rest = word;
        let mut at = first;
        while !rest.is_empty() && length <= LONGEST_WORD {
            let Some((id, bytes, chars)) = self.longest_piece(rest, at > first) else { break };
            pieces.push(Piece { id, segment: Some(segment), chars: at..at + chars });
            rest = &rest[bytes..];
            at += chars;
        }
        if !rest.is_empty() || length > LONGEST_WORD {
            pieces.truncate(whole);
            let chars = first..first + length as u32;
            pieces.push(Piece { id: self.vocabulary.unknown, segment: Some(segment), chars });
        }
    }

    /// The longest known piece at the beginning of `word`: its number, its bytes, its characters.
    fn longest_piece(&self, word: &str, continues: bool) -> Option<(u32, usize, u32)> {
        let ends = word.char_indices().map(|(byte, ch)| byte + ch.len_utf8());
        let mut found = None;
        for (end, chars) in ends.take(self.vocabulary.longest).zip(1..) {
            if let Some(id) = self.vocabulary.find(&word[..end], continues) {
                found = Some((id, end, chars));
            }
        }
        found
    }
}

/// Keeps the first two thirds and the end of what is too long.
fn keep_both_ends(pieces: &mut Vec<Piece>, most: usize) {
    if pieces.len() > most {
        let head = most * 2 / 3;
        let tail = pieces.len() - (most - head);
        pieces.drain(head..tail);
    }
}

/// Ideographs and kana are words of their own.
fn stands_alone(ch: char) -> bool {
    matches!(ch,
        '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokeniser() -> Tokeniser {
        let file = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n领\n钱\nwe\n##chat\n##c\n!\n20\n##26";
        Tokeniser::new(Vocabulary::parse(file).unwrap())
    }

    fn cut(segments: &[&str]) -> Vec<(i32, Range<u32>)> {
        let mut tokens = Tokens::default();
        tokeniser().tokenise_into(segments, &mut tokens);
        let chars = tokens.pieces().iter().map(|piece| piece.chars.clone());
        tokens.ids().iter().copied().zip(chars).collect()
    }

    #[test]
    fn words_are_cut_into_the_longest_pieces() {
        assert_eq!(
            cut(&["wechat 领钱!"]),
            [(2, 0..0), (6, 0..2), (7, 2..6), (4, 7..8), (5, 8..9), (9, 9..10), (3, 0..0)]
        );
    }

    #[test]
    fn a_word_with_an_unknown_part_is_unknown_as_a_whole() {
        assert_eq!(cut(&["wex领"]), [(2, 0..0), (1, 0..3), (4, 3..4), (3, 0..0)]);
    }

    #[test]
    fn a_literal_special_piece_in_a_post_is_plain_text() {
        let ids: Vec<_> = cut(&["[SEP]"]).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, [2, 1, 1, 1, 3]);
    }

    #[test]
    fn empty_segments_are_left_out_and_long_ones_keep_both_ends() {
        assert_eq!(cut(&["", "领", ""]), [(2, 0..0), (4, 0..1), (3, 0..0)]);
        let long = "领".repeat(300) + "钱";
        let tokens = cut(&[&long]);
        assert_eq!(tokens.len(), LONGEST);
        assert_eq!(tokens[LONGEST - 2], (5, 300..301));
        assert_eq!(cut(&["领", "", &long]).len(), 2 + 1 + LAST_SEGMENT + 1);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_in_order_within_bounds(text in ".{0,400}", body in ".{0,200}") {
            let mut tokens = Tokens::default();
            tokeniser().tokenise_into(&[&text, "", &body], &mut tokens);
            prop_assert!(tokens.pieces().len() <= LONGEST);
            prop_assert_eq!(tokens.pieces().len(), tokens.ids().len());
            for (segment, text) in [(0, &text), (2, &body)] {
                let mut end = 0;
                for piece in tokens.pieces().iter().filter(|piece| piece.segment == Some(segment)) {
                    prop_assert!(piece.chars.start >= end && piece.chars.start < piece.chars.end);
                    end = piece.chars.end;
                }
                prop_assert!(end as usize <= text.chars().count());
            }
        }
    }
}
