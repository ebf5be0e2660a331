//! One category: its plots with their numbers, and its worst errors.

use mingjian_schema::{Category, LabelledExample};

use super::figures::{decimal, interval, share};
use super::markup::Markup;
use super::plot::{Curve, histogram, precision_recall, reliability};
use super::table::{Cell, table};
use super::{Side, errors, section as page_section, title};
use crate::metrics::{
    CalibrationBin, CurvePoint, calibration_bins, precision_recall_curve, wilson_interval,
};

/// Writes everything about a category.
pub(super) fn section(
    markup: &mut Markup,
    examples: &[LabelledExample],
    sides: &[Side<'_>],
    category: Category,
) {
    page_section(markup, category.id(), &title(category), |markup| {
        markup.element("div", &[("class", &"plots")], |markup| {
            curve_figure(markup, sides, category);
            for side in sides {
                reliability_figure(markup, side, category);
                histogram_figure(markup, side, category);
            }
        });
        for side in sides {
            errors::write(markup, examples, side, category);
        }
    });
}

fn curve_figure(markup: &mut Markup, sides: &[Side<'_>], category: Category) {
    let curves: Vec<Curve> = sides.iter().map(|side| curve(side, category)).collect();
    let (_, labels) = sides[0].judged(category);
    let positives = labels.iter().filter(|label| **label).count();
    let chance = share(positives, labels.len()).unwrap_or(0.0);
    markup.element("figure", &[], |markup| {
        let id = format!("curve-{}", category.id());
        precision_recall(markup, &id, category.id(), &curves, chance);
        markup.element("figcaption", &[], |markup| {
            markup.leaf("b", &[], "Precision and recall");
            for (index, curve) in curves.iter().enumerate() {
                markup.text(if index == 0 { ": " } else { ", " });
                let class = format!("key {}", curve.class);
                let words = format!("{} AP {}", curve.name, decimal(curve.average_precision));
                markup.leaf("span", &[("class", &class)], words.trim());
            }
            markup.text(format_args!(
                ". ● shipped threshold, ○ probability ½, dashed: by lot. {positives} positives \
                 among {} judged.",
                labels.len()
            ));
        });
        numbers(markup, |markup| curves.iter().for_each(|curve| reachable(markup, curve)));
    });
}

fn curve(side: &Side<'_>, category: Category) -> Curve {
    let (probabilities, labels) = side.judged(category);
    let report = side.report(category);
    Curve {
        class: side.class,
        name: side.letter.to_owned(),
        points: precision_recall_curve(&probabilities, &labels),
        shipped: report.and_then(|report| report.recall.zip(report.precision)),
        average_precision: report.and_then(|report| report.average_precision),
    }
}

/// What recall can be had at a precision.
fn reachable(markup: &mut Markup, curve: &Curve) {
    let rows = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95].map(|wanted| {
        let enough = curve.points.iter().filter(|point| point.precision >= wanted);
        let best: Option<&CurvePoint> =
            enough.max_by(|left, right| left.recall.total_cmp(&right.recall));
        let cells = [best.map(|point| point.recall), best.map(|point| point.threshold)];
        (format!("≥ {wanted}"), cells.map(|value| Cell::Number(decimal(value))).into())
    });
    let caption = format!("{} Most recall at a precision", curve.name);
    table(markup, caption.trim(), &["precision", "recall", "threshold"], rows);
}

fn reliability_figure(markup: &mut Markup, side: &Side<'_>, category: Category) {
    let (probabilities, labels) = side.judged(category);
    let bins = calibration_bins(&probabilities, &labels);
    let error = side.report(category).and_then(|report| report.ece);
    markup.element("figure", &[], |markup| {
        let id = format!("reliability-{}-{}", side.class, category.id());
        reliability(markup, &id, (category.id(), side.class), &bins, error);
        markup.element("figcaption", &[], |markup| {
            markup.leaf("b", &[], side.heading("Reliability"));
            markup.text(format_args!(
                ": ECE {}. Lines are 95 % intervals, the numbers above count the posts of each bin.",
                decimal(error)
            ));
        });
        numbers(markup, |markup| bins_table(markup, side, &bins));
    });
}

fn bins_table(markup: &mut Markup, side: &Side<'_>, bins: &[CalibrationBin]) {
    let rows = bins.iter().enumerate().map(|(index, bin)| {
        let edge = |edge: usize| edge as f64 / bins.len() as f64;
        let (probability, share) = bin.means().unzip();
        let range = share.map(|_| wilson_interval(bin.positives, bin.count));
        let cells = vec![
            bin.count.into(),
            Cell::Number(decimal(probability)),
            bin.positives.into(),
            Cell::Between(decimal(share), interval(range)),
        ];
        (format!("{:.1}–{:.1}", edge(index), edge(index + 1)), cells)
    });
    let head = ["probability", "posts", "mean", "positive", "share"];
    table(markup, &side.heading("Reliability by bin"), &head, rows);
}

fn histogram_figure(markup: &mut Markup, side: &Side<'_>, category: Category) {
    let (probabilities, labels) = side.judged(category);
    let threshold = side.report(category).map_or(1.0, |report| report.threshold);
    markup.element("figure", &[], |markup| {
        let id = format!("histogram-{}-{}", side.class, category.id());
        let names = (category.id(), side.class);
        histogram(markup, &id, names, (&probabilities, &labels), threshold);
        markup.element("figcaption", &[], |markup| {
            markup.leaf("b", &[], side.heading("Scores"));
            markup.text(format_args!(
                ": positives upwards, others downwards, counts on a logarithmic scale; the line is \
                 the threshold, {threshold:.3}."
            ));
        });
    });
}

fn numbers(markup: &mut Markup, fill: impl FnOnce(&mut Markup)) {
    markup.element("details", &[], |markup| {
        markup.leaf("summary", &[], "The numbers");
        fill(markup);
    });
}
