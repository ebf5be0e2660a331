//! How much of what is found in plain posts is still found under each attack.

use std::collections::BTreeMap;

use mingjian_schema::{Category, LabelledExample, PerCategory};
use rayon::prelude::*;
use serde::Serialize;

use super::{Attack, attack_example};

/// Positives that an attack really changed, and the share of them that is flagged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttackShare {
    /// Positives that the attack changed; the others say nothing about it and are left out.
    pub attacked: usize,
    /// Share of them that is flagged under the attack.
    pub recall: Option<f64>,
    /// Share of the same posts that is flagged as they were written.
    pub clean_recall: Option<f64>,
    /// The first as a share of the second.
    pub kept: Option<f64>,
}

/// One attack, over all positives of all categories and category by category.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttackReport {
    /// Over all pairs of a post and a category that it shows.
    #[serde(flatten)]
    pub all: AttackShare,
    /// The same for each category with positives.
    pub categories: BTreeMap<&'static str, AttackShare>,
}

/// Positives, those flagged as written, those flagged under attack.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    attacked: usize,
    clean: usize,
    found: usize,
}

impl Counts {
    fn share(self) -> AttackShare {
        let of = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
        AttackShare {
            attacked: self.attacked,
            recall: of(self.found, self.attacked),
            clean_recall: of(self.clean, self.attacked),
            kept: of(self.found, self.clean),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            attacked: self.attacked + other.attacked,
            clean: self.clean + other.clean,
            found: self.found + other.found,
        }
    }
}

/// Scores the positives as they are and under each attack. `flags` says which categories of a post
/// are above their thresholds; `on_scored` is called after every post that has been scored, which
/// is once for the plain text and once for each attack.
pub fn evaluate_attacks(
    rows: &[LabelledExample],
    attacks: &[Attack],
    seed: u64,
    flags: impl Fn(&LabelledExample) -> PerCategory<bool> + Sync,
    on_scored: impl Fn() + Sync,
) -> BTreeMap<&'static str, AttackReport> {
    let positives: Vec<_> = rows.iter().filter(|row| !row.labels.is_empty()).collect();
    let flags = |row: &LabelledExample| {
        let flags = flags(row);
        on_scored();
        flags
    };
    let clean: Vec<_> = positives.par_iter().map(|row| flags(row)).collect();
    let report = |attack: &Attack| {
        let counts: Vec<_> = positives
            .par_iter()
            .zip(&clean)
            .map(|(row, clean)| {
                let attacked = attack_example(row, *attack, seed);
                let found = flags(&attacked);
                let is_changed = attacked.post != row.post;
                PerCategory::from_fn(|category| {
                    let counts = is_changed && row.is(category) && row.judges(category);
                    Counts {
                        attacked: usize::from(counts),
                        clean: usize::from(counts && clean[category]),
                        found: usize::from(counts && found[category]),
                    }
                })
            })
            .collect();
        (attack.id(), attack_report(&counts))
    };
    attacks.iter().map(report).collect()
}

fn attack_report(counts: &[PerCategory<Counts>]) -> AttackReport {
    let of_category =
        |category| counts.iter().fold(Counts::default(), |sum, row| sum.plus(row[category]));
    let by_category = Category::ALL.map(|category| (category.id(), of_category(category)));
    let all = by_category.iter().fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts));
    let categories = by_category
        .into_iter()
        .filter(|(_, counts)| counts.attacked > 0)
        .map(|(category, counts)| (category, counts.share()));
    AttackReport { all: all.share(), categories: categories.collect() }
}
