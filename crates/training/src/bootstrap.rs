//! How far a figure would move on other posts of the same kind.

use mingjian_schema::{Category, PerCategory};
use rayon::prelude::*;

use crate::evaluation::{Report, ScoredExample};
use crate::folds::stable_hash;
use crate::metrics::average_precision;

/// Adds 95 % percentile intervals (Efron 1979) of the average precision to the whole report, from
/// `samples` resamples of the rows. Deterministic.
pub fn add_intervals(report: &mut Report, rows: &[ScoredExample], samples: u64) {
    if samples == 0 || rows.is_empty() {
        return;
    }
    let draws: Vec<Precisions> =
        (0..samples).into_par_iter().map(|sample| resampled(rows, sample)).collect();
    for category in Category::ALL {
        let Some(entry) = report.categories.get_mut(category.id()) else { continue };
        let values = draws.iter().filter_map(|draw| draw[category.index()]).collect();
        entry.average_precision_interval = interval(values);
    }
    report.macro_average_precision_interval = interval(draws.iter().filter_map(mean).collect());
}

/// How much better one set of scores ranks than another, and between what bounds that may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first average precision less the second.
    pub value: f64,
    /// 95 % percentile interval over the resamples, if there were any.
    pub interval: Option<[f64; 2]>,
}

impl Difference {
    /// Whether the interval leaves out that there is none.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.interval.is_some_and(|[low, high]| low > 0.0 || high < 0.0)
    }
}

/// The differences between two sets of scores of the same rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedDifferences {
    /// In each category's average precision; nothing for a category without positives.
    pub categories: PerCategory<Option<Difference>>,
    /// In the mean over the categories.
    pub macro_average_precision: Option<Difference>,
}

/// Compares two sets of scores of the same rows in the same order by the paired bootstrap: both
/// are measured on the same resamples, so that what makes a resample easy or hard cancels.
/// Deterministic.
#[must_use]
pub fn paired_differences(
    first: &[ScoredExample],
    second: &[ScoredExample],
    samples: u64,
) -> PairedDifferences {
    debug_assert!(first.iter().map(|row| &row.id).eq(second.iter().map(|row| &row.id)));
    let draws: Vec<_> = (0..samples)
        .into_par_iter()
        .map(|sample| (resampled(first, sample), resampled(second, sample)))
        .collect();
    let whole = (precisions(&Vec::from_iter(first)), precisions(&Vec::from_iter(second)));
    let difference = |of: &dyn Fn(&Precisions) -> Option<f64>| {
        let between = |(first, second): &(Precisions, Precisions)| Some(of(first)? - of(second)?);
        let value = between(&whole)?;
        Some(Difference { value, interval: interval(draws.iter().filter_map(between).collect()) })
    };
    PairedDifferences {
        categories: PerCategory::from_fn(|category| difference(&|draw| draw[category.index()])),
        macro_average_precision: difference(&mean),
    }
}

/// The average precision of each category that has positives.
type Precisions = [Option<f64>; Category::COUNT];

fn mean(draw: &Precisions) -> Option<f64> {
    let values: Vec<f64> = draw.iter().copied().flatten().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Average precisions on one resample, drawn with replacement.
fn resampled(rows: &[ScoredExample], sample: u64) -> Precisions {
    let draw = |position: u64| {
        let number = stable_hash(sample, &position.to_le_bytes());
        &rows[(number % rows.len() as u64) as usize]
    };
    precisions(&(0..rows.len() as u64).map(draw).collect::<Vec<_>>())
}

fn precisions(rows: &[&ScoredExample]) -> Precisions {
    Category::ALL.map(|category| {
        let (scores, labels): (Vec<f64>, Vec<bool>) = rows
            .iter()
            .filter(|row| row.annotated[category])
            .map(|row| (row.probabilities[category], row.labels[category]))
            .unzip();
        average_precision(&scores, &labels)
    })
}

fn interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    Some([at(0.025), at(0.975)])
}

#[cfg(test)]
mod tests {
    use mingjian_schema::LabelledExample;

    use super::*;
    use crate::evaluation::evaluate;

    /// One rumour in four, whose scores are higher by `skill`.
    fn rows(skill: f64) -> Vec<ScoredExample> {
        (0..200)
            .map(|n| {
                let label = if n % 4 == 0 { r#"["rumour"]"# } else { "[]" };
                let line = format!(r#"{{"id":"{n}","text":"x","labels":{label}}}"#);
                let example = LabelledExample::from_json(&line, String::new).unwrap();
                let score = f64::from(u8::from(n % 4 == 0)) * skill + f64::from(n % 7) / 10.0;
                ScoredExample::new(&example, PerCategory([score / 2.0; 6]), |_| false)
            })
            .collect()
    }

    #[test]
    fn what_ranks_better_is_seen_to_and_the_same_scores_do_not_differ() {
        let better = paired_differences(&rows(0.5), &rows(0.2), 200);
        let rumour = better.categories[Category::Rumour].unwrap();
        assert!(rumour.value > 0.0 && rumour.is_clear(), "{rumour:?}");
        assert_eq!(better.macro_average_precision, Some(rumour));
        assert_eq!(better.categories[Category::Vulgar], None);

        let same = paired_differences(&rows(0.3), &rows(0.3), 50);
        let none = Difference { value: 0.0, interval: Some([0.0, 0.0]) };
        assert_eq!(same.macro_average_precision, Some(none));
        assert!(!none.is_clear());
    }

    #[test]
    fn an_interval_holds_the_figure_and_is_the_same_every_time() {
        let rows = rows(0.3);
        let mut report = evaluate(&rows, &PerCategory([0.5; 6]));
        add_intervals(&mut report, &rows, 200);
        let rumour = &report.categories["rumour"];
        let [low, high] = rumour.average_precision_interval.unwrap();
        let figure = rumour.average_precision.unwrap();
        assert!(low < figure && figure < high && high - low < 0.3, "{low} {figure} {high}");
        let mut again = evaluate(&rows, &PerCategory([0.5; 6]));
        add_intervals(&mut again, &rows, 200);
        assert_eq!(report, again);
    }
}
