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
    const BINS: usize = 10;
    if probabilities.is_empty() {
        return None;
    }
    let mut bins = [(0.0, 0.0); BINS];
    for (probability, label) in probabilities.iter().zip(labels) {
        let bin = ((probability * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += probability;
        bins[bin].1 += f64::from(u8::from(*label));
    }
    // The bins' sizes cancel: |mean probability − share of positives| · size = |sum − count|.
    let gaps: f64 =
        bins.iter().map(|(expected, found): &(f64, f64)| (expected - found).abs()).sum();
    Some(gaps / probabilities.len() as f64)
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
    fn wilson_intervals_match_published_values() {
        let [low, high] = wilson_interval(8, 10);
        assert!((low - 0.4902).abs() < 1e-3 && (high - 0.9433).abs() < 1e-3, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), [0.0, 1.0]);
    }
}
