//! The figures that a reader looks at first.

use super::figures::{decimal, interval, percent};
use super::markup::Markup;
use super::{Side, section as page_section};
use crate::evaluation::Report;

/// Writes the figures of the model that is evaluated.
pub(super) fn section(markup: &mut Markup, side: &Side<'_>) {
    let report = side.by.report;
    page_section(markup, "headline", &side.heading("Headline figures"), |markup| {
        markup.element("dl", &[("class", &"cards")], |markup| {
            let range = interval(report.macro_average_precision_interval);
            let range = if range.is_empty() { range } else { format!("95 %: {range}") };
            card(markup, "macro AP", &decimal(report.macro_average_precision), &range);
            let shipped = "at the shipped thresholds";
            card(markup, "macro F1", &decimal(report.macro_f1), shipped);
            card(markup, "macro F1 at ½", &decimal(report.macro_f1_at_half), "at probability ½");
            card(markup, "ECE", &decimal(mean_error(report)), "mean over the categories");
            card(markup, "flagged", &percent(Some(report.flag_rate)), "of all posts");
            let wrongly = percent(report.normal_false_positive_rate);
            card(markup, "normals flagged", &wrongly, "of the posts without a label");
        });
    });
}

fn card(markup: &mut Markup, name: &str, value: &str, note: &str) {
    markup.element("div", &[], |markup| {
        markup.leaf("dt", &[], name);
        markup.element("dd", &[], |markup| {
            markup.leaf("strong", &[], value);
            markup.text(" ");
            markup.leaf("small", &[], note);
        });
    });
}

/// Mean expected calibration error over the categories with positives, as the other means are.
pub(super) fn mean_error(report: &Report) -> Option<f64> {
    let with_positives = report.categories.values().filter(|category| category.support > 0);
    let errors: Vec<f64> = with_positives.filter_map(|category| category.ece).collect();
    (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64)
}
