//! The decision stage: linfa's logistic regression on a few dense signals.

use mingjian_model::Decision;

use crate::dense::fit_logistic;
use crate::observation::Observation;

/// A fitted decision stage, before it is collapsed with the linear stage.
#[derive(Debug, Clone)]
pub(crate) struct DecisionStage {
    intercept: f64,
    linear: f64,
    lexicon: f64,
    cues: Vec<f64>,
}

/// The signals of one post for one category.
pub(crate) struct Signals<'a> {
    /// Margin of the linear stage.
    pub(crate) linear: f64,
    /// Distinct lexicon rules that count.
    pub(crate) rules: usize,
    /// Values of the cues.
    pub(crate) cues: &'a [f64],
}

impl<'a> Signals<'a> {
    pub(crate) fn of(
        observation: &'a Observation,
        category: mingjian_schema::Category,
        linear: f64,
    ) -> Self {
        Self { linear, rules: observation.rules[category], cues: &observation.cues }
    }
}

impl DecisionStage {
    /// Fits on signals with their labels. Every row counts once, whatever its source counts in the
    /// linear stage: a weight would move the probabilities away from the data.
    pub(crate) fn fit(rows: &[(Signals<'_>, bool)]) -> Result<Self, linfa_logistic::error::Error> {
        let width = rows.first().map_or(0, |(signals, ..)| signals.cues.len()) + 2;
        let mut values = Vec::new();
        let mut labels = Vec::new();
        for (signals, label) in rows {
            values.push(signals.linear);
            values.push(signals.rules as f64);
            values.extend_from_slice(signals.cues);
            labels.push(*label);
        }
        let (intercept, weights) = fit_logistic(width, values, labels)?;
        Ok(Self {
            intercept,
            linear: weights[0],
            // A phrase never speaks for innocence.
            lexicon: weights[1].max(0.0),
            cues: weights[2..].to_vec(),
        })
    }

    /// The calibrated margin.
    pub(crate) fn margin(&self, signals: &Signals<'_>) -> f64 {
        let cues: f64 = self.cues.iter().zip(signals.cues).map(|(w, v)| w * v).sum();
        self.intercept + self.linear * signals.linear + self.lexicon * signals.rules as f64 + cues
    }

    /// How much one unit of the linear margin moves the calibrated margin.
    pub(crate) fn linear_weight(&self) -> f64 {
        self.linear
    }

    /// The weights of everything but n-grams, with the linear stage's intercept folded in.
    pub(crate) fn collapsed(&self, linear_intercept: f64) -> Decision {
        Decision {
            bias: self.intercept + self.linear * linear_intercept,
            lexicon: self.lexicon,
            cues: self.cues.clone(),
        }
    }
}
