//! The decision stage of the second look, and the gate in front of it.

use std::collections::BTreeMap;

use linfa_logistic::error::Error;
use mingjian_model::{Gate, SecondDecision};
use mingjian_schema::{Category, PerCategory};

use crate::dense::fit_logistic;

/// Joins a category's calibrated linear margin and its encoder logit: two signals, linfa's
/// logistic regression.
pub(crate) fn fit_join(rows: &[(f64, f64, bool)]) -> Result<SecondDecision, Error> {
    let values = rows.iter().flat_map(|(linear, logit, _)| [*linear, *logit]).collect();
    let labels = rows.iter().map(|(.., label)| *label).collect();
    let (bias, weights) = fit_logistic(2, values, labels)?;
    // More evidence in either look never speaks for innocence.
    Ok(SecondDecision { bias, linear: weights[0].max(0.0), encoder: weights[1].max(0.0) })
}

/// The margin after both looks.
pub(crate) fn joined(decision: SecondDecision, linear: f64, logit: f64) -> f64 {
    decision.bias + decision.linear * linear + decision.encoder * logit
}

/// What the gate is resolved on: posts with their linear margins.
pub(crate) struct GateData<'a> {
    /// For each category the linear margins of posts that a second look would flag.
    pub(crate) flagged: &'a PerCategory<Vec<f64>>,
    /// All linear margins of those posts, for what the gate keeps as a whole.
    pub(crate) flagged_posts: &'a [PerCategory<f64>],
    /// All linear margins of posts of an ordinary feed.
    pub(crate) ordinary: &'a [PerCategory<f64>],
}

/// The margins above which posts get a second look, such that each category keeps at least the
/// share `keep` of what a second look at every post would flag.
pub(crate) fn resolve_gate(keep: f64, data: &GateData<'_>) -> Gate {
    let margins: BTreeMap<Category, f64> = Category::ALL
        .into_iter()
        .map(|category| (category, quantile(1.0 - keep, data.flagged[category].clone())))
        .collect();
    let passes = |post: &PerCategory<f64>| {
        Category::ALL.iter().any(|&category| post[category] >= margins[&category])
    };
    let share = |passed: usize, all: usize| passed as f64 / all.max(1) as f64;
    let kept = data.flagged_posts.iter().filter(|post| passes(post)).count();
    let ordinary = data.ordinary.iter().filter(|post| passes(post)).count();
    Gate {
        rule: format!("keeps >= {keep:.2} of what a second look at every post would flag"),
        kept: share(kept, data.flagged_posts.len()),
        ordinary_share: share(ordinary, data.ordinary.len()),
        margins,
    }
}

/// The value below which a share of the values lies, rounded down to 1e-3. Infinite for no values:
/// what is never flagged needs no second look.
fn quantile(share: f64, mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (share * values.len() as f64) as usize;
    values.get(index).map_or(f64::MAX, |value| (value * 1e3).floor() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_keeps_what_it_promises() {
        let margins: Vec<f64> = (0..100).map(f64::from).collect();
        let flagged = PerCategory::from_fn(|category| {
            if category == Category::Rumour { margins.clone() } else { Vec::new() }
        });
        let post = |margin: f64| {
            PerCategory::from_fn(|c| if c == Category::Rumour { margin } else { -9.0 })
        };
        let posts: Vec<_> = margins.iter().map(|&m| post(m)).collect();
        let ordinary: Vec<_> = (0..10).map(|n| post(f64::from(n) - 4.0)).collect();
        let data = GateData { flagged: &flagged, flagged_posts: &posts, ordinary: &ordinary };
        let gate = resolve_gate(0.97, &data);
        assert_eq!(gate.margins[&Category::Rumour], 3.0);
        assert!((gate.kept - 0.97).abs() < 1e-9);
        assert!((gate.ordinary_share - 0.3).abs() < 1e-9);
        assert_eq!(gate.margins[&Category::Vulgar], f64::MAX);
    }

    #[test]
    fn the_join_leans_on_the_look_that_knows() {
        let rows: Vec<_> = (0..200)
            .map(|n| {
                let label = n % 2 == 0;
                let noise = f64::from(n * 37 % 11) - 5.0;
                (noise, if label { 1.5 } else { -1.5 } + noise / 10.0, label)
            })
            .collect();
        let decision = fit_join(&rows).unwrap();
        assert!(decision.encoder > 5.0 * decision.linear.abs(), "{decision:?}");
    }
}
