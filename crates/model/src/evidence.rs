//! What in the text made the margin, as spans of the original.
//!
//! N-grams overlap, so each occurrence shares its contribution evenly among its characters; the
//! characters add up to words, and neighbouring words that pull the same way are shown as one
//! span. Phrases and cues are items of their own. The sum over all items is the margin less the
//! bias, exactly, because every n-gram's share is handed out once.

use std::ops::Range;

use mingjian_lexicon::Lexicon;
use mingjian_schema::{Category, Evidence, EvidenceKind, Field, Post};
use mingjian_text::{Document, TokenKind, char_offset};

use crate::cue::{Cue, CueValues};
use crate::reading::Reading;
use crate::scorer::{Model, Scratch, distinct_rules};
use crate::second_look::{SecondDecision, TokenShare};

/// How much evidence to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvidenceLimits {
    /// At most this many items beside the rest.
    pub items: usize,
    /// Items with a smaller absolute contribution go into the rest (natural-log odds).
    pub smallest: f64,
    /// Words are joined to spans of at most this many characters.
    pub longest_span: u32,
}

impl Default for EvidenceLimits {
    fn default() -> Self {
        Self { items: 12, smallest: 0.05, longest_span: 8 }
    }
}

/// The evidence of one category.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceItems {
    /// The margin of a post without any evidence.
    pub bias: f64,
    /// Items, largest absolute contribution first, the rest last.
    pub items: Vec<Evidence>,
    /// `bias` plus all contributions.
    pub margin: f64,
}

/// What the second look found, for its evidence.
#[derive(Debug, Clone, Copy)]
pub struct SecondEvidence<'a> {
    /// The margin after the second look.
    pub margin: f64,
    /// What each token adds to it; `[CLS]` and `[SEP]` belong to the rest.
    pub tokens: &'a [TokenShare],
}

/// An item before it is written out: characters of a normalised field.
struct Item {
    field: Field,
    chars: Range<u32>,
    kind: EvidenceKind,
    contribution: f64,
    rule: Option<String>,
}

/// Numbers in records are rounded to this unit; the rest takes up the difference.
const UNIT: f64 = 1e6;

impl Model {
    /// Builds the evidence of one category, of the second look where there was one. Only called
    /// for what is flagged or explained.
    #[expect(clippy::too_many_arguments, reason = "a post with all that is known of it")]
    pub fn evidence(
        &self,
        post: &Post,
        reading: &Reading,
        lexicon: &Lexicon,
        category: Category,
        second: Option<SecondEvidence<'_>>,
        limits: &EvidenceLimits,
        scratch: &mut Scratch,
    ) -> EvidenceItems {
        let first = self.score(reading, scratch).margins[category];
        let margin = round(second.map_or(first, |second| second.margin));
        let alone = SecondDecision { bias: 0.0, linear: 1.0, encoder: 0.0 };
        let join = match (second, self.second_look()) {
            (Some(_), Some(look)) => look.decision(category),
            _ => alone,
        };
        let bias = round(join.bias + join.linear * self.decisions[category].bias);
        let mut items = self.word_items(reading, category, limits, scratch);
        items.extend(self.phrase_items(reading, lexicon, category));
        items.extend(self.cue_items(reading, category));
        items.iter_mut().for_each(|item| item.contribution *= join.linear);
        if let Some(second) = second {
            items.extend(token_items(second.tokens, reading, limits));
        }
        items.retain(|item| item.contribution.abs() >= limits.smallest);
        items.sort_by(|left, right| right.contribution.abs().total_cmp(&left.contribution.abs()));
        items.truncate(limits.items);

        let mut evidence: Vec<_> =
            items.into_iter().map(|item| written(item, post, reading)).collect();
        let shown: f64 = evidence.iter().map(|item| item.contribution).sum();
        let rest = round(margin - bias - shown);
        if rest != 0.0 {
            evidence.push(Evidence {
                field: None,
                byte_start: None,
                byte_end: None,
                char_start: None,
                char_end: None,
                text: None,
                normalised: None,
                kind: EvidenceKind::Rest,
                contribution: rest,
                rule: None,
                obfuscation: Vec::new(),
            });
        }
        EvidenceItems { bias, items: evidence, margin }
    }

    fn word_items(
        &self,
        reading: &Reading,
        category: Category,
        limits: &EvidenceLimits,
        scratch: &mut Scratch,
    ) -> Vec<Item> {
        self.with_weighed(reading, scratch, |weighed, ngrams| {
            let mut items = Vec::new();
            for (field, document, _) in reading.scored() {
                let mut shares = vec![0.0; document.normalised().cells().len()];
                ngrams.for_each(document, |ngram| {
                    if let Some(number) = self.table.find(ngram.hash) {
                        let contribution = self.occurrence(weighed, number, category);
                        let chars = ngram.chars.start as usize..ngram.chars.end as usize;
                        let each = contribution / chars.len() as f64;
                        shares[chars].iter_mut().for_each(|share| *share += each);
                    }
                });
                join_words(field, document, &shares, EvidenceKind::Feature, limits, &mut items);
            }
            items
        })
    }

    fn phrase_items(&self, reading: &Reading, lexicon: &Lexicon, category: Category) -> Vec<Item> {
        let contribution = self.decisions[category].lexicon;
        distinct_rules(reading, category)
            .map(|(field, hit)| Item {
                field,
                chars: hit.start..hit.end,
                kind: EvidenceKind::Lexicon,
                contribution,
                rule: Some(lexicon.rule(&hit).id.clone()),
            })
            .collect()
    }

    fn cue_items(&self, reading: &Reading, category: Category) -> Vec<Item> {
        let cues = CueValues::of(reading);
        let decision = &self.decisions[category];
        Cue::ALL
            .iter()
            .filter_map(|&cue| {
                let contribution = decision.cue(cue) * f64::from(cues.value(cue));
                let (field, chars) = cues.place(cue).cloned().unwrap_or_else(|| whole(reading));
                (contribution != 0.0).then(|| Item {
                    field,
                    chars,
                    kind: kind_of(cue),
                    contribution,
                    rule: Some(cue.id().to_owned()),
                })
            })
            .collect()
    }
}

/// The tokens of the second look, joined to words.
fn token_items(tokens: &[TokenShare], reading: &Reading, limits: &EvidenceLimits) -> Vec<Item> {
    let mut items = Vec::new();
    for field in Field::ALL {
        let document = reading.document(field);
        let mut shares = vec![0.0; document.normalised().cells().len()];
        for token in tokens.iter().filter(|token| token.field == field) {
            let chars = token.chars.start as usize..token.chars.end as usize;
            let each = token.contribution / chars.len() as f64;
            shares[chars].iter_mut().for_each(|share| *share += each);
        }
        join_words(field, document, &shares, EvidenceKind::Token, limits, &mut items);
    }
    items
}

fn kind_of(cue: Cue) -> EvidenceKind {
    match cue {
        Cue::Url
        | Cue::Phone
        | Cue::Contact
        | Cue::Mention
        | Cue::Topic
        | Cue::DocumentNumber
        | Cue::Separator
        | Cue::Disguise => EvidenceKind::Pattern,
        _ => EvidenceKind::Structure,
    }
}

/// The first field that is not empty, as a whole.
fn whole(reading: &Reading) -> (Field, Range<u32>) {
    let field = if reading.title.is_empty() { Field::Text } else { Field::Title };
    (field, 0..reading.document(field).normalised().cells().len() as u32)
}

/// Joins neighbouring words that pull the same way; punctuation and spaces stand alone.
fn join_words(
    field: Field,
    document: &Document,
    shares: &[f64],
    kind: EvidenceKind,
    limits: &EvidenceLimits,
    items: &mut Vec<Item>,
) {
    let mut open: Option<Item> = None;
    let mut open_is_word = false;
    for token in document.tokens() {
        let chars = token.start..token.end;
        let contribution: f64 = shares[token.start as usize..token.end as usize].iter().sum();
        let joins = open.as_ref().is_some_and(|item| {
            item.contribution.signum() == contribution.signum()
                && item.contribution.abs() >= limits.smallest
                && contribution.abs() >= limits.smallest
                && chars.end - item.chars.start <= limits.longest_span
        });
        let is_word = !matches!(token.kind, TokenKind::Space | TokenKind::Punctuation);
        match &mut open {
            Some(item) if joins && is_word && open_is_word => {
                item.chars.end = chars.end;
                item.contribution += contribution;
            }
            _ => {
                items.extend(open.replace(Item { field, chars, kind, contribution, rule: None }));
            }
        }
        open_is_word = is_word;
    }
    items.extend(open);
}

/// Writes an item out against the original field.
fn written(item: Item, post: &Post, reading: &Reading) -> Evidence {
    let original = match item.field {
        Field::Title => post.title(),
        Field::Text => post.text(),
        Field::Body => post.body(),
    };
    let normalised = reading.document(item.field).normalised();
    let chars = item.chars.start as usize..item.chars.end as usize;
    let bytes = normalised.origin(chars.clone());
    let char_start = char_offset(original, bytes.start);
    let char_end = char_start + original[bytes.clone()].chars().count();
    let shown = normalised.byte_offset(chars.start)..normalised.byte_offset(chars.end);
    Evidence {
        field: Some(item.field),
        byte_start: Some(bytes.start as u32),
        byte_end: Some(bytes.end as u32),
        char_start: Some(char_start as u32),
        char_end: Some(char_end as u32),
        text: Some(original[bytes].to_owned()),
        normalised: Some(normalised.text()[shown].to_owned()),
        kind: item.kind,
        contribution: round(item.contribution),
        rule: item.rule,
        obfuscation: normalised.marks(chars).iter().collect(),
    }
}

fn round(value: f64) -> f64 {
    (value * UNIT).round() / UNIT
}
