//! L2-regularised logistic regression on sparse records.
//!
//! `linfa-logistic` takes dense matrices only and ignores weights; this is the same model for
//! [`CsrRecords`], with sample weights and soft labels, minimised by the same optimiser (argmin's
//! L-BFGS with a Moré–Thuente line search). A test holds the two to the same coefficients.
//!
//! Minimised is `Σ wᵢ · ℓ(yᵢ, xᵢ·β + b) + α/2 · ‖β‖²` with the logistic loss
//! `ℓ(y, m) = ln(1 + eᵐ) − y·m`; the intercept `b` is not regularised.

use std::sync::Mutex;

use argmin::core::{CostFunction, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use linfa::dataset::{DatasetBase, Records};
use linfa::traits::{Fit, Predict, PredictInplace};
use linfa::{Float, ParamGuard};
use ndarray::{Array1, Axis, Slice};

use crate::csr::CsrRecords;

/// Hyperparameters, not yet checked.
///
/// ```
/// use linfa::prelude::*;
/// use mingjian_training::{CsrRecords, SparseLogistic};
/// use ndarray::array;
///
/// let rows: [&[(u32, f32)]; 4] = [&[(0, 1.0)], &[(0, 0.8)], &[(1, 1.0)], &[(1, 0.7)]];
/// let records = CsrRecords::from_rows(2, &rows);
/// let dataset = DatasetBase::new(records.clone(), array![1.0, 1.0, 0.0, 0.0]);
/// let model = SparseLogistic::default().alpha(0.1).fit(&dataset)?;
/// let margins = model.predict(&records);
/// assert!(margins[0] > 0.0 && margins[3] < 0.0);
/// # Ok::<(), mingjian_training::SparseLogisticError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLogistic(ValidSparseLogistic);

/// Checked hyperparameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidSparseLogistic {
    alpha: f64,
    max_iterations: u64,
    gradient_tolerance: f64,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseLogisticModel {
    /// One coefficient per feature.
    pub coefficients: Array1<f64>,
    /// The margin of an empty row.
    pub intercept: f64,
}

/// Why nothing could be fitted.
#[derive(Debug, thiserror::Error)]
pub enum SparseLogisticError {
    /// A hyperparameter out of range.
    #[error("{0}")]
    Parameter(String),
    /// Targets, weights and records do not fit together.
    #[error("{0}")]
    Shape(String),
    /// The optimiser gave up.
    #[error("the optimiser failed: {0}")]
    Optimiser(String),
    /// linfa refused the dataset.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

impl Default for SparseLogistic {
    fn default() -> Self {
        Self(ValidSparseLogistic { alpha: 1.0, max_iterations: 200, gradient_tolerance: 1e-3 })
    }
}

impl SparseLogistic {
    /// Strength of the L2 regularisation, one over the `C` of other libraries.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.0.alpha = alpha;
        self
    }

    /// Most iterations of the optimiser.
    #[must_use]
    pub fn max_iterations(mut self, iterations: u64) -> Self {
        self.0.max_iterations = iterations;
        self
    }

    /// Stop when the gradient's Euclidean norm falls below this.
    #[must_use]
    pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
        self.0.gradient_tolerance = tolerance;
        self
    }
}

impl ParamGuard for SparseLogistic {
    type Checked = ValidSparseLogistic;
    type Error = SparseLogisticError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        if !(self.0.alpha.is_finite() && self.0.alpha >= 0.0) {
            let message = format!("alpha is {}; it must be finite and not negative", self.0.alpha);
            return Err(SparseLogisticError::Parameter(message));
        }
        let tolerance = self.0.gradient_tolerance;
        if !(tolerance.is_finite() && tolerance > 0.0) {
            let message = format!("the gradient tolerance is {tolerance}; it must be above 0");
            return Err(SparseLogisticError::Parameter(message));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<CsrRecords, Array1<f64>, SparseLogisticError> for ValidSparseLogistic {
    type Object = SparseLogisticModel;

    /// Fits targets between 0 and 1 (hard or soft labels), weighted if the dataset has weights.
    fn fit(
        &self,
        dataset: &DatasetBase<CsrRecords, Array1<f64>>,
    ) -> Result<Self::Object, SparseLogisticError> {
        let problem = Problem::new(dataset, self.alpha)?;
        let features = dataset.records().nfeatures();
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), 10)
            .with_tolerance_grad(self.gradient_tolerance)
            .map_err(|error| SparseLogisticError::Optimiser(error.to_string()))?;
        let mut start = Array1::zeros(features + 1);
        start[features] = problem.prior_log_odds();
        let result = Executor::new(problem, solver)
            .configure(|state| state.param(start).max_iters(self.max_iterations))
            .run()
            .map_err(|error| SparseLogisticError::Optimiser(error.to_string()))?;
        let best = result
            .state()
            .get_best_param()
            .ok_or_else(|| SparseLogisticError::Optimiser("no step was taken".to_owned()))?;
        Ok(SparseLogisticModel { coefficients: coefficients_of(best), intercept: best[features] })
    }
}

impl PredictInplace<CsrRecords, Array1<f64>> for SparseLogisticModel {
    /// Margins in natural-log odds.
    fn predict_inplace(&self, records: &CsrRecords, margins: &mut Array1<f64>) {
        for (index, margin) in margins.iter_mut().enumerate() {
            *margin = self.margin(records.row(index));
        }
    }

    fn default_target(&self, records: &CsrRecords) -> Array1<f64> {
        Array1::zeros(records.nsamples())
    }
}

impl Predict<&CsrRecords, Array1<f64>> for SparseLogisticModel {
    fn predict(&self, records: &CsrRecords) -> Array1<f64> {
        let mut margins = self.default_target(records);
        self.predict_inplace(records, &mut margins);
        margins
    }
}

impl SparseLogisticModel {
    fn margin(&self, (columns, values): (&[u32], &[f32])) -> f64 {
        let terms = columns.iter().zip(values);
        self.intercept
            + terms
                .map(|(column, value)| self.coefficients[*column as usize] * f64::from(*value))
                .sum::<f64>()
    }
}

/// The objective. Cost and gradient at one point share the margins, which are kept.
struct Problem<'a> {
    records: &'a CsrRecords,
    targets: &'a Array1<f64>,
    weights: Vec<f64>,
    alpha: f64,
    kept: Mutex<Option<(Array1<f64>, Vec<f64>)>>,
}

impl<'a> Problem<'a> {
    fn new(
        dataset: &'a DatasetBase<CsrRecords, Array1<f64>>,
        alpha: f64,
    ) -> Result<Self, SparseLogisticError> {
        let rows = dataset.records().nsamples();
        let targets = dataset.targets();
        let weights = match dataset.weights() {
            Some(weights) => weights.iter().map(|weight| f64::from(*weight)).collect(),
            None => vec![1.0; rows],
        };
        if targets.len() != rows || weights.len() != rows || rows == 0 {
            return Err(SparseLogisticError::Shape(format!(
                "{rows} rows, {} targets and {} weights do not go together",
                targets.len(),
                weights.len()
            )));
        }
        if targets.iter().any(|target| !(0.0..=1.0).contains(target)) {
            return Err(SparseLogisticError::Shape("a target is not between 0 and 1".to_owned()));
        }
        Ok(Self { records: dataset.records(), targets, weights, alpha, kept: Mutex::new(None) })
    }

    /// Log odds of the weighted mean target, where the intercept starts.
    fn prior_log_odds(&self) -> f64 {
        let total: f64 = self.weights.iter().sum();
        let positive: f64 = self.weights.iter().zip(self.targets).map(|(w, y)| w * y).sum();
        let share = (positive / total).clamp(f64::cast(1e-4), f64::cast(1.0 - 1e-4));
        (share / (1.0 - share)).ln()
    }

    /// Runs `use_them` on the margins at a point.
    fn at<T>(&self, point: &Array1<f64>, use_them: impl FnOnce(&[f64]) -> T) -> T {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.as_ref().is_none_or(|(at, _)| at != point) {
            let features = self.records.nfeatures();
            let model = SparseLogisticModel {
                coefficients: coefficients_of(point),
                intercept: point[features],
            };
            let margins =
                (0..self.targets.len()).map(|row| model.margin(self.records.row(row))).collect();
            *kept = Some((point.clone(), margins));
        }
        use_them(kept.as_ref().map_or(&[], |(_, margins)| margins))
    }
}

impl CostFunction for Problem<'_> {
    type Param = Array1<f64>;
    type Output = f64;

    fn cost(&self, point: &Array1<f64>) -> Result<f64, argmin::core::Error> {
        let norm: f64 = coefficients_of(point).iter().map(|weight| weight * weight).sum();
        let loss: f64 = self.at(point, |margins| {
            let rows = margins.iter().zip(self.targets).zip(&self.weights);
            rows.map(|((margin, target), weight)| weight * (softplus(*margin) - target * margin))
                .sum()
        });
        Ok(loss + 0.5 * self.alpha * norm)
    }
}

impl Gradient for Problem<'_> {
    type Param = Array1<f64>;
    type Gradient = Array1<f64>;

    fn gradient(&self, point: &Array1<f64>) -> Result<Array1<f64>, argmin::core::Error> {
        let features = self.records.nfeatures();
        let mut gradient = point * self.alpha;
        gradient[features] = 0.0;
        self.at(point, |margins| {
            for (row, margin) in margins.iter().enumerate() {
                let error = mingjian_model::probability(*margin) - self.targets[row];
                let step = self.weights[row] * error;
                let (columns, values) = self.records.row(row);
                for (column, value) in columns.iter().zip(values) {
                    gradient[*column as usize] += step * f64::from(*value);
                }
                gradient[features] += step;
            }
        });
        Ok(gradient)
    }
}

/// A point without its last element, the intercept.
fn coefficients_of(point: &Array1<f64>) -> Array1<f64> {
    point.slice_axis(Axis(0), Slice::from(..point.len() - 1)).to_owned()
}

/// `ln(1 + eᵐ)` without overflow.
fn softplus(margin: f64) -> f64 {
    margin.max(0.0) + (-margin.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use linfa::prelude::Predict;
    use linfa_logistic::LogisticRegression;
    use ndarray::Array2;

    use super::*;

    /// A small dense problem with a fixed pseudo-random pattern.
    fn problem() -> (Array2<f64>, Vec<bool>) {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % 2_000) as f64 / 1_000.0 - 1.0
        };
        let records = Array2::from_shape_fn((80, 4), |_| f64::from(next() as f32));
        let labels =
            records.rows().into_iter().map(|row| row[0] - 2.0 * row[2] + 0.3 > 0.2).collect();
        (records, labels)
    }

    #[test]
    fn coefficients_are_those_of_linfa_logistic_on_a_dense_problem() {
        let (records, labels) = problem();
        let targets = Array1::from_iter(labels.iter().copied());
        let reference = LogisticRegression::default()
            .alpha(0.5)
            .gradient_tolerance(1e-8)
            .fit(&DatasetBase::new(records.clone(), targets))
            .unwrap();

        let rows: Vec<Vec<(u32, f32)>> = records
            .rows()
            .into_iter()
            .map(|row| (0u32..).zip(row.iter().map(|value| *value as f32)).collect())
            .collect();
        let rows: Vec<&[(u32, f32)]> = rows.iter().map(Vec::as_slice).collect();
        let sparse = CsrRecords::from_rows(4, &rows);
        let soft = Array1::from_iter(labels.iter().map(|label| f64::from(u8::from(*label))));
        let model = SparseLogistic::default()
            .alpha(0.5)
            .gradient_tolerance(1e-8)
            .fit(&DatasetBase::new(sparse.clone(), soft))
            .unwrap();

        // linfa calls the more frequent class positive, whichever it is.
        let sign = if reference.labels().pos.class { 1.0 } else { -1.0 };
        for (ours, theirs) in model.coefficients.iter().zip(reference.params()) {
            assert!((ours - sign * theirs).abs() < 1e-4, "{ours} is not {theirs}");
        }
        assert!((model.intercept - sign * reference.intercept()).abs() < 1e-4);
        let expected = reference.predict_probabilities(&records);
        for (margin, probability) in model.predict(&sparse).iter().zip(&expected) {
            assert!((mingjian_model::probability(sign * margin) - probability).abs() < 1e-4);
        }
    }

    #[test]
    fn a_weight_of_two_is_the_row_twice() {
        let rows: [&[(u32, f32)]; 3] = [&[(0, 1.0)], &[(1, 1.0)], &[(0, 0.5), (1, 0.5)]];
        let targets = ndarray::array![1.0, 0.0, 1.0];
        let weighted = DatasetBase::new(CsrRecords::from_rows(2, &rows), targets)
            .with_weights(ndarray::array![1.0, 1.0, 2.0]);
        let twice: [&[(u32, f32)]; 4] = [rows[0], rows[1], rows[2], rows[2]];
        let repeated =
            DatasetBase::new(CsrRecords::from_rows(2, &twice), ndarray::array![1.0, 0.0, 1.0, 1.0]);
        let fit =
            |dataset| SparseLogistic::default().gradient_tolerance(1e-9).fit(dataset).unwrap();
        let (left, right) = (fit(&weighted), fit(&repeated));
        assert!((&left.coefficients - &right.coefficients).iter().all(|gap| gap.abs() < 1e-6));
        assert!((left.intercept - right.intercept).abs() < 1e-6);
    }

    #[test]
    fn senseless_parameters_are_refused() {
        assert!(SparseLogistic::default().alpha(-1.0).check().is_err());
        assert!(SparseLogistic::default().gradient_tolerance(0.0).check().is_err());
    }
}
