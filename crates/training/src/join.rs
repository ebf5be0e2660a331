//! The decision stage of the second look.

use linfa_logistic::error::Error;
use mingjian_model::SecondDecision;

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

#[cfg(test)]
mod tests {
    use super::*;

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
