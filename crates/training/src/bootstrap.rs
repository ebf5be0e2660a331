//! How far a figure would move on other posts of the same kind.

use mingjian_schema::Category;
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
    let draws: Vec<[Option<f64>; Category::COUNT]> =
        (0..samples).into_par_iter().map(|sample| resampled(rows, sample)).collect();
    for category in Category::ALL {
        let Some(entry) = report.categories.get_mut(category.id()) else { continue };
        let values = draws.iter().filter_map(|draw| draw[category.index()]).collect();
        entry.average_precision_interval = interval(values);
    }
    let means = draws.iter().filter_map(|draw| {
        let values: Vec<f64> = draw.iter().copied().flatten().collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    });
    report.macro_average_precision_interval = interval(means.collect());
}

/// Average precisions on one resample, drawn with replacement.
fn resampled(rows: &[ScoredExample], sample: u64) -> [Option<f64>; Category::COUNT] {
    let draw = |position: u64| {
        let number = stable_hash(sample, &position.to_le_bytes());
        &rows[(number % rows.len() as u64) as usize]
    };
    let drawn: Vec<&ScoredExample> = (0..rows.len() as u64).map(draw).collect();
    Category::ALL.map(|category| {
        let (scores, labels): (Vec<f64>, Vec<bool>) = drawn
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
    use mingjian_schema::{LabelledExample, PerCategory};

    use super::*;
    use crate::evaluation::evaluate;

    #[test]
    fn an_interval_holds_the_figure_and_is_the_same_every_time() {
        let rows: Vec<ScoredExample> = (0..200)
            .map(|n| {
                let label = if n % 4 == 0 { r#"["rumour"]"# } else { "[]" };
                let line = format!(r#"{{"id":"{n}","text":"x","labels":{label}}}"#);
                let example = LabelledExample::from_json(&line, String::new).unwrap();
                let score = f64::from(u8::from(n % 4 == 0)) * 0.3 + f64::from(n % 7) / 10.0;
                ScoredExample::new(&example, PerCategory([score / 2.0; 6]), |_| false)
            })
            .collect();
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
