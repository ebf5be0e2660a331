//! The table of categories.

use mingjian_schema::Category;

use super::figures::{decimal, interval};
use super::markup::Markup;
use super::table::{Cell, table};
use super::{Side, section as page_section, title};
use crate::evaluation::{CategoryReport, Counts, ScoredExample};
use crate::metrics::wilson_interval;

/// Writes the table, one for each model.
pub(super) fn section(markup: &mut Markup, sides: &[Side<'_>]) {
    page_section(markup, "categories", "Categories", |markup| {
        for side in sides {
            let rows = Category::ALL.into_iter().filter_map(|category| {
                let report = side.report(category)?;
                Some((title(category), cells(report, &counts(side.by.scored, category))))
            });
            let head = [
                "category",
                "judged",
                "positive",
                "AP",
                "precision",
                "recall",
                "F1",
                "F1 at ½",
                "ROC AUC",
                "ECE",
                "threshold",
            ];
            table(markup, &side.heading("Categories, with 95 % intervals"), &head, rows);
        }
    });
}

fn cells(report: &CategoryReport, counts: &Counts) -> Vec<Cell> {
    let between = |value: Option<f64>, hits, trials| {
        let range = value.map(|_| wilson_interval(hits, trials));
        Cell::Between(decimal(value), interval(range))
    };
    let flagged = counts.hits + counts.false_alarms;
    let mut cells = vec![
        report.annotated.into(),
        report.support.into(),
        Cell::Between(
            decimal(report.average_precision),
            interval(report.average_precision_interval),
        ),
        between(report.precision, counts.hits, flagged),
        between(report.recall, counts.hits, counts.support()),
    ];
    let others =
        [Some(report.f1), Some(report.f1_at_half), report.auc, report.ece, Some(report.threshold)];
    cells.extend(others.map(|value| Cell::Number(decimal(value))));
    cells
}

/// Right and wrong decisions over the posts that are judged for the category.
fn counts(scored: &[ScoredExample], category: Category) -> Counts {
    let judged: Vec<_> = scored.iter().filter(|row| row.annotated[category]).collect();
    Counts::of(&judged, category, |row| row.flagged[category])
}
