//! Attacked variants of training rows.

use mingjian_schema::LabelledExample;

use super::random::Random;
use super::{Attack, attack_example};

/// Attacked variants of a share (0 to 1) of the rows, one of each, its family drawn at random from
/// those that change it. A variant keeps everything but its id, which is the row's with the
/// family's behind a `~`; so it falls into its row's fold through the story or the brief, or, for
/// rows that have neither, by [`assign_folds`](crate::assign_folds) run before augmenting.
///
/// The rows themselves are not among the result.
#[must_use]
pub fn augment(rows: &[LabelledExample], share: f64, seed: u64) -> Vec<LabelledExample> {
    /// Steps in which a share is counted.
    const STEPS: usize = 1_000_000;
    let bound = (share.clamp(0.0, 1.0) * STEPS as f64).round() as usize;
    let variant = |row: &LabelledExample| {
        let mut random = Random::new(seed, "augment", &row.post.id);
        if random.below(STEPS) >= bound {
            return None;
        }
        let mut families = Attack::ALL.to_vec();
        while !families.is_empty() {
            let family = families.remove(random.below(families.len()));
            let mut attacked = attack_example(row, family, seed);
            if attacked.post != row.post {
                attacked.post.id = format!("{}~{family}", row.post.id);
                return Some(attacked);
            }
        }
        None
    };
    rows.iter().filter_map(variant).collect()
}
