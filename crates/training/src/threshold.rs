//! Thresholds as statements: what a reviewer is promised, resolved to a number.

use std::fmt;
use std::str::FromStr;

use mingjian_model::Threshold;

use crate::metrics::wilson_interval;

/// What a threshold has to keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statement {
    /// At least this share of what is flagged deserves it: `precision >= 0.90`.
    Precision(f64),
    /// At least this share of what deserves it is flagged: `recall >= 0.80`.
    Recall(f64),
    /// Flag at or above this calibrated probability: `probability >= 0.50`.
    Probability(f64),
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = match self {
            Self::Precision(value) => ("precision", value),
            Self::Recall(value) => ("recall", value),
            Self::Probability(value) => ("probability", value),
        };
        write!(formatter, "{name} >= {value:.2}")
    }
}

impl FromStr for Statement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "`{text}` is not a statement such as `precision >= 0.90`, `recall >= 0.80` or `probability >= 0.50`"
            )
        };
        let (name, value) = text.split_once(">=").ok_or_else(wrong)?;
        let value: f64 = value.trim().parse().map_err(|_| wrong())?;
        if !(value > 0.0 && value < 1.0) {
            return Err(format!("`{text}`: the value must lie between 0 and 1"));
        }
        match name.trim() {
            "precision" => Ok(Self::Precision(value)),
            "recall" => Ok(Self::Recall(value)),
            "probability" => Ok(Self::Probability(value)),
            _ => Err(wrong()),
        }
    }
}

/// A statement that was looked for in data.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// The data show it.
    Shown(Threshold),
    /// The data cannot show it; the threshold is that of the fallback.
    Refused(Threshold),
}

impl Resolved {
    /// The threshold to ship, either way.
    #[must_use]
    pub fn into_threshold(self) -> Threshold {
        match self {
            Self::Shown(threshold) | Self::Refused(threshold) => threshold,
        }
    }
}

/// Fewer flagged posts show no precision.
const FEWEST_FLAGGED: usize = 30;
/// Where a threshold stays if its statement cannot be shown.
const FALLBACK: Statement = Statement::Probability(0.5);

/// The floor of a threshold whatever its statement: a person is not asked to look at what is more
/// likely innocent than not.
pub(crate) const EVEN: f64 = 0.5;

/// Looks for the lowest threshold at or above `floor` that keeps the statement, on probabilities
/// of posts that trained nothing. A precision must hold for at least 30 flagged posts.
#[must_use]
pub fn resolve(
    statement: Statement,
    floor: f64,
    probabilities: &[f64],
    labels: &[bool],
) -> Resolved {
    let mut ranked: Vec<_> = probabilities.iter().copied().zip(labels.iter().copied()).collect();
    ranked.sort_by(|left, right| right.0.total_cmp(&left.0));
    let cuts = cuts(&ranked);
    let support = labels.iter().filter(|label| **label).count();
    let found = match statement {
        Statement::Precision(least) => cuts
            .iter()
            .rev()
            .find(|cut| cut.flagged >= FEWEST_FLAGGED && cut.precision() >= least)
            .copied(),
        Statement::Recall(least) => {
            cuts.iter().find(|cut| cut.hits as f64 >= least * support as f64).copied()
        }
        Statement::Probability(at) => Some(cut_at(at, &cuts)),
    };
    let above_floor = |cut: Cut| if cut.probability < floor { cut_at(floor, &cuts) } else { cut };
    match found.map(above_floor) {
        Some(cut) => Resolved::Shown(cut.threshold(statement.to_string(), true, support)),
        None => {
            let Statement::Probability(at) = FALLBACK else { unreachable!("the fallback is one") };
            let rule = format!("{FALLBACK} ({statement} cannot be shown)");
            Resolved::Refused(above_floor(cut_at(at, &cuts)).threshold(rule, false, support))
        }
    }
}

/// The lowest threshold, at least [`EVEN`], that flags no more than this share of the posts.
pub(crate) fn floor_for(share: f64, mut probabilities: Vec<f64>) -> f64 {
    probabilities.sort_by(|left, right| right.total_cmp(left));
    let allowed = (share * probabilities.len() as f64) as usize;
    // Just above the first post that may not be flagged; thresholds are rounded down to 1e-4.
    probabilities.get(allowed).map_or(EVEN, |first| (first + 2e-4).clamp(EVEN, 1.0))
}

/// What flagging at or above a probability does.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    probability: f64,
    flagged: usize,
    hits: usize,
}

impl Cut {
    fn precision(&self) -> f64 {
        if self.flagged == 0 { 0.0 } else { self.hits as f64 / self.flagged as f64 }
    }

    fn threshold(self, rule: String, shown: bool, support: usize) -> Threshold {
        Threshold {
            // Rounded down, so that the post at the cut is still flagged.
            probability: (self.probability * 1e4).floor().max(1.0) / 1e4,
            rule,
            shown,
            precision: self.precision(),
            precision_interval: wilson_interval(self.hits, self.flagged),
            recall: self.hits as f64 / support.max(1) as f64,
            flagged: self.flagged,
            support,
        }
    }
}

/// Every threshold that makes a difference, from the highest to the lowest.
fn cuts(ranked: &[(f64, bool)]) -> Vec<Cut> {
    let (mut flagged, mut hits) = (0, 0);
    ranked
        .chunk_by(|left, right| left.0 == right.0)
        .map(|group| {
            flagged += group.len();
            hits += group.iter().filter(|(_, label)| *label).count();
            Cut { probability: group[0].0, flagged, hits }
        })
        .collect()
}

fn cut_at(probability: f64, cuts: &[Cut]) -> Cut {
    let last = cuts.iter().rev().find(|cut| cut.probability >= probability);
    last.map_or(Cut { probability, flagged: 0, hits: 0 }, |cut| Cut { probability, ..*cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 40 true posts at 0.9, 10 false ones at 0.7, 10 true ones at 0.6.
    fn data() -> (Vec<f64>, Vec<bool>) {
        let groups = [(0.9, true, 40), (0.7, false, 10), (0.6, true, 10)];
        groups.iter().flat_map(|&(p, label, n)| std::iter::repeat_n((p, label), n)).unzip()
    }

    #[test]
    fn a_statement_resolves_to_the_lowest_threshold_that_keeps_it() {
        let (probabilities, labels) = data();
        let at = |statement: &str| {
            resolve(statement.parse().unwrap(), 0.0, &probabilities, &labels).into_threshold()
        };
        assert_eq!(at("precision >= 0.95").probability, 0.9);
        let loose = at("precision >= 0.80");
        assert_eq!((loose.probability, loose.flagged, loose.recall), (0.6, 60, 1.0));
        assert_eq!(at("recall >= 0.70").probability, 0.9);
        assert_eq!(at("probability >= 0.65").flagged, 50);
        assert!(loose.precision_interval[0] < 0.83 && loose.precision_interval[1] > 0.84);
    }

    #[test]
    fn a_threshold_never_goes_below_its_floor() {
        let statement = Statement::Precision(0.6);
        let threshold = resolve(statement, 0.5, &[0.4; 100], &[true; 100]).into_threshold();
        assert_eq!((threshold.probability, threshold.flagged), (0.5, 0));
    }

    #[test]
    fn a_floor_flags_no_more_than_its_share() {
        let probabilities: Vec<f64> = (0..200).map(|n| f64::from(n) / 200.0).collect();
        let floor = floor_for(0.01, probabilities.clone());
        assert_eq!(probabilities.iter().filter(|p| **p >= floor).count(), 2);
        assert_eq!(floor_for(0.01, vec![0.1; 50]), EVEN);
    }

    #[test]
    fn what_the_data_cannot_show_is_refused() {
        let few = resolve(Statement::Precision(0.9), 0.0, &[0.9; 10], &[true; 10]);
        assert!(matches!(&few, Resolved::Refused(threshold) if threshold.probability == 0.5));
        let wrong = resolve(Statement::Precision(0.9), 0.0, &[0.9; 100], &[false; 100]);
        let threshold = wrong.into_threshold();
        assert!(!threshold.shown && threshold.rule.contains("cannot be shown"));
    }

    #[test]
    fn senseless_statements_are_refused() {
        for text in ["precision", "precision >= 2", "accuracy >= 0.9", "precision >= x"] {
            assert!(text.parse::<Statement>().is_err(), "{text}");
        }
    }
}
