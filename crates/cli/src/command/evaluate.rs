//! `mingjian evaluate`: what a model is worth on labelled examples.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use comfy_table::{Cell, CellAlignment, Table, presets};
use mingjian_schema::Category;
use mingjian_training::{Dataset, Report, ScoredExample};
use serde::Serialize;
use serde_json::json;

use super::robustness::{self, ByAttack};
use crate::arguments::Evaluate;
use crate::command::evaluation_page::{self, Judged, score};
use crate::{assets, paint};

/// What `--json` prints.
#[derive(Serialize)]
struct Output<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_attack: Option<&'a ByAttack>,
}

pub(crate) fn run(options: &Evaluate) -> Result<ExitCode> {
    let classifier = assets::classifier(&options.assets)?;
    let dataset = Dataset::read(&options.data)?;
    let judged = Judged::new(classifier, &dataset.rows, evaluation_page::resamples(options));
    let (report, scored) = (&judged.report, &judged.scored);
    if let Some(path) = &options.scores {
        write_scores(path, scored)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    let by_attack = options.attacks.as_ref().map(|attacks| {
        robustness::measure(&dataset.rows, attacks, |row| score(&judged.classifier, row))
    });
    if let Some(path) = &options.html {
        evaluation_page::write(path, options, &dataset.rows, &judged)?;
    }
    if options.json {
        paint::json(&Output { report, by_attack: by_attack.as_ref() })?;
    } else {
        print_report(report);
        print_groups("source", &report.by_source, 1);
        print_groups("topic", &report.by_topic, SMALLEST_TOPIC);
        if let Some(by_attack) = &by_attack {
            robustness::print(by_attack);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_scores(path: &Path, scored: &[ScoredExample]) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for row in scored {
        let probabilities: serde_json::Map<_, _> = row
            .probabilities
            .iter()
            .map(|(category, probability)| (category.id().to_owned(), json!(probability)))
            .collect();
        let flagged: Vec<_> =
            Category::ALL.into_iter().filter(|&category| row.flagged[category]).collect();
        let line = json!({ "id": row.id, "probabilities": probabilities, "flagged": flagged });
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}

/// Prints the table of categories and the summary line.
pub(crate) fn print_report(report: &Report) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "category",
        "judged",
        "positive",
        "precision",
        "recall",
        "F1",
        "F1 at ½",
        "AP",
        "ROC AUC",
        "ECE",
        "threshold",
    ]);
    for (category, row) in &report.categories {
        let mut cells = vec![Cell::new(category)];
        let counts = [row.annotated.to_string(), row.support.to_string()];
        let shares = [row.precision, row.recall, Some(row.f1), Some(row.f1_at_half)]
            .into_iter()
            .chain([row.average_precision, row.auc, row.ece, Some(row.threshold)]);
        cells.extend(counts.into_iter().chain(shares.map(decimal)).map(right));
        table.add_row(cells);
    }
    paint::say(table);
    paint::say(format_args!(
        "{} posts: macro F1 {} (at ½ {}), macro AP {}, flagged {} %, normal posts flagged {} %",
        report.posts,
        decimal(report.macro_f1),
        decimal(report.macro_f1_at_half),
        decimal(report.macro_average_precision),
        percent(Some(report.flag_rate)),
        percent(report.normal_false_positive_rate),
    ));
}

/// Topics with fewer posts stand in `--json` only.
const SMALLEST_TOPIC: usize = 20;

fn print_groups(kind: &str, groups: &BTreeMap<String, Report>, smallest: usize) {
    let groups: Vec<_> = groups.iter().filter(|(_, report)| report.posts >= smallest).collect();
    if groups.len() < 2 {
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([kind, "posts", "macro AP", "macro F1", "flagged %", "normal flagged %"]);
    for (name, report) in groups {
        let figures = [
            report.posts.to_string(),
            decimal(report.macro_average_precision),
            decimal(report.macro_f1),
            percent(Some(report.flag_rate)),
            percent(report.normal_false_positive_rate),
        ];
        let mut cells = vec![Cell::new(name)];
        cells.extend(figures.into_iter().map(right));
        table.add_row(cells);
    }
    paint::say(format_args!("\n{table}"));
}

pub(super) fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

pub(super) fn decimal(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.2}", 100.0 * value))
}
