//! What training sees of a post: its n-grams with counts, its cues and its phrases.

use mingjian_model::{Cue, CueValues, NGramBuffer, Reader, Reading};
use mingjian_schema::{Category, Field, LabelledExample, PerCategory};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// One post, read once for all folds.
pub(crate) struct Observation {
    /// Hashes of the n-grams with their counts, sorted by hash.
    pub(crate) ngrams: Vec<(u64, u16)>,
    /// Values of the cues, in the order of [`Cue::ALL`].
    pub(crate) cues: Vec<f64>,
    /// How many distinct rules of each category count.
    pub(crate) rules: PerCategory<usize>,
}

/// Reads all posts, on all cores.
pub(crate) fn observe(
    reader: &Reader,
    rows: &[LabelledExample],
    on_row: impl Fn() + Sync,
) -> Vec<Observation> {
    rows.par_iter()
        .map_init(<(Reading, NGramBuffer)>::default, |(reading, buffer), row| {
            reader.read_into(&row.post, reading);
            on_row();
            observation(reading, buffer)
        })
        .collect()
}

fn observation(reading: &Reading, buffer: &mut NGramBuffer) -> Observation {
    let mut counts: FxHashMap<u64, u16> = FxHashMap::default();
    for field in [Field::Title, Field::Text] {
        buffer.for_each(reading.document(field), |ngram| {
            let count = counts.entry(ngram.hash).or_default();
            *count = count.saturating_add(1);
        });
    }
    let mut ngrams: Vec<_> = counts.into_iter().collect();
    ngrams.sort_unstable();
    let cues = CueValues::of(reading);
    Observation {
        ngrams,
        cues: Cue::ALL.iter().map(|cue| f64::from(cues.value(*cue))).collect(),
        rules: PerCategory::from_fn(|category: Category| reading.distinct_rules(category)),
    }
}
