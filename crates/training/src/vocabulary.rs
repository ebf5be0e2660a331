//! Which n-grams the model knows: those that tell a category from the rest.

use mingjian_model::length;
use mingjian_schema::{Category, LabelledExample};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::observation::Observation;

/// The chosen n-grams with their inverse document frequencies, sorted by hash.
pub(crate) struct Vocabulary {
    hashes: Vec<u64>,
    idf: Vec<f32>,
}

/// How often an n-gram occurs: in all posts, and for each category among the posts judged for it
/// and among its positives.
#[derive(Clone, Copy, Default)]
struct Frequency {
    posts: u32,
    judged: [u32; Category::COUNT],
    positive: [u32; Category::COUNT],
}

/// An n-gram in fewer posts is noise.
const FEWEST_POSTS: u32 = 2;

impl Vocabulary {
    /// Chooses for each category the `per_category` n-grams with the highest χ² between
    /// occurrence and label, over the rows that are judged for it.
    pub(crate) fn choose(
        rows: &[LabelledExample],
        observations: &[Observation],
        members: &[usize],
        per_category: usize,
    ) -> Self {
        let frequencies = count(rows, observations, members);
        let mut chosen: Vec<u64> = Category::ALL
            .par_iter()
            .flat_map_iter(|&category| {
                strongest(rows, members, &frequencies, category, per_category)
            })
            .collect();
        chosen.sort_unstable();
        chosen.dedup();
        let posts = members.len() as f32;
        let idf = chosen
            .iter()
            .map(|hash| ((1.0 + posts) / (1.0 + frequencies[hash].posts as f32)).ln() + 1.0)
            .collect();
        Self { hashes: chosen, idf }
    }

    /// How many n-grams were chosen.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The n-grams' hashes with their inverse document frequencies.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, f32)> {
        self.hashes.iter().copied().zip(self.idf.iter().copied())
    }

    /// The tf-idf vector of a post, divided by its [`length`], sorted by column.
    pub(crate) fn vector(&self, observation: &Observation) -> Vec<(u32, f32)> {
        let mut vector = Vec::new();
        let mut column = 0;
        for &(hash, count) in &observation.ngrams {
            column += self.hashes[column..].partition_point(|known| *known < hash);
            if self.hashes.get(column) == Some(&hash) {
                let frequency = 1.0 + f32::from(count).ln();
                vector.push((column as u32, frequency * self.idf[column]));
            }
        }
        let squares: f32 = vector.iter().map(|(_, value): &(u32, f32)| value * value).sum();
        let length = length(f64::from(squares)) as f32;
        vector.iter_mut().for_each(|(_, value)| *value /= length);
        vector
    }
}

fn count(
    rows: &[LabelledExample],
    observations: &[Observation],
    members: &[usize],
) -> FxHashMap<u64, Frequency> {
    let mut frequencies: FxHashMap<u64, Frequency> = FxHashMap::default();
    for &member in members {
        let row = &rows[member];
        let judged = Category::ALL.map(|category| u32::from(row.judges(category)));
        let positive = Category::ALL.map(|category| u32::from(row.is(category)));
        for (hash, _) in &observations[member].ngrams {
            let frequency = frequencies.entry(*hash).or_default();
            frequency.posts += 1;
            for category in 0..Category::COUNT {
                frequency.judged[category] += judged[category];
                frequency.positive[category] += positive[category];
            }
        }
    }
    frequencies
}

fn strongest(
    rows: &[LabelledExample],
    members: &[usize],
    frequencies: &FxHashMap<u64, Frequency>,
    category: Category,
    most: usize,
) -> Vec<u64> {
    let judged = members.iter().filter(|&&row| rows[row].judges(category)).count() as f64;
    let positive = members.iter().filter(|&&row| rows[row].is(category)).count() as f64;
    let index = category.index();
    let mut scored: Vec<(f64, u64)> = frequencies
        .iter()
        .filter(|(_, frequency)| frequency.posts >= FEWEST_POSTS)
        .map(|(hash, frequency)| {
            let with = f64::from(frequency.judged[index]);
            let hits = f64::from(frequency.positive[index]);
            (chi_squared(judged, positive, with, hits), *hash)
        })
        .filter(|(score, _)| *score > 0.0)
        .collect();
    // Ties are broken by hash, so that the choice is the same in every run.
    let order = |left: &(f64, u64), right: &(f64, u64)| {
        right.0.total_cmp(&left.0).then(left.1.cmp(&right.1))
    };
    if scored.len() > most {
        scored.select_nth_unstable_by(most, order);
        scored.truncate(most);
    }
    scored.into_iter().map(|(_, hash)| hash).collect()
}

/// Pearson's χ² of the 2 × 2 table of occurrence and label: `n` posts of which `p` are positive,
/// `w` with the n-gram of which `h` are positive.
fn chi_squared(n: f64, p: f64, w: f64, h: f64) -> f64 {
    let denominator = p * (n - p) * w * (n - w);
    if denominator == 0.0 {
        return 0.0;
    }
    // n · (ad − bc)² / (…), where ad − bc = h·n − p·w.
    n * (h * n - p * w).powi(2) / denominator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_squared_is_zero_without_association_and_n_with_a_perfect_one() {
        assert_eq!(chi_squared(100.0, 50.0, 20.0, 10.0), 0.0);
        assert!((chi_squared(100.0, 20.0, 20.0, 20.0) - 100.0).abs() < 1e-9);
        assert_eq!(chi_squared(100.0, 0.0, 20.0, 0.0), 0.0);
    }
}
