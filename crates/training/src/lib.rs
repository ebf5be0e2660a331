//! From labelled examples to a model folder, and from scores to an evaluation.
//!
//! Training has two stages, each fitted one category against the rest on the rows whose source
//! judged that category. The *linear stage* ([`SparseLogistic`]) is an L2 logistic regression on
//! tf-idf n-grams. The *decision stage* is linfa's own dense logistic regression on out-of-fold
//! margins, structural cues and lexicon signals; it makes the margin a calibrated probability.
//! At export both collapse into one additive table. Thresholds are resolved from statements
//! ([`Statement`]) on the same out-of-fold probabilities, which no fitted weight has seen.
//!
//! An evaluation can be read as one HTML page ([`EvaluationPage`]).
//!
//! The crate knows nothing of Kafka.

#![forbid(unsafe_code)]

mod attack;
mod bootstrap;
mod csr;
mod dataset;
mod decision;
mod dense;
mod encoder_input;
mod evaluation;
mod export;
mod folds;
mod gate;
mod join;
mod logistic;
mod metrics;
mod observation;
mod page;
mod teacher;
mod threshold;
mod train;
mod vocabulary;

pub use attack::{
    Attack, AttackReport, AttackShare, UnknownAttack, attack_example, augment, evaluate_attacks,
};
pub use bootstrap::{Difference, PairedDifferences, add_intervals, paired_differences};
pub use csr::CsrRecords;
pub use dataset::{Dataset, DatasetError};
pub use encoder_input::{EncoderInput, encoder_inputs};
pub use evaluation::{CategoryReport, Report, ScoredExample, evaluate};
pub use folds::assign_folds;
pub use logistic::{SparseLogistic, SparseLogisticError, SparseLogisticModel, ValidSparseLogistic};
pub use metrics::{
    average_precision, expected_calibration_error, recall_at_precision, roc_auc, wilson_interval,
};
pub use page::{EvaluationPage, JudgedBy};
pub use teacher::{Teacher, TeacherError};
pub use threshold::{Resolved, Statement, resolve};
pub use train::{Encoded, Progress, SourceWeight, TrainError, TrainOptions, Trained, train};
