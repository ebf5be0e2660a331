//! Everything there is to say about one post, for the person who asks.

use mingjian_lexicon::{Boundary, Lexicon};
use mingjian_model::Reading;
use mingjian_schema::{Category, CategoryFinding, Field, Post};

/// A phrase of the lexicon that stands in the text but does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedPhrase {
    /// The rule that the phrase belongs to.
    pub rule: String,
    /// The rule's category.
    pub category: Category,
    /// The phrase after normalisation.
    pub phrase: String,
    /// The words around it, as the segmentation cuts them, separated by `/`.
    pub words: String,
    /// Why it does not count.
    pub boundary: Boundary,
}

/// All categories with their evidence, and what was looked at and rejected.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// All six categories, highest score first.
    pub findings: Vec<CategoryFinding>,
    /// Phrases that were found inside words or without the companion they need.
    pub rejected: Vec<RejectedPhrase>,
    /// Title and text after normalisation, where normalisation changed them.
    pub normalised: Vec<(Field, String)>,
}

impl Explanation {
    pub(crate) fn new(
        post: &Post,
        findings: Vec<CategoryFinding>,
        reading: &Reading,
        lexicon: &Lexicon,
    ) -> Self {
        let fields = [(Field::Title, post.title()), (Field::Text, post.text())];
        let rejected =
            fields.iter().flat_map(|(field, _)| rejected(*field, reading, lexicon)).collect();
        let normalised = fields
            .into_iter()
            .map(|(field, original)| (field, original, reading.document(field).normalised().text()))
            .filter(|(_, original, read)| original != read)
            .map(|(field, _, read)| (field, read.to_owned()))
            .collect();
        Self { findings, rejected, normalised }
    }
}

fn rejected(field: Field, reading: &Reading, lexicon: &Lexicon) -> Vec<RejectedPhrase> {
    let document = reading.document(field);
    let normalised = document.normalised();
    let slice = |start: u32, end: u32| {
        let bytes = normalised.byte_offset(start as usize)..normalised.byte_offset(end as usize);
        normalised.text()[bytes].to_owned()
    };
    lexicon
        .explain(document)
        .into_iter()
        .filter(|found| found.boundary != Boundary::Agrees)
        .map(|found| {
            let hit = found.hit;
            let words: Vec<_> = document
                .tokens()
                .iter()
                .filter(|token| token.start < hit.end && token.end > hit.start)
                .map(|token| slice(token.start, token.end))
                .collect();
            RejectedPhrase {
                rule: lexicon.rule(&hit).id.clone(),
                category: hit.category,
                phrase: slice(hit.start, hit.end),
                words: words.join("/"),
                boundary: found.boundary,
            }
        })
        .collect()
}
