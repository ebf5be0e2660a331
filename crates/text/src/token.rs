//! What a text is made of.

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A Chinese word, or one that mixes in Latin letters (`t恤`).
    Word,
    /// A word in Latin letters, digits included when it holds a letter (`iphone15`).
    Latin,
    /// Digits, with decimal points and thousands separators between them.
    Number,
    /// One mark of punctuation or symbol.
    Punctuation,
    /// White space.
    Space,
    /// One emoji with its modifiers.
    Emoji,
    /// A web address.
    Url,
    /// `@` and a name.
    Mention,
    /// `#topic#` or `#topic`.
    Topic,
    /// A telephone number, possibly with hidden digits.
    Phone,
    /// A messenger's name and the account behind it (`微信: abc123`), or an e-mail address.
    Contact,
    /// Writing in other scripts and everything else.
    Other,
}

/// A stretch of the normalised text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The first character, as an index into [`Normalised::cells`](crate::Normalised::cells).
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// What the stretch is.
    pub kind: TokenKind,
}

impl Token {
    pub(crate) const fn new(start: usize, end: usize, kind: TokenKind) -> Self {
        Self { start: start as u32, end: end as u32, kind }
    }

    /// The token's characters as a range of indices.
    #[must_use]
    pub const fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}
