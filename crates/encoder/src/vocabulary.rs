//! The pieces that texts are cut into, with their numbers.

use rustc_hash::FxHashMap;

/// A WordPiece vocabulary: one piece a line, numbered from 0; `##` marks a piece that continues a
/// word.
pub struct Vocabulary {
    first: FxHashMap<Box<str>, u32>,
    following: FxHashMap<Box<str>, u32>,
    /// The longest piece, in characters.
    pub(crate) longest: usize,
    pub(crate) unknown: u32,
    pub(crate) start: u32,
    pub(crate) separator: u32,
    len: usize,
}

impl Vocabulary {
    /// Reads a vocabulary file; `None` if `[UNK]`, `[CLS]` or `[SEP]` is missing.
    #[must_use]
    pub fn parse(file: &str) -> Option<Self> {
        let mut first = FxHashMap::default();
        let mut following = FxHashMap::default();
        let mut longest = 0;
        let mut len = 0;
        for (piece, number) in file.lines().zip(0u32..) {
            len += 1;
            let is_special = piece.len() > 2 && piece.starts_with('[') && piece.ends_with(']');
            match piece.strip_prefix("##") {
                _ if is_special => continue,
                Some(rest) if !rest.is_empty() => following.insert(rest.into(), number),
                _ => first.insert(piece.into(), number),
            };
            longest = longest.max(piece.chars().count());
        }
        let special = |name: &str| {
            let line = file.lines().position(|piece| piece == name)?;
            u32::try_from(line).ok()
        };
        Some(Self {
            unknown: special("[UNK]")?,
            start: special("[CLS]")?,
            separator: special("[SEP]")?,
            first,
            following,
            longest,
            len,
        })
    }

    /// How many pieces there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no piece at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of a piece that begins a word, or of one that continues it.
    pub(crate) fn find(&self, piece: &str, continues: bool) -> Option<u32> {
        let pieces = if continues { &self.following } else { &self.first };
        pieces.get(piece).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_numbered_by_line_and_specials_never_match_text() {
        let vocabulary = Vocabulary::parse("[PAD]\n[UNK]\n[CLS]\n[SEP]\n领\nab\n##c\n").unwrap();
        assert_eq!(vocabulary.len(), 7);
        assert_eq!(vocabulary.find("领", false), Some(4));
        assert_eq!(vocabulary.find("c", true), Some(6));
        assert_eq!(vocabulary.find("c", false), None);
        assert_eq!(vocabulary.find("[SEP]", false), None);
    }

    #[test]
    fn a_file_without_the_special_pieces_is_refused() {
        assert!(Vocabulary::parse("领\n取").is_none());
    }
}
