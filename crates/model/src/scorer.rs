//! Six margins from one sparse dot product.

use std::sync::LazyLock;

use mingjian_lexicon::Hit;
use mingjian_schema::{Category, PerCategory};

use crate::character_rows::CharacterRows;
use crate::cue::CueValues;
use crate::decision::{Decision, probability};
use crate::metadata::{Metadata, Threshold};
use crate::ngram::NGramBuffer;
use crate::reading::Reading;
use crate::second_look::SecondLook;
use crate::table::{AdditiveTable, Candidates};
use crate::tally::{Counted, Tally};

/// A model in memory: the additive table, and a decision and a threshold for each category.
pub struct Model {
    pub(crate) table: AdditiveTable,
    character_rows: CharacterRows,
    pub(crate) decisions: PerCategory<Decision>,
    thresholds: PerCategory<Threshold>,
    metadata: Metadata,
    second_look: Option<SecondLook>,
    digest: String,
}

/// What the model says of one post.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Natural-log odds of each category.
    pub margins: PerCategory<f64>,
}

/// Buffers that scoring reuses from post to post. One per worker.
#[derive(Debug, Default)]
pub struct Scratch {
    ngrams: NGramBuffer,
    /// Single characters of the post at hand, and the hashes of its other n-grams.
    characters: Vec<u32>,
    hashes: Vec<u64>,
    candidates: Candidates,
    /// How often each row of the table occurs in the post at hand.
    tally: Tally,
}

/// The n-grams of a post that the table knows, weighed.
pub(crate) struct Weighed<'a> {
    tally: &'a Tally,
    /// One over the length of the post's tf-idf vector, see [`length`].
    scale: f64,
}

impl Scores {
    /// Calibrated probabilities of the margins.
    #[must_use]
    pub fn probabilities(&self) -> PerCategory<f64> {
        PerCategory(self.margins.0.map(probability))
    }
}

impl Model {
    /// Puts a model together from its parts. The metadata must describe all six categories, as
    /// [`Model::load`](crate::Model::load) checks; one that is missing can never be flagged.
    #[must_use]
    pub fn new(metadata: Metadata, table: AdditiveTable, digest: String) -> Self {
        let decisions = PerCategory::from_fn(|category| {
            metadata.decisions.get(&category).cloned().unwrap_or(Decision {
                bias: f64::NEG_INFINITY,
                lexicon: 0.0,
                cues: Vec::new(),
            })
        });
        let thresholds = PerCategory::from_fn(|category| {
            metadata.thresholds.get(&category).cloned().unwrap_or(Threshold {
                probability: 1.0,
                rule: "never".to_owned(),
                shown: false,
                precision: 0.0,
                precision_interval: [0.0, 1.0],
                recall: 0.0,
                flagged: 0,
                support: 0,
            })
        });
        let character_rows = CharacterRows::of(&table);
        Self { table, character_rows, decisions, thresholds, metadata, second_look: None, digest }
    }

    /// Adds a second look.
    #[must_use]
    pub fn with_second_look(mut self, second_look: SecondLook) -> Self {
        self.second_look = Some(second_look);
        self
    }

    /// The second look, if the model has one.
    #[must_use]
    pub fn second_look(&self) -> Option<&SecondLook> {
        self.second_look.as_ref()
    }

    /// SHA-256 over the folder's description and weights.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What the model says about itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The shipped threshold of a category.
    #[must_use]
    pub fn threshold(&self, category: Category) -> &Threshold {
        &self.thresholds[category]
    }

    /// Scores a post. Allocates nothing once the buffers have grown to the longest post.
    pub fn score(&self, reading: &Reading, scratch: &mut Scratch) -> Scores {
        let cues = CueValues::of(reading);
        let mut margins = PerCategory([0.0; Category::COUNT]);
        self.add_ngrams(reading, scratch, &mut margins);
        for category in Category::ALL {
            let decision = &self.decisions[category];
            let rules = distinct_rules(reading, category).count();
            margins[category] += decision.bias + decision.lexicon * rules as f64;
        }
        for (cue, value) in cues.shown() {
            for category in Category::ALL {
                margins[category] += self.decisions[category].cue(cue) * f64::from(value);
            }
        }
        Scores { margins }
    }

    fn add_ngrams(&self, reading: &Reading, scratch: &mut Scratch, margins: &mut PerCategory<f64>) {
        self.count(reading, scratch);
        let mut sums = [0.0_f64; Category::COUNT];
        let mut squares = 0.0_f64;
        for &Counted { row, count } in scratch.tally.counted() {
            let row = self.table.row(row);
            let value = sublinear(count) * f64::from(row.idf);
            squares += value * value;
            for (sum, weight) in sums.iter_mut().zip(row.weights) {
                *sum += value * f64::from(weight);
            }
        }
        let scale = length(squares).recip();
        for (margin, sum) in margins.0.iter_mut().zip(sums) {
            *margin = sum * scale;
        }
    }

    /// Counts the rows that the post touches.
    fn count(&self, reading: &Reading, scratch: &mut Scratch) {
        let Scratch { ngrams, characters, hashes, candidates, tally } = scratch;
        characters.clear();
        hashes.clear();
        for (_, document, _) in reading.scored() {
            ngrams.append(document, CharacterRows::COVERED, characters, hashes);
        }
        tally.start(characters.len() + hashes.len());
        for row in characters.iter().filter_map(|code| self.character_rows.get(*code)) {
            tally.add(row);
        }
        self.table.find_each(hashes, candidates, |row| tally.add(row));
    }

    /// Hands the weighed n-grams of a post to `use_them` and clears the buffers afterwards.
    pub(crate) fn with_weighed<T>(
        &self,
        reading: &Reading,
        scratch: &mut Scratch,
        use_them: impl FnOnce(&Weighed<'_>, &mut NGramBuffer) -> T,
    ) -> T {
        self.count(reading, scratch);
        let Scratch { ngrams, tally, .. } = scratch;
        let squares = tally.counted().iter().map(|&Counted { row, count }| {
            (sublinear(count) * f64::from(self.table.row(row).idf)).powi(2)
        });
        let scale = length(squares.sum()).recip();
        use_them(&Weighed { tally, scale }, ngrams)
    }

    /// What one occurrence of a row adds to a category's margin: the row's share divided evenly
    /// among its occurrences.
    pub(crate) fn occurrence(&self, weighed: &Weighed<'_>, number: u32, category: Category) -> f64 {
        let row = self.table.row(number);
        let count = weighed.tally.count_of(number);
        let value = sublinear(count) * f64::from(row.idf) * weighed.scale;
        value * f64::from(row.weights[category.index()]) / f64::from(count)
    }
}

/// What a tf-idf vector is divided by: its Euclidean norm, given the sum of its squares, but never
/// less than that of a post of about six characters. Scaled up to full length, a single known
/// character would weigh as much as a whole article.
#[must_use]
pub fn length(squares: f64) -> f64 {
    const SHORTEST: f64 = 30.0;
    squares.sqrt().max(SHORTEST)
}

/// Occurrences beyond these add nothing.
const MOST: u32 = u16::MAX as u32;

/// Sublinear term frequency, `1 + ln(count)`.
fn sublinear(count: u32) -> f64 {
    static OF_FEW: LazyLock<[f64; 64]> =
        LazyLock::new(|| std::array::from_fn(|count| 1.0 + (count as f64).ln()));
    match OF_FEW.get(count as usize) {
        Some(frequency) => *frequency,
        None => 1.0 + f64::from(count.min(MOST)).ln(),
    }
}

/// The first hit of each distinct rule that speaks for a category, as many as count.
pub(crate) fn distinct_rules(
    reading: &Reading,
    category: Category,
) -> impl Iterator<Item = (mingjian_schema::Field, Hit)> {
    let hits = reading
        .scored()
        .into_iter()
        .flat_map(|(field, _, hits)| hits.iter().map(move |hit| (field, *hit)));
    let mut seen = [u32::MAX; Decision::MOST_RULES];
    let mut count = 0;
    hits.filter(move |(_, hit)| {
        if hit.category != category || count == seen.len() || seen[..count].contains(&hit.rule) {
            return false;
        }
        seen[count] = hit.rule;
        count += 1;
        true
    })
}
