//! Whether probabilities mean what they say.

use super::{Plot, dot, label, line, place};
use crate::metrics::{CalibrationBin, wilson_interval};
use crate::page::figures::{decimal, short_count};
use crate::page::markup::Markup;

/// Draws the share of positives against the mean probability, bin by bin, each with its 95 %
/// interval and above it the number of its posts.
pub(in crate::page) fn reliability(
    markup: &mut Markup,
    id: &str,
    (category, class): (&str, &str),
    bins: &[CalibrationBin],
    error: Option<f64>,
) {
    let plot = Plot {
        id,
        title: &format!("Reliability of {category}"),
        description: &format!(
            "Share of positives against the mean probability in {} bins; on the diagonal the \
             probability is right. Expected calibration error {}.",
            bins.len(),
            decimal(error)
        ),
        across: "mean probability",
        up: "share of positives",
        has_shares_up: true,
    };
    plot.draw(markup, |markup| {
        line(markup, "chance", place(0.0, 0.0), place(1.0, 1.0));
        for (index, bin) in bins.iter().enumerate() {
            let Some((probability, share)) = bin.means() else { continue };
            let [low, high] = wilson_interval(bin.positives, bin.count);
            line(
                markup,
                &format!("spread {class}"),
                place(probability, low),
                place(probability, high),
            );
            let meaning = format!(
                "{} posts, mean probability {probability:.3}, {} of them positive ({share:.3})",
                bin.count, bin.positives
            );
            let radius = 2.0 + (bin.count as f64).log10();
            dot(markup, &format!("bin {class}"), place(probability, share), radius, &meaning);
            let middle = (index as f64 + 0.5) / bins.len() as f64;
            let (x, y) = place(middle, 1.0);
            label(markup, "count middle", (x, y - 4.0), short_count(bin.count));
        }
    });
}
