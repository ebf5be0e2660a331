//! Reading a post once: fields normalised and segmented, phrases found.

use mingjian_lexicon::{Hit, Lexicon};
use mingjian_schema::{Category, Field, Post};
use mingjian_text::{Analyser, Document, TokenKind};

use crate::scorer::distinct_rules;

/// Longest part of a body that is read, in bytes: enough to see whether it supports its headline.
const BODY_BYTES: usize = 6_000;

/// Turns posts into readings. One reader serves all threads.
pub struct Reader {
    analyser: Analyser,
    lexicon: Lexicon,
}

/// A post as the model sees it. Its buffers are reused from post to post.
#[derive(Default)]
pub struct Reading {
    pub(crate) title: Document,
    pub(crate) text: Document,
    pub(crate) body: Document,
    pub(crate) title_hits: Vec<Hit>,
    pub(crate) text_hits: Vec<Hit>,
}

impl Reader {
    /// A reader with the normaliser and the dictionary of the `text` crate and this lexicon.
    #[must_use]
    pub fn new(lexicon: Lexicon) -> Self {
        Self { analyser: Analyser::new(), lexicon }
    }

    /// The phrases that are looked for.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Reads a post into fresh buffers.
    #[must_use]
    pub fn read(&self, post: &Post) -> Reading {
        let mut reading = Reading::default();
        self.read_into(post, &mut reading);
        reading
    }

    /// Reads a post into buffers that the caller keeps.
    ///
    /// The body is read only where there is a headline for it to support, and only its beginning.
    pub fn read_into(&self, post: &Post, reading: &mut Reading) {
        self.analyser.analyse_into(post.title(), &mut reading.title);
        self.analyser.analyse_into(post.text(), &mut reading.text);
        let body = if reading.title.is_empty() { "" } else { beginning(post.body(), BODY_BYTES) };
        self.analyser.analyse_into(body, &mut reading.body);
        reading.title_hits.clear();
        reading.text_hits.clear();
        self.lexicon.hits_into(&reading.title, &mut reading.title_hits);
        self.lexicon.hits_into(&reading.text, &mut reading.text_hits);
    }
}

impl Reading {
    /// The fields that are scored word by word, with their phrases.
    pub(crate) fn scored(&self) -> [(Field, &Document, &[Hit]); 2] {
        [(Field::Title, &self.title, &self.title_hits), (Field::Text, &self.text, &self.text_hits)]
    }

    /// How many distinct lexicon rules speak for a category, up to
    /// [`Decision::MOST_RULES`](crate::Decision::MOST_RULES).
    #[must_use]
    pub fn distinct_rules(&self, category: Category) -> usize {
        distinct_rules(self, category).count()
    }

    /// How many characters of title and text are more than punctuation and spaces.
    #[must_use]
    pub fn letters(&self) -> usize {
        let tokens = self.title.tokens().iter().chain(self.text.tokens());
        tokens
            .filter(|token| !matches!(token.kind, TokenKind::Punctuation | TokenKind::Space))
            .map(|token| (token.end - token.start) as usize)
            .sum()
    }

    /// What an encoder reads: the normalised title, text and beginning of the body, in this order.
    #[must_use]
    pub fn segments(&self) -> [&str; 3] {
        Field::ALL.map(|field| self.document(field).normalised().text())
    }

    /// The document of a field.
    #[must_use]
    pub fn document(&self, field: Field) -> &Document {
        match field {
            Field::Title => &self.title,
            Field::Text => &self.text,
            Field::Body => &self.body,
        }
    }
}

/// The longest prefix of at most `bytes` bytes that ends between characters.
fn beginning(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let end = (0..=bytes).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}
