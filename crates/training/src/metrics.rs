//! Measures of ranking and calibration.

/// Average precision: `Σ (Rₙ − Rₙ₋₁) · Pₙ` over the distinct scores in falling order, as
/// scikit-learn defines it. `None` without positives.
#[must_use]
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let positives = labels.iter().filter(|label| **label).count();
    if positives == 0 {
        return None;
    }
    let (mut found, mut seen, mut sum) = (0_usize, 0_usize, 0.0);
    for group in ranked_groups(scores, labels) {
        let hits = group.iter().filter(|(_, label)| *label).count();
        found += hits;
        seen += group.len();
        sum += hits as f64 * found as f64 / seen as f64;
    }
    Some(sum / positives as f64)
}

/// The highest recall at which precision is still at least `least`; 0 if it never is. `None`
/// without positives.
#[must_use]
pub fn recall_at_precision(least: f64, scores: &[f64], labels: &[bool]) -> Option<f64> {
    let positives = labels.iter().filter(|label| **label).count();
    if positives == 0 {
        return None;
    }
    let (mut found, mut seen, mut best) = (0_usize, 0_usize, 0);
    for group in ranked_groups(scores, labels) {
        found += group.iter().filter(|(_, label)| *label).count();
        seen += group.len();
        if found as f64 >= least * seen as f64 {
            best = found;
        }
    }
    Some(best as f64 / positives as f64)
}

/// Area under the receiver operating characteristic, ties counted half. `None` unless both
/// classes occur.
#[must_use]
pub fn roc_auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let positives = labels.iter().filter(|label| **label).count() as f64;
    let negatives = labels.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let (mut found, mut area) = (0.0, 0.0);
    for group in ranked_groups(scores, labels) {
        let hits = group.iter().filter(|(_, label)| *label).count() as f64;
        let misses = group.len() as f64 - hits;
        area += misses * (found + hits / 2.0);
        found += hits;
    }
    Some(area / (positives * negatives))
}

/// Expected calibration error over ten bins of equal width (Guo et al. 2017, for the probability
/// of the positive class). `None` without examples.
#[must_use]
pub fn expected_calibration_error(probabilities: &[f64], labels: &[bool]) -> Option<f64> {
    if probabilities.is_empty() {
        return None;
    }
    // The bins' sizes cancel: |mean probability − share of positives| · size = |sum − count|.
    let gaps: f64 = calibration_bins(probabilities, labels)
        .iter()
        .map(|bin| (bin.expected - bin.positives as f64).abs())
        .sum();
    Some(gaps / probabilities.len() as f64)
}

/// Examples whose probabilities are about the same.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct CalibrationBin {
    /// Examples in the bin.
    pub(crate) count: usize,
    /// Positives among them.
    pub(crate) positives: usize,
    /// Positives that the probabilities promise: their sum.
    pub(crate) expected: f64,
}

impl CalibrationBin {
    /// Mean probability and share of positives; `None` if the bin is empty.
    pub(crate) fn means(&self) -> Option<(f64, f64)> {
        let count = self.count as f64;
        (self.count > 0).then(|| (self.expected / count, self.positives as f64 / count))
    }
}

/// Ten bins of equal width, from the lowest probability to the highest.
pub(crate) fn calibration_bins(probabilities: &[f64], labels: &[bool]) -> [CalibrationBin; 10] {
    let mut bins = [CalibrationBin::default(); 10];
    for (probability, label) in probabilities.iter().zip(labels) {
        let bin = &mut bins[((probability * 10.0) as usize).min(9)];
        bin.count += 1;
        bin.positives += usize::from(*label);
        bin.expected += probability;
    }
    bins
}

/// Recall and precision of what scores at least so much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CurvePoint {
    /// The lowest score that counts as positive.
    pub(crate) threshold: f64,
    /// Share of the positives that are found.
    pub(crate) recall: f64,
    /// Share of the found that are positive.
    pub(crate) precision: f64,
}

/// The precision–recall curve over the distinct scores in falling order. Empty without positives.
pub(crate) fn precision_recall_curve(scores: &[f64], labels: &[bool]) -> Vec<CurvePoint> {
    let positives = labels.iter().filter(|label| **label).count();
    if positives == 0 {
        return Vec::new();
    }
    let (mut found, mut seen) = (0_usize, 0_usize);
    ranked_groups(scores, labels)
        .iter()
        .map(|group| {
            found += group.iter().filter(|(_, label)| *label).count();
            seen += group.len();
            CurvePoint {
                threshold: group[0].0,
                recall: found as f64 / positives as f64,
                precision: found as f64 / seen as f64,
            }
        })
        .collect()
}

/// The 95 % interval of a share by Wilson (1927), for `hits` among `trials`.
#[must_use]
pub fn wilson_interval(hits: usize, trials: usize) -> [f64; 2] {
    if trials == 0 {
        return [0.0, 1.0];
    }
    const Z: f64 = 1.959_963_984_540_054;
    let n = trials as f64;
    let share = hits as f64 / n;
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)]
}

/// Scores with their labels in falling order, cut where the score changes.
fn ranked_groups(scores: &[f64], labels: &[bool]) -> Vec<Vec<(f64, bool)>> {
    let mut ranked: Vec<_> = scores.iter().copied().zip(labels.iter().copied()).collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0));
    ranked.chunk_by(|left, right| left.0 == right.0).map(<[_]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?} is not {expected}");
    }

    #[test]
    fn rankings_are_measured_as_the_textbook_says() {
        let labels = [true, false, true, false];
        close(average_precision(&[0.9, 0.8, 0.7, 0.1], &labels), (1.0 + 2.0 / 3.0) / 2.0);
        close(roc_auc(&[0.9, 0.8, 0.7, 0.1], &labels), 0.75);
        close(average_precision(&[0.5; 4], &labels), 0.5);
        close(roc_auc(&[0.5; 4], &labels), 0.5);
        assert_eq!(average_precision(&[0.5], &[false]), None);
        assert_eq!(roc_auc(&[0.5], &[true]), None);
    }

    #[test]
    fn calibration_error_is_the_mean_gap() {
        close(
            expected_calibration_error(&[0.95, 0.95, 0.05, 0.05], &[true, true, false, true]),
            0.25,
        );
        assert_eq!(expected_calibration_error(&[], &[]), None);
    }

    #[test]
    fn a_bin_knows_what_it_promised_and_what_came() {
        let bins = calibration_bins(&[0.05, 0.25, 0.25, 1.0], &[false, true, false, true]);
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<usize>(), 4);
        assert_eq!(bins[2].means(), Some((0.25, 0.5)));
        assert_eq!(bins[9].means(), Some((1.0, 1.0)));
        assert_eq!(bins[5].means(), None);
    }

    #[test]
    fn the_curve_has_a_point_for_every_distinct_score() {
        let curve = precision_recall_curve(&[0.9, 0.8, 0.8, 0.1], &[true, true, false, false]);
        let points: Vec<_> =
            curve.iter().map(|point| (point.threshold, point.recall, point.precision)).collect();
        assert_eq!(points, [(0.9, 0.5, 1.0), (0.8, 1.0, 2.0 / 3.0), (0.1, 1.0, 0.5)]);
        assert_eq!(precision_recall_curve(&[0.5], &[false]), []);
    }

    #[test]
    fn wilson_intervals_match_published_values() {
        let [low, high] = wilson_interval(8, 10);
        assert!((low - 0.4902).abs() < 1e-3 && (high - 0.9433).abs() < 1e-3, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), [0.0, 1.0]);
    }
}
