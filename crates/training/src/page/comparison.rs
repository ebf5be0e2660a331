//! Two models side by side.

use mingjian_schema::Category;

use super::figures::{decimal, percent, signed, signed_interval, signed_points};
use super::headline::mean_error;
use super::markup::Markup;
use super::table::{Cell, table};
use super::{Side, section as page_section, title};
use crate::bootstrap::{Difference, PairedDifferences, paired_differences};
use crate::evaluation::{CategoryReport, Report};

/// Writes what the first model gains and loses against the second.
pub(super) fn section(markup: &mut Markup, first: &Side<'_>, second: &Side<'_>, resamples: u64) {
    let differences = paired_differences(first.by.scored, second.by.scored, resamples);
    page_section(markup, "comparison", "A against B", |markup| {
        markup.leaf("p", &[], verdict(differences.macro_average_precision));
        whole(markup, first.by.report, second.by.report, &differences);
        by_category(markup, first, second, &differences);
    });
}

fn verdict(difference: Option<Difference>) -> String {
    match difference {
        Some(found) if found.is_clear() => {
            let better = if found.value > 0.0 { "A" } else { "B" };
            format!(
                "{better} ranks better: macro AP differs by {}, 95 % of paired resamples from {}.",
                signed(Some(found.value)),
                signed_interval(found.interval)
            )
        }
        Some(found) if found.interval.is_some() => format!(
            "These posts do not tell which ranks better: macro AP differs by {}, 95 % of paired \
             resamples from {}.",
            signed(Some(found.value)),
            signed_interval(found.interval)
        ),
        _ => "Without resamples nobody can say which difference is chance.".to_owned(),
    }
}

type Figure = (&'static str, fn(&Report) -> Option<f64>);

fn whole(markup: &mut Markup, first: &Report, second: &Report, differences: &PairedDifferences) {
    let figures: [Figure; 5] = [
        ("macro AP", |report| report.macro_average_precision),
        ("macro F1 at the shipped thresholds", |report| report.macro_f1),
        ("macro F1 at ½", |report| report.macro_f1_at_half),
        ("micro F1", |report| Some(report.micro_f1)),
        ("ECE, mean over the categories", mean_error),
    ];
    let shares: [Figure; 2] = [
        ("flagged", |report| Some(report.flag_rate)),
        ("normal posts flagged", |report| report.normal_false_positive_rate),
    ];
    let macro_interval = differences.macro_average_precision.and_then(|found| found.interval);
    let figures = figures.into_iter().map(|(name, of)| {
        let (one, other) = (of(first), of(second));
        let spread = macro_interval.filter(|_| name == "macro AP");
        let cells =
            [decimal(one), decimal(other), signed(less(one, other)), signed_interval(spread)];
        (name.to_owned(), cells.map(Cell::Number).into())
    });
    let shares = shares.into_iter().map(|(name, of)| {
        let (one, other) = (of(first), of(second));
        let difference = signed_points(less(one, other));
        let cells = [percent(one), percent(other), difference, signed_interval(None)];
        (name.to_owned(), cells.map(Cell::Number).into())
    });
    let head = ["figure", "A", "B", "A − B", "95 % of paired resamples"];
    table(markup, "All posts", &head, figures.chain(shares));
}

type CategoryFigure = fn(&CategoryReport) -> Option<f64>;

fn by_category(
    markup: &mut Markup,
    first: &Side<'_>,
    second: &Side<'_>,
    differences: &PairedDifferences,
) {
    let others: [CategoryFigure; 5] = [
        |report| report.precision,
        |report| report.recall,
        |report| Some(report.f1),
        |report| Some(report.f1_at_half),
        |report| report.ece,
    ];
    let rows = Category::ALL.into_iter().filter_map(|category| {
        let (one, other) = (first.report(category)?, second.report(category)?);
        let found = differences.categories[category];
        let ranking = signed(found.map(|found| found.value));
        let spread = signed_interval(found.and_then(|found| found.interval));
        let mark = if found.is_some_and(|found| found.is_clear()) { " *" } else { "" };
        let mut cells = vec![Cell::Between(ranking + mark, spread)];
        cells.extend(others.map(|of| Cell::Number(signed(less(of(one), of(other))))));
        Some((title(category), cells))
    });
    let head = ["A − B", "AP", "precision", "recall", "F1", "F1 at ½", "ECE"];
    let caption = "Differences by category; * where 95 % of paired resamples agree on the sign";
    table(markup, caption, &head, rows);
}

fn less(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    Some(one? - other?)
}
