//! The training run: folds, both stages, thresholds, export.

use std::collections::BTreeMap;

use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, Predict};
use mingjian_lexicon::Lexicon;
use mingjian_model::{AdditiveTable, Metadata, Reader, TrainingSummary, probability};
use mingjian_schema::{Category, LabelledExample, PerCategory};
use ndarray::Array1;
use rayon::prelude::*;

use crate::csr::CsrRecords;
use crate::decision::{DecisionStage, Signals};
use crate::evaluation::ScoredExample;
use crate::export::Stages;
use crate::folds::assign_folds;
use crate::logistic::{SparseLogistic, SparseLogisticError, SparseLogisticModel};
use crate::observation::{Observation, observe};
use crate::threshold::{Statement, floor_for, resolve};
use crate::vocabulary::Vocabulary;

/// How to train.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// Seed of the folds; the same seed and data give the same model.
    pub seed: u64,
    /// Folds of the cross-fitting, at least 2.
    pub folds: u64,
    /// Inverse strength of the linear stage's L2 regularisation.
    pub c: f64,
    /// N-grams chosen for each category.
    pub ngrams_per_category: usize,
    /// How much the rows of a source count; the last entry that fits is used, 1 if none does.
    pub source_weights: Vec<SourceWeight>,
    /// What each category's threshold has to keep.
    pub statements: PerCategory<Statement>,
    /// The sources that thresholds are resolved on: those that look like what reviewers will see.
    /// A set of nothing but spam makes any threshold look precise. All rows, if none is present.
    pub threshold_sources: Vec<String>,
    /// At most this share of normal posts with the topic `viewpoint` may be above a category's
    /// threshold.
    pub viewpoint_share: f64,
    /// How many times over a normal post with that topic counts.
    pub viewpoint_weight: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            seed: 20_261_124,
            folds: 5,
            c: 10.0,
            ngrams_per_category: 80_000,
            // Public clickbait is one small set of another kind: weighed like the rest, our own
            // examples would drown it.
            source_weights: vec![
                SourceWeight { category: None, source: "HanCD".to_owned(), weight: 4 },
                SourceWeight { category: None, source: "own".to_owned(), weight: 2 },
                SourceWeight {
                    category: Some(Category::Clickbait),
                    source: "own".to_owned(),
                    weight: 1,
                },
            ],
            statements: PerCategory::from_fn(|category| match category {
                // Honest and dishonest adverts share their words: more would leave next to nothing.
                Category::Counterfeit => Statement::Precision(0.60),
                _ => Statement::Precision(0.70),
            }),
            threshold_sources: ["own", "FewCLUE_TNEWS", "NLPCC2017_headlines", "COLD"]
                .map(str::to_owned)
                .to_vec(),
            viewpoint_share: 0.01,
            viewpoint_weight: 2,
        }
    }
}

/// How much each row of a source counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceWeight {
    /// The category whose fit it concerns; all of them, if absent.
    pub category: Option<Category>,
    /// The source.
    pub source: String,
    /// How often each row counts.
    pub weight: usize,
}

/// What a training run has come to, for progress bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// One more post was read.
    Read,
    /// One more of `(folds + 1) · 6` fits of the linear stage is done.
    Fitted,
}

/// A trained model with what is known about it.
pub struct Trained {
    /// The description that goes into the folder.
    pub metadata: Metadata,
    /// The weights.
    pub table: AdditiveTable,
    /// Every row scored by stages that have not seen its fold.
    pub out_of_fold: Vec<ScoredExample>,
}

/// Why nothing was trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A category that cannot be learnt from these rows.
    #[error(
        "`{category}` has {positives} positives and {negatives} negatives; training needs at least \
         {least} of each: add examples, or data with `annotated` rows for it",
        least = FEWEST_EXAMPLES
    )]
    TooFew {
        /// The category.
        category: Category,
        /// Rows that show it.
        positives: usize,
        /// Rows that are judged for it and do not.
        negatives: usize,
    },
    /// The linear stage could not be fitted.
    #[error("the linear stage of `{category}` could not be fitted: {error}")]
    Linear {
        /// The category.
        category: Category,
        /// Why.
        error: SparseLogisticError,
    },
    /// The decision stage could not be fitted.
    #[error("the decision stage of `{category}` could not be fitted: {error}")]
    Decision {
        /// The category.
        category: Category,
        /// Why.
        error: linfa_logistic::error::Error,
    },
}

/// The topic of opinions, criticism, satire and reporting.
const VIEWPOINT: &str = "viewpoint";

/// Fewer examples of either kind teach nothing.
const FEWEST_EXAMPLES: usize = 10;

/// Trains a model. Deterministic under the seed.
///
/// # Errors
/// [`TrainError`] names the category that cannot be learnt.
pub fn train(
    rows: &[LabelledExample],
    lexicon: Lexicon,
    options: &TrainOptions,
    on_progress: impl Fn(Progress) + Sync,
) -> Result<Trained, TrainError> {
    check_support(rows)?;
    let lexicon_digest = lexicon.digest().to_owned();
    let reader = Reader::new(lexicon);
    let observations = observe(&reader, rows, || on_progress(Progress::Read));
    let run = Run { rows, observations: &observations, options, on_progress: &on_progress };
    let folds = assign_folds(rows, options.folds, options.seed);

    let margins = run.out_of_fold_margins(&folds)?;
    let decisions = run.decisions(&margins)?;
    let out_of_fold = run.out_of_fold(&folds, &margins)?;
    let thresholds = Category::ALL
        .into_iter()
        .map(|category| {
            let (probabilities, labels) = run.realistic(&out_of_fold, category);
            let floor = run.neutrality_floor(&out_of_fold, category);
            let statement = options.statements[category];
            let resolved = resolve(statement, floor, &probabilities, &labels);
            (category, resolved.into_threshold())
        })
        .collect();

    let everyone: Vec<usize> = (0..rows.len()).collect();
    let (vocabulary, linear) = run.linear_stage(&everyone)?;
    let stages = Stages { vocabulary, linear, decisions };
    let table = stages.table();
    let metadata = stages.metadata(&table, &lexicon_digest, run.summary(), thresholds);
    let thresholds = &metadata.thresholds;
    let out_of_fold = rows
        .iter()
        .zip(out_of_fold)
        .map(|(row, probabilities)| {
            ScoredExample::new(row, probabilities, |category| {
                probabilities[category] >= thresholds[&category].probability
            })
        })
        .collect();
    Ok(Trained { metadata, table, out_of_fold })
}

fn check_support(rows: &[LabelledExample]) -> Result<(), TrainError> {
    for category in Category::ALL {
        let judged = rows.iter().filter(|row| row.judges(category));
        let (positive, negative): (Vec<_>, Vec<_>) = judged.partition(|row| row.is(category));
        if positive.len().min(negative.len()) < FEWEST_EXAMPLES {
            return Err(TrainError::TooFew {
                category,
                positives: positive.len(),
                negatives: negative.len(),
            });
        }
    }
    Ok(())
}

/// What all steps of a run share.
struct Run<'a, F> {
    rows: &'a [LabelledExample],
    observations: &'a [Observation],
    options: &'a TrainOptions,
    on_progress: &'a F,
}

impl<F: Fn(Progress) + Sync> Run<'_, F> {
    fn weight(&self, row: usize, category: Category) -> usize {
        let source = self.rows[row].source.as_deref().unwrap_or_default();
        let fits = |entry: &&SourceWeight| {
            entry.source == source && entry.category.is_none_or(|only| only == category)
        };
        let weight = self.options.source_weights.iter().rev().find(fits);
        let viewpoint = self.is_viewpoint(row, category);
        weight.map_or(1, |entry| entry.weight)
            * if viewpoint { self.options.viewpoint_weight } else { 1 }
    }

    /// Probabilities and labels of the rows that a category's threshold is resolved on.
    fn realistic(
        &self,
        probabilities: &[PerCategory<f64>],
        category: Category,
    ) -> (Vec<f64>, Vec<bool>) {
        let sources = &self.options.threshold_sources;
        let listed = |row: &LabelledExample| {
            row.source.as_ref().is_some_and(|source| sources.contains(source))
        };
        let any = self.rows.iter().any(|row| listed(row) && row.is(category));
        self.rows
            .iter()
            .zip(probabilities)
            .filter(|(row, _)| row.judges(category) && (!any || listed(row)))
            .map(|(row, probabilities)| (probabilities[category], row.is(category)))
            .unzip()
    }

    /// The threshold below which too many opinions, criticisms and reports would be flagged.
    /// Neutrality goes before whatever a statement asks for.
    fn neutrality_floor(&self, probabilities: &[PerCategory<f64>], category: Category) -> f64 {
        let viewpoints = (0..self.rows.len()).filter(|&row| self.is_viewpoint(row, category));
        let probabilities = viewpoints.map(|row| probabilities[row][category]).collect();
        floor_for(self.options.viewpoint_share, probabilities)
    }

    /// Whether a row is an opinion, criticism, satire or reporting that is normal for a category.
    fn is_viewpoint(&self, row: usize, category: Category) -> bool {
        let row = &self.rows[row];
        row.topic.as_deref() == Some(VIEWPOINT) && row.judges(category) && !row.is(category)
    }

    fn summary(&self) -> TrainingSummary {
        let mut rows = BTreeMap::new();
        for row in self.rows {
            *rows.entry(row.source.clone().unwrap_or_default()).or_default() += 1;
        }
        TrainingSummary { rows, seed: self.options.seed, c: self.options.c }
    }

    /// Fits the linear stage of all categories on some rows.
    fn linear_stage(
        &self,
        members: &[usize],
    ) -> Result<(Vocabulary, PerCategory<SparseLogisticModel>), TrainError> {
        let per_category = self.options.ngrams_per_category;
        let vocabulary = Vocabulary::choose(self.rows, self.observations, members, per_category);
        let vectors: Vec<_> =
            members.par_iter().map(|&row| vocabulary.vector(&self.observations[row])).collect();
        let models: Result<Vec<_>, _> = Category::ALL
            .par_iter()
            .map(|&category| self.fit_linear(category, members, &vectors, vocabulary.len()))
            .collect();
        let mut models = models?.into_iter();
        let models = PerCategory::from_fn(|_| {
            models.next().unwrap_or(SparseLogisticModel {
                coefficients: Array1::zeros(vocabulary.len()),
                intercept: 0.0,
            })
        });
        Ok((vocabulary, models))
    }

    fn fit_linear(
        &self,
        category: Category,
        members: &[usize],
        vectors: &[Vec<(u32, f32)>],
        features: usize,
    ) -> Result<SparseLogisticModel, TrainError> {
        let chosen: Vec<usize> = (0..members.len())
            .filter(|&position| self.rows[members[position]].judges(category))
            .collect();
        let records: Vec<&[(u32, f32)]> =
            chosen.iter().map(|&position| vectors[position].as_slice()).collect();
        let targets = chosen
            .iter()
            .map(|&position| f64::from(u8::from(self.rows[members[position]].is(category))));
        let weights =
            chosen.iter().map(|&position| self.weight(members[position], category) as f32);
        let dataset = DatasetBase::new(
            CsrRecords::from_rows(features, &records),
            targets.collect::<Array1<f64>>(),
        )
        .with_weights(weights.collect());
        let model = SparseLogistic::default()
            .alpha(1.0 / self.options.c)
            .fit(&dataset)
            .map_err(|error| TrainError::Linear { category, error })?;
        (self.on_progress)(Progress::Fitted);
        Ok(model)
    }

    /// The linear margins of every row, by models that have not seen its fold.
    fn out_of_fold_margins(&self, folds: &[u64]) -> Result<Vec<PerCategory<f64>>, TrainError> {
        let mut margins = vec![PerCategory([0.0; Category::COUNT]); self.rows.len()];
        for fold in 0..self.options.folds {
            let (held_out, members): (Vec<usize>, Vec<usize>) =
                (0..self.rows.len()).partition(|&row| folds[row] == fold);
            let (vocabulary, models) = self.linear_stage(&members)?;
            let vectors: Vec<_> =
                held_out.iter().map(|&row| vocabulary.vector(&self.observations[row])).collect();
            let records: Vec<&[(u32, f32)]> = vectors.iter().map(Vec::as_slice).collect();
            let records = CsrRecords::from_rows(vocabulary.len(), &records);
            for category in Category::ALL {
                let predicted: Array1<f64> = models[category].predict(&records);
                for (&row, margin) in held_out.iter().zip(&predicted) {
                    margins[row][category] = *margin;
                }
            }
        }
        Ok(margins)
    }

    /// Fits the decision stage of all categories on the rows for which `includes` holds.
    fn decisions_on(
        &self,
        margins: &[PerCategory<f64>],
        includes: impl Fn(usize) -> bool,
    ) -> Result<PerCategory<DecisionStage>, TrainError> {
        let mut stages = Vec::with_capacity(Category::COUNT);
        for category in Category::ALL {
            let rows: Vec<_> = (0..self.rows.len())
                .filter(|&row| self.rows[row].judges(category) && includes(row))
                .map(|row| {
                    let linear = margins[row][category];
                    let signals = Signals::of(&self.observations[row], category, linear);
                    (signals, self.rows[row].is(category))
                })
                .collect();
            let stage = DecisionStage::fit(&rows)
                .map_err(|error| TrainError::Decision { category, error })?;
            stages.push(stage);
        }
        let mut stages = stages.into_iter();
        Ok(PerCategory(std::array::from_fn(|_| {
            stages.next().unwrap_or_else(|| unreachable!("one stage per category was fitted"))
        })))
    }

    fn decisions(
        &self,
        margins: &[PerCategory<f64>],
    ) -> Result<PerCategory<DecisionStage>, TrainError> {
        self.decisions_on(margins, |_| true)
    }

    /// Probabilities of every row, by decision stages that have not seen its fold either.
    fn out_of_fold(
        &self,
        folds: &[u64],
        margins: &[PerCategory<f64>],
    ) -> Result<Vec<PerCategory<f64>>, TrainError> {
        let stages: Result<Vec<_>, _> = (0..self.options.folds)
            .map(|fold| self.decisions_on(margins, |row| folds[row] != fold))
            .collect();
        let stages = stages?;
        let probabilities = (0..self.rows.len()).map(|row| {
            let stage = &stages[folds[row] as usize];
            PerCategory::from_fn(|category| {
                let linear = margins[row][category];
                let signals = Signals::of(&self.observations[row], category, linear);
                probability(stage[category].margin(&signals))
            })
        });
        Ok(probabilities.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use mingjian_model::{Model, Scratch};

    use super::*;
    use crate::dataset::Dataset;

    /// The two stages as linfa predicts them, and the one table they were collapsed into, say the
    /// same of every post.
    #[test]
    fn serving_scores_what_linfa_predicts() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/data/dev.jsonl");
        let mut rows = Dataset::read(&[data]).unwrap().rows;
        rows.truncate(400);
        let reader = Reader::new(Lexicon::bundled().unwrap());
        let observations = observe(&reader, &rows, || {});
        let options = TrainOptions { ngrams_per_category: 400, ..TrainOptions::default() };
        let run = Run {
            rows: &rows,
            observations: &observations,
            options: &options,
            on_progress: &|_: Progress| {},
        };
        let everyone: Vec<usize> = (0..rows.len()).collect();
        let (vocabulary, linear) = run.linear_stage(&everyone).unwrap();
        let vectors: Vec<_> = observations.iter().map(|seen| vocabulary.vector(seen)).collect();
        let records: Vec<&[(u32, f32)]> = vectors.iter().map(Vec::as_slice).collect();
        let records = CsrRecords::from_rows(vocabulary.len(), &records);
        let predicted: PerCategory<Array1<f64>> =
            PerCategory::from_fn(|category| linear[category].predict(&records));
        let margins: Vec<_> = everyone
            .iter()
            .map(|&row| PerCategory::from_fn(|category: Category| predicted[category][row]))
            .collect();
        let decisions = run.decisions(&margins).unwrap();
        let stages = Stages { vocabulary, linear, decisions: decisions.clone() };
        let table = stages.table();
        let metadata = stages.metadata(&table, "", run.summary(), BTreeMap::new());
        let model = Model::new(metadata, table, String::new());

        let mut scratch = Scratch::default();
        for (row, example) in rows.iter().enumerate() {
            let served = model.score(&reader.read(&example.post), &mut scratch).margins;
            for category in Category::ALL {
                let signals = Signals::of(&observations[row], category, margins[row][category]);
                let expected = decisions[category].margin(&signals);
                let gap = (served[category] - expected).abs();
                assert!(gap < 1e-4, "{category} of {}: {gap}", example.post.id);
            }
        }
    }
}
