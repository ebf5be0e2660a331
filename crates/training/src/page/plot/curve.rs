//! Precision against recall at every threshold.

use super::{Place, Plot, dot, line, path, place};
use crate::metrics::CurvePoint;
use crate::page::figures::decimal;
use crate::page::markup::Markup;

/// The curve of one model.
pub(in crate::page) struct Curve {
    /// `a` or `b`, for the colour.
    pub(in crate::page) class: &'static str,
    /// What the model is called.
    pub(in crate::page) name: String,
    /// From the highest threshold to the lowest.
    pub(in crate::page) points: Vec<CurvePoint>,
    /// Recall and precision at the shipped threshold.
    pub(in crate::page) shipped: Option<(f64, f64)>,
    /// Area under the curve.
    pub(in crate::page) average_precision: Option<f64>,
}

/// Draws the curves of one or two models. `chance` is the precision of a ranking by lot.
pub(in crate::page) fn precision_recall(
    markup: &mut Markup,
    id: &str,
    category: &str,
    curves: &[Curve],
    chance: f64,
) {
    let described: Vec<String> = curves.iter().map(describe).collect();
    let plot = Plot {
        id,
        title: &format!("Precision and recall of {category}"),
        description: &format!(
            "{} A ranking by lot has precision {chance:.3} throughout.",
            described.join(" ")
        ),
        across: "recall",
        up: "precision",
        has_shares_up: true,
    };
    plot.draw(markup, |markup| {
        line(markup, "chance", place(0.0, chance), place(1.0, chance));
        for curve in curves {
            path(markup, &format!("curve {}", curve.class), &steps(&curve.points));
        }
        for curve in curves {
            if let Some(half) = at(&curve.points, 0.5) {
                let meaning = at_threshold(&curve.name, "a probability of ½", half);
                dot(markup, &format!("half {}", curve.class), place(half.0, half.1), 4.0, &meaning);
            }
            if let Some(shipped) = curve.shipped {
                let meaning = at_threshold(&curve.name, "the shipped threshold", shipped);
                let class = format!("shipped {}", curve.class);
                dot(markup, &class, place(shipped.0, shipped.1), 4.5, &meaning);
            }
        }
    });
}

fn describe(curve: &Curve) -> String {
    let mut words =
        format!("{}: average precision {}", curve.name, decimal(curve.average_precision));
    if let Some((recall, precision)) = curve.shipped {
        words.push_str(&format!(
            "; recall {recall:.3} and precision {precision:.3} at the shipped threshold"
        ));
    }
    words + "."
}

fn at_threshold(name: &str, threshold: &str, (recall, precision): (f64, f64)) -> String {
    format!("{name} at {threshold}: recall {recall:.3}, precision {precision:.3}")
}

/// Recall and precision of what scores at least `threshold`.
pub(super) fn at(points: &[CurvePoint], threshold: f64) -> Option<(f64, f64)> {
    let last = points.iter().take_while(|point| point.threshold >= threshold).last()?;
    Some((last.recall, last.precision))
}

/// The curve as average precision sums it up: each gain in recall at the precision it ends with.
fn steps(points: &[CurvePoint]) -> Vec<Place> {
    let mut before = 0.0;
    let mut places = Vec::with_capacity(2 * points.len());
    for point in points {
        places.push(place(before, point.precision));
        places.push(place(point.recall, point.precision));
        before = point.recall;
    }
    places
}
