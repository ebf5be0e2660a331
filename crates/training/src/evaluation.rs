//! What a set of scores is worth.

use std::collections::BTreeMap;

use mingjian_schema::{Category, LabelledExample, PerCategory};
use serde::Serialize;

use crate::metrics::{average_precision, expected_calibration_error, recall_at_precision, roc_auc};

/// An example with what a classifier said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredExample {
    /// The post's id.
    pub id: String,
    /// The set it comes from.
    pub source: String,
    /// What it is about, if the set says so.
    pub topic: Option<String>,
    /// Whether the source judged each category.
    pub annotated: PerCategory<bool>,
    /// Whether the post shows each category.
    pub labels: PerCategory<bool>,
    /// Calibrated probabilities.
    pub probabilities: PerCategory<f64>,
    /// Whether each category is above its threshold.
    pub flagged: PerCategory<bool>,
}

impl ScoredExample {
    /// Joins an example with its scores.
    pub fn new(
        row: &LabelledExample,
        probabilities: PerCategory<f64>,
        is_flagged: impl Fn(Category) -> bool,
    ) -> Self {
        Self {
            id: row.post.id.clone(),
            source: row.source.clone().unwrap_or_default(),
            topic: row.topic.clone(),
            annotated: PerCategory::from_fn(|category| row.judges(category)),
            labels: PerCategory::from_fn(|category| row.is(category)),
            probabilities,
            flagged: PerCategory::from_fn(is_flagged),
        }
    }

    /// Whether it shows no conduct at all.
    pub(crate) fn is_normal(&self) -> bool {
        self.labels.0.iter().all(|label| !label)
    }

    /// Whether any category that the source judged is above its threshold.
    pub(crate) fn is_flagged_as_judged(&self) -> bool {
        Category::ALL.into_iter().any(|category| self.annotated[category] && self.flagged[category])
    }
}

/// One category over the rows that are judged for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategoryReport {
    /// Rows that are judged for the category.
    pub annotated: usize,
    /// Positives among them.
    pub support: usize,
    /// Share of the flagged that are positive, at the shipped threshold; absent if none is.
    pub precision: Option<f64>,
    /// Share of the positives that are flagged, at the shipped threshold.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// F1 at a calibrated probability of 0.5.
    pub f1_at_half: f64,
    /// Area under the precision–recall curve, by steps.
    pub average_precision: Option<f64>,
    /// 95 % bootstrap interval of the average precision, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_precision_interval: Option<[f64; 2]>,
    /// The highest recall at which precision is still at least 0.9, over all thresholds.
    pub recall_at_precision_90: Option<f64>,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// The shipped threshold.
    pub threshold: f64,
    /// Expected calibration error, ten bins.
    pub ece: Option<f64>,
}

/// The whole evaluation, in the form of `evaluate --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Rows scored.
    pub posts: usize,
    /// The categories that some row is judged for.
    pub categories: BTreeMap<&'static str, CategoryReport>,
    /// Mean F1 at the shipped thresholds over the categories with positives.
    pub macro_f1: Option<f64>,
    /// The same at a calibrated probability of 0.5.
    pub macro_f1_at_half: Option<f64>,
    /// Mean average precision over the categories with positives.
    pub macro_average_precision: Option<f64>,
    /// 95 % bootstrap interval of the mean, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub macro_average_precision_interval: Option<[f64; 2]>,
    /// F1 over all decisions of all categories with positives.
    pub micro_f1: f64,
    /// Share of all rows that are flagged for anything.
    pub flag_rate: f64,
    /// Share of the rows without labels that are flagged for something their source judged.
    pub normal_false_positive_rate: Option<f64>,
    /// The same, source by source.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_source: BTreeMap<String, Report>,
    /// The same, topic by topic, where the set names topics.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub by_topic: BTreeMap<String, Report>,
}

/// Evaluates scores at these thresholds, in whole, by source and by topic.
#[must_use]
pub fn evaluate(rows: &[ScoredExample], thresholds: &PerCategory<f64>) -> Report {
    let everyone: Vec<_> = rows.iter().collect();
    let mut report = plain(&everyone, thresholds);
    report.by_source = grouped(rows, thresholds, |row| Some(row.source.clone()));
    report.by_topic = grouped(rows, thresholds, |row| row.topic.clone());
    report
}

fn grouped(
    rows: &[ScoredExample],
    thresholds: &PerCategory<f64>,
    name: impl Fn(&ScoredExample) -> Option<String>,
) -> BTreeMap<String, Report> {
    let mut groups: BTreeMap<String, Vec<&ScoredExample>> = BTreeMap::new();
    for row in rows {
        if let Some(name) = name(row) {
            groups.entry(name).or_default().push(row);
        }
    }
    groups.into_iter().map(|(name, group)| (name, plain(&group, thresholds))).collect()
}

fn plain(rows: &[&ScoredExample], thresholds: &PerCategory<f64>) -> Report {
    let mut categories = BTreeMap::new();
    let mut total = Counts::default();
    for category in Category::ALL {
        let judged: Vec<_> = rows.iter().copied().filter(|row| row.annotated[category]).collect();
        if judged.is_empty() {
            continue;
        }
        let counts = Counts::of(&judged, category, |row| row.flagged[category]);
        if counts.support() > 0 {
            total.add(&counts);
        }
        let report = category_report(&judged, category, &counts, thresholds[category]);
        categories.insert(category.id(), report);
    }
    let with_positives: Vec<_> = categories.values().filter(|report| report.support > 0).collect();
    let normal: Vec<_> = rows.iter().filter(|row| row.is_normal()).collect();
    let wrongly = normal.iter().filter(|row| row.is_flagged_as_judged()).count();
    let flagged = rows.iter().filter(|row| row.flagged.0.iter().any(|flag| *flag)).count();
    Report {
        posts: rows.len(),
        macro_f1: mean(with_positives.iter().map(|report| Some(report.f1))),
        macro_f1_at_half: mean(with_positives.iter().map(|report| Some(report.f1_at_half))),
        macro_average_precision: mean(with_positives.iter().map(|report| report.average_precision)),
        macro_average_precision_interval: None,
        micro_f1: total.f1(),
        flag_rate: flagged as f64 / rows.len().max(1) as f64,
        normal_false_positive_rate: share(wrongly, normal.len()),
        categories,
        by_source: BTreeMap::new(),
        by_topic: BTreeMap::new(),
    }
}

fn category_report(
    judged: &[&ScoredExample],
    category: Category,
    counts: &Counts,
    threshold: f64,
) -> CategoryReport {
    let probabilities: Vec<_> = judged.iter().map(|row| row.probabilities[category]).collect();
    let labels: Vec<_> = judged.iter().map(|row| row.labels[category]).collect();
    let half = Counts::of(judged, category, |row| row.probabilities[category] >= 0.5);
    CategoryReport {
        annotated: judged.len(),
        support: counts.support(),
        precision: share(counts.hits, counts.hits + counts.false_alarms),
        recall: share(counts.hits, counts.support()),
        f1: counts.f1(),
        f1_at_half: half.f1(),
        average_precision: average_precision(&probabilities, &labels),
        average_precision_interval: None,
        recall_at_precision_90: recall_at_precision(0.9, &probabilities, &labels),
        auc: roc_auc(&probabilities, &labels),
        threshold,
        ece: expected_calibration_error(&probabilities, &labels),
    }
}

/// Right and wrong decisions of one category.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Positives that are flagged.
    pub(crate) hits: usize,
    /// Others that are flagged.
    pub(crate) false_alarms: usize,
    /// Positives that are not flagged.
    pub(crate) misses: usize,
}

impl Counts {
    /// Counts over rows that are all judged for the category.
    pub(crate) fn of(
        rows: &[&ScoredExample],
        category: Category,
        flags: impl Fn(&ScoredExample) -> bool,
    ) -> Self {
        let mut counts = Self::default();
        for row in rows {
            match (flags(row), row.labels[category]) {
                (true, true) => counts.hits += 1,
                (true, false) => counts.false_alarms += 1,
                (false, true) => counts.misses += 1,
                (false, false) => {}
            }
        }
        counts
    }

    /// The positives.
    pub(crate) fn support(&self) -> usize {
        self.hits + self.misses
    }

    fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.false_alarms += other.false_alarms;
        self.misses += other.misses;
    }

    fn f1(&self) -> f64 {
        let denominator = 2 * self.hits + self.false_alarms + self.misses;
        if denominator == 0 { 0.0 } else { 2.0 * self.hits as f64 / denominator as f64 }
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(labels: &str, annotated: &str, rumour: f64, flagged: bool) -> ScoredExample {
        let line = format!(r#"{{"id":"1","text":"x","labels":{labels},"annotated":{annotated}}}"#);
        let example = LabelledExample::from_json(&line, String::new).unwrap();
        let mut probabilities = PerCategory([0.0; 6]);
        probabilities[Category::Rumour] = rumour;
        ScoredExample::new(&example, probabilities, |category| {
            category == Category::Rumour && flagged
        })
    }

    #[test]
    fn a_row_counts_only_where_it_was_judged() {
        let rows = [
            row(r#"["rumour"]"#, r#"["rumour"]"#, 0.9, true),
            row("[]", r#"["rumour"]"#, 0.6, false),
            // Flagged, but nobody judged it: neither a hit nor a false alarm.
            row("[]", r#"["vulgar"]"#, 0.8, true),
        ];
        let report = evaluate(&rows, &PerCategory([0.7; 6]));
        let rumour = &report.categories["rumour"];
        assert_eq!((rumour.annotated, rumour.support), (2, 1));
        assert_eq!((rumour.precision, rumour.recall, rumour.f1), (Some(1.0), Some(1.0), 1.0));
        assert!((rumour.f1_at_half - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(report.normal_false_positive_rate, Some(0.0));
        assert!((report.flag_rate - 2.0 / 3.0).abs() < 1e-12);
        // `vulgar` has no positives and stays out of the means.
        assert_eq!(report.macro_f1, Some(1.0));
        assert!(!report.categories.contains_key("clickbait"));
    }
}
