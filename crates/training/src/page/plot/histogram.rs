//! How the scores of positives and of the others are spread.

use super::{BOTTOM, Plot, TOP, bar, label, line, place};
use crate::page::figures::short_count;
use crate::page::markup::Markup;

const BINS: usize = 25;

/// Draws the positives upwards and the others downwards, both on a logarithmic scale, with a line
/// at the threshold.
pub(in crate::page) fn histogram(
    markup: &mut Markup,
    id: &str,
    (category, class): (&str, &str),
    (probabilities, labels): (&[f64], &[bool]),
    threshold: f64,
) {
    let counts = counts(probabilities, labels);
    let most = counts.iter().flatten().copied().max().unwrap_or(0);
    let above = |wanted: bool| {
        let pairs = probabilities.iter().zip(labels);
        pairs.filter(|(score, label)| **label == wanted && **score >= threshold).count()
    };
    let positives = labels.iter().filter(|label| **label).count();
    let plot = Plot {
        id,
        title: &format!("Scores of {category}"),
        description: &format!(
            "Number of posts by probability, on a logarithmic scale. At or above the threshold of \
             {threshold:.3} stand {} of {positives} positives and {} of {} others.",
            above(true),
            above(false),
            labels.len() - positives,
        ),
        across: "probability",
        // The label is turned, and its arrows with it.
        up: "← others   positives →",
        has_shares_up: false,
    };
    plot.draw(markup, |markup| {
        scale(markup, most);
        for (index, [others, positives]) in counts.iter().enumerate() {
            let [from, to] = [index, index + 1].map(|edge| edge as f64 / BINS as f64);
            let name = |count: &usize, kind: &str| {
                format!("{count} {kind} with a probability from {from:.2} to {to:.2}")
            };
            for (count, kind, direction) in
                [(positives, "positives", 0.5), (others, "others", -0.5)]
            {
                if *count > 0 {
                    let end = 0.5 + direction * height(*count, most);
                    let class = format!("{kind} {class}");
                    let (left, right) = (place(from, 0.5), place(to, end));
                    bar(markup, &class, (left.0 + 0.5, left.1), right, &name(count, kind));
                }
            }
        }
        line(markup, "middle-line", place(0.0, 0.5), place(1.0, 0.5));
        let (x, _) = place(threshold.clamp(0.0, 1.0), 0.0);
        line(markup, "threshold", (x, TOP), (x, BOTTOM));
    });
}

/// Others and positives of each bin.
fn counts(probabilities: &[f64], labels: &[bool]) -> [[usize; 2]; BINS] {
    let mut counts = [[0; 2]; BINS];
    for (probability, label) in probabilities.iter().zip(labels) {
        let bin = ((probability * BINS as f64) as usize).min(BINS - 1);
        counts[bin][usize::from(*label)] += 1;
    }
    counts
}

/// A bar's part of the space it has; a single post can still be seen.
fn height(count: usize, most: usize) -> f64 {
    (1.0 + count as f64).ln() / (1.0 + most as f64).ln()
}

/// Lines at the powers of ten, up and down.
fn scale(markup: &mut Markup, most: usize) {
    let powers = (0..).map(|power| 10_usize.pow(power)).take_while(|power| *power <= most);
    for power in powers {
        for direction in [0.5, -0.5] {
            let up = 0.5 + direction * height(power, most);
            line(markup, "grid", place(0.0, up), place(1.0, up));
            let (x, y) = place(0.0, up);
            label(markup, "tick end", (x - 5.0, y + 3.5), short_count(power));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_falls_into_one_bin() {
        let counts = counts(&[0.0, 0.5, 0.999, 1.0], &[false, true, false, true]);
        assert_eq!(counts[0], [1, 0]);
        assert_eq!(counts[12], [0, 1]);
        assert_eq!(counts[BINS - 1], [1, 1]);
    }

    #[test]
    fn heights_lie_between_nothing_and_everything() {
        assert!(height(1, 1_000) > 0.05);
        assert!((height(1_000, 1_000) - 1.0).abs() < 1e-12);
    }
}
