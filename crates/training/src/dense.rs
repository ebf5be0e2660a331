//! linfa's dense logistic regression, with its classes the right way round.

use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use linfa_logistic::error::Error;
use ndarray::{Array1, Array2};

/// Regularisation. Weak: a few dozen weights on thousands of rows.
const ALPHA: f64 = 1.0;

/// Fits intercept and weights on rows of `width` signals each, one after the other.
pub(crate) fn fit_logistic(
    width: usize,
    values: Vec<f64>,
    labels: Vec<bool>,
) -> Result<(f64, Vec<f64>), Error> {
    let shape = (labels.len(), width);
    let records = Array2::from_shape_vec(shape, values).unwrap_or_else(|_| Array2::zeros(shape));
    let dataset = DatasetBase::new(records, Array1::from_vec(labels));
    let model = LogisticRegression::default()
        .alpha(ALPHA)
        .max_iterations(200)
        .gradient_tolerance(1e-4)
        .fit(&dataset)?;
    // linfa calls the more frequent class positive, whichever it is.
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let weights = model.params().iter().map(|weight| sign * weight).collect();
    Ok((sign * model.intercept(), weights))
}
