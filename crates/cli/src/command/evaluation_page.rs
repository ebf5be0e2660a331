//! `mingjian evaluate --html`: the evaluation as a page, held against a second model if asked for.

use std::path::Path;

use anyhow::{Context, Result};
use mingjian_model::Model;
use mingjian_schema::{Category, CategoryFinding, LabelledExample, PerCategory, Post};
use mingjian_training::{EvaluationPage, JudgedBy, Report, ScoredExample, add_intervals, evaluate};
use mingjian_triage::Classifier;
use rayon::prelude::*;

use crate::arguments::{Assets, Evaluate};
use crate::assets;

/// Resamples for the intervals of a page, unless the caller names a number.
const RESAMPLES: u64 = 1_000;

/// A classifier and what it said of the examples.
pub(super) struct Judged {
    pub(super) classifier: Classifier,
    pub(super) scored: Vec<ScoredExample>,
    pub(super) report: Report,
}

impl Judged {
    /// Scores the examples and measures the scores.
    pub(super) fn new(classifier: Classifier, rows: &[LabelledExample], resamples: u64) -> Self {
        let scored: Vec<ScoredExample> =
            rows.par_iter().map(|row| score(&classifier, row)).collect();
        let policy = classifier.policy();
        let thresholds = PerCategory::from_fn(|category| policy.threshold(category));
        let mut report = evaluate(&scored, &thresholds);
        add_intervals(&mut report, &scored, resamples);
        Self { classifier, scored, report }
    }

    fn explain(&self, post: &Post, category: Category) -> Option<CategoryFinding> {
        let findings = self.classifier.explain(post).findings;
        findings.into_iter().find(|finding| finding.category == category)
    }
}

/// Judges one example.
pub(super) fn score(classifier: &Classifier, row: &LabelledExample) -> ScoredExample {
    let verdict = classifier.classify(&row.post);
    ScoredExample::new(row, verdict.probabilities, |category| {
        verdict.findings.iter().any(|finding| finding.category == category)
    })
}

/// The resamples that the flags ask for.
pub(super) fn resamples(options: &Evaluate) -> u64 {
    let default = if options.html.is_some() { RESAMPLES } else { 0 };
    options.bootstrap.unwrap_or(default)
}

/// Writes the page.
pub(super) fn write(
    path: &Path,
    options: &Evaluate,
    rows: &[LabelledExample],
    judged: &Judged,
) -> Result<()> {
    let resamples = resamples(options);
    let second = match &options.against {
        Some(folder) => {
            let assets = second_assets(options, folder)?;
            let classifier = assets::classifier(&assets).context("the second model")?;
            Some((folder, Judged::new(classifier, rows, resamples)))
        }
        None => None,
    };
    let explain = |post: &Post, category| judged.explain(post, category);
    let second_explain = |post: &Post, category| second.as_ref()?.1.explain(post, category);
    let name =
        options.assets.model.as_deref().map_or_else(|| "the bundled model".to_owned(), named);
    let page = EvaluationPage {
        examples: rows,
        model: judged_by(name, judged, &explain),
        against: second
            .as_ref()
            .map(|(folder, second)| judged_by(named(folder), second, &second_explain)),
        resamples,
    };
    std::fs::write(path, page.render())
        .with_context(|| format!("`{}` cannot be written", path.display()))
}

fn judged_by<'a>(
    name: String,
    judged: &'a Judged,
    explain: &'a dyn Fn(&Post, Category) -> Option<CategoryFinding>,
) -> JudgedBy<'a> {
    JudgedBy {
        name,
        versions: judged.classifier.versions(),
        scored: &judged.scored,
        report: &judged.report,
        explain,
    }
}

fn named(folder: &Path) -> String {
    folder.display().to_string()
}

/// The same flags with the other model, which looks twice only if it can.
fn second_assets(options: &Evaluate, folder: &Path) -> Result<Assets> {
    let looks_once = Model::load(folder)?.second_look().is_none();
    let first = &options.assets;
    Ok(Assets {
        model: Some(folder.to_owned()),
        encoder: options.against_encoder.clone().or_else(|| first.encoder.clone()),
        no_second_look: first.no_second_look || looks_once,
        ..first.clone()
    })
}
