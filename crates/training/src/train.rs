//! The training run: folds, both stages, thresholds, export.

use std::collections::BTreeMap;

use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, Predict};
use mingjian_lexicon::Lexicon;
use mingjian_model::{
    AdditiveTable, Gate, Metadata, Reader, SecondDecision, SecondLookMetadata, Threshold,
    TrainingSummary, probability, sha256_hex,
};
use mingjian_schema::{Category, LabelledExample, PerCategory};
use ndarray::Array1;
use rayon::prelude::*;

use crate::csr::CsrRecords;
use crate::decision::{DecisionStage, Signals};
use crate::evaluation::ScoredExample;
use crate::export::Stages;
use crate::folds::assign_folds;
use crate::gate::{GateData, resolve_gate};
use crate::join::{fit_join, joined};
use crate::logistic::{SparseLogistic, SparseLogisticError, SparseLogisticModel};
use crate::observation::{Observation, observe};
use crate::teacher::{Teacher, TeacherError};
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
    /// threshold. Six categories may each take theirs.
    pub viewpoint_share: f64,
    /// At most this share of an ordinary feed may be above a category's threshold.
    pub ordinary_share: PerCategory<f64>,
    /// How many times over a normal post with that topic counts.
    pub viewpoint_weight: usize,
    /// How much a row counts for a category that only the encoder has judged.
    pub unjudged_weight: f64,
    /// Of what a second look at every post would flag, the share that the gate has to keep.
    pub gate_keeps: f64,
    /// The sources whose normal posts stand for an ordinary feed.
    pub ordinary_sources: Vec<String>,
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
                SourceWeight { category: None, source: "HanCD".to_owned(), weight: 24 },
                SourceWeight { category: None, source: "own".to_owned(), weight: 6 },
                SourceWeight {
                    category: Some(Category::Clickbait),
                    source: "own".to_owned(),
                    weight: 3,
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
            viewpoint_share: 0.005,
            // Feeds do hold clickbait; there is no need to see all of it.
            ordinary_share: PerCategory::from_fn(|category| match category {
                Category::Clickbait => 0.015,
                _ => 0.004,
            }),
            viewpoint_weight: 2,
            unjudged_weight: 0.15,
            gate_keeps: 0.98,
            ordinary_sources: ["FewCLUE_TNEWS", "NLPCC2017_headlines"].map(str::to_owned).to_vec(),
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
    /// The heads of the second look, if there is one, as `heads.bin` holds them.
    pub heads: Option<Vec<u8>>,
    /// Every row scored by stages that have not seen its fold: after a second look at every post,
    /// if there is one.
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
    /// The encoder's files do not fit the rows.
    #[error(transparent)]
    Teacher(#[from] TeacherError),
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

/// An encoder to learn from and to look twice with.
pub struct Encoded<'a> {
    /// What it says of the rows.
    pub teacher: &'a Teacher,
    /// Digest of its files.
    pub digest: &'a str,
}

/// Trains a model, with a second look if there is an encoder. Deterministic under the seed.
///
/// # Errors
/// [`TrainError`] names the category that cannot be learnt.
pub fn train(
    rows: &[LabelledExample],
    lexicon: Lexicon,
    encoded: Option<&Encoded<'_>>,
    options: &TrainOptions,
    on_progress: impl Fn(Progress) + Sync,
) -> Result<Trained, TrainError> {
    check_support(rows)?;
    let lexicon_digest = lexicon.digest().to_owned();
    let reader = Reader::new(lexicon);
    let observations = observe(&reader, rows, || on_progress(Progress::Read));
    let logits = encoded.map(|encoded| encoded.teacher.logits(rows)).transpose()?;
    let run = Run {
        rows,
        observations: &observations,
        logits: logits.as_deref(),
        options,
        on_progress: &on_progress,
    };
    let folds = assign_folds(rows, options.folds, options.seed);

    let margins = run.out_of_fold_margins(&folds)?;
    let decisions = run.decisions(&margins)?;
    let calibrated = run.out_of_fold(&folds, &margins)?;
    let first: Vec<_> =
        calibrated.iter().map(|margins| PerCategory(margins.0.map(probability))).collect();
    let thresholds = run.thresholds(&first);
    let second =
        encoded.map(|encoded| run.second_look(&folds, &calibrated, encoded)).transpose()?;

    let everyone: Vec<usize> = (0..rows.len()).collect();
    let (vocabulary, linear) = run.linear_stage(&everyone)?;
    let stages = Stages { vocabulary, linear, decisions };
    let table = stages.table();
    let mut metadata = stages.metadata(&table, &lexicon_digest, run.summary(), thresholds);
    let (out_of_fold, heads) = match second {
        Some(second) => {
            metadata.second_look = Some(second.metadata);
            (second.out_of_fold, Some(second.heads))
        }
        None => (first, None),
    };
    let thresholds = metadata.shipped_thresholds();
    let out_of_fold = rows
        .iter()
        .zip(out_of_fold)
        .map(|(row, probabilities)| {
            ScoredExample::new(row, probabilities, |category| {
                probabilities[category] >= thresholds[&category].probability
            })
        })
        .collect();
    Ok(Trained { metadata, table, heads, out_of_fold })
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

/// A second look that has been fitted.
struct Second {
    metadata: SecondLookMetadata,
    heads: Vec<u8>,
    out_of_fold: Vec<PerCategory<f64>>,
}

/// What all steps of a run share.
struct Run<'a, F> {
    rows: &'a [LabelledExample],
    observations: &'a [Observation],
    /// The encoder's logits, by fine-tunings that had not seen the row.
    logits: Option<&'a [PerCategory<f64>]>,
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

    /// What the linear stage is to say of a row, with the row's weight: the label where the source
    /// judged the category, what the encoder thinks where it did not. Nothing if neither has.
    fn target(&self, row: usize, category: Category) -> Option<(f64, f32)> {
        let example = &self.rows[row];
        let label = example.judges(category).then(|| example.is(category));
        let (target, factor) = match (label, self.logits) {
            (Some(label), _) => (f64::from(u8::from(label)), 1.0),
            (None, Some(logits)) if self.options.unjudged_weight > 0.0 => {
                (probability(logits[row][category]), self.options.unjudged_weight)
            }
            (None, _) => return None,
        };
        Some((target, (self.weight(row, category) as f64 * factor) as f32))
    }

    /// The thresholds that keep the statements.
    fn thresholds(&self, probabilities: &[PerCategory<f64>]) -> BTreeMap<Category, Threshold> {
        let resolved = |category| {
            let (realistic, labels) = self.realistic(probabilities, category);
            let floor = self.floor(probabilities, category);
            resolve(self.options.statements[category], floor, &realistic, &labels).into_threshold()
        };
        Category::ALL.into_iter().map(|category| (category, resolved(category))).collect()
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

    /// The threshold below which too many opinions, criticisms and reports, or too much of an
    /// ordinary feed, would be flagged. Both go before whatever a statement asks for.
    fn floor(&self, probabilities: &[PerCategory<f64>], category: Category) -> f64 {
        let of = |rows: &dyn Fn(usize) -> bool| {
            let rows = (0..self.rows.len()).filter(|&row| rows(row));
            rows.map(|row| probabilities[row][category]).collect()
        };
        let viewpoints = of(&|row| self.is_viewpoint(row, category));
        let ordinary = of(&|row| self.is_from(row, &self.options.ordinary_sources));
        floor_for(self.options.viewpoint_share, viewpoints)
            .max(floor_for(self.options.ordinary_share[category], ordinary))
    }

    fn is_from(&self, row: usize, sources: &[String]) -> bool {
        self.rows[row].source.as_ref().is_some_and(|source| sources.contains(source))
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
        let mut records: Vec<&[(u32, f32)]> = Vec::with_capacity(members.len());
        let mut targets = Vec::with_capacity(members.len());
        let mut weights = Vec::with_capacity(members.len());
        for (&row, vector) in members.iter().zip(vectors) {
            if let Some((target, weight)) = self.target(row, category) {
                records.push(vector);
                targets.push(target);
                weights.push(weight);
            }
        }
        let dataset =
            DatasetBase::new(CsrRecords::from_rows(features, &records), Array1::from_vec(targets))
                .with_weights(Array1::from_vec(weights));
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

    /// Calibrated margins of every row, by decision stages that have not seen its fold either.
    fn out_of_fold(
        &self,
        folds: &[u64],
        margins: &[PerCategory<f64>],
    ) -> Result<Vec<PerCategory<f64>>, TrainError> {
        let stages: Result<Vec<_>, _> = (0..self.options.folds)
            .map(|fold| self.decisions_on(margins, |row| folds[row] != fold))
            .collect();
        let stages = stages?;
        let calibrated = (0..self.rows.len()).map(|row| {
            let stage = &stages[folds[row] as usize];
            PerCategory::from_fn(|category| {
                let linear = margins[row][category];
                let signals = Signals::of(&self.observations[row], category, linear);
                stage[category].margin(&signals)
            })
        });
        Ok(calibrated.collect())
    }

    /// Joins both looks, resolves the cascade's thresholds, then the gate.
    fn second_look(
        &self,
        folds: &[u64],
        calibrated: &[PerCategory<f64>],
        encoded: &Encoded<'_>,
    ) -> Result<Second, TrainError> {
        let logits = self.logits.unwrap_or_default();
        let joins = self.joins(calibrated, logits, |_| true)?;
        let by_fold: Result<Vec<_>, _> = (0..self.options.folds)
            .map(|fold| self.joins(calibrated, logits, |row| folds[row] != fold))
            .collect();
        let by_fold = by_fold?;
        let out_of_fold: Vec<PerCategory<f64>> = (0..self.rows.len())
            .map(|row| {
                let joins = &by_fold[folds[row] as usize];
                PerCategory::from_fn(|category| {
                    let (linear, logit) = (calibrated[row][category], logits[row][category]);
                    probability(joined(joins[category], linear, logit))
                })
            })
            .collect();
        let thresholds = self.thresholds(&out_of_fold);
        let gate = self.gate(calibrated, &out_of_fold, &thresholds);
        let heads = encoded.teacher.heads();
        let decisions = Category::ALL.into_iter().map(|category| {
            let join = joins[category];
            // The head's own bias is part of the logit that the join was fitted on.
            let bias = join.bias + join.encoder * encoded.teacher.head_bias(category);
            (category, SecondDecision { bias, ..join })
        });
        let metadata = SecondLookMetadata {
            encoder: encoded.digest.to_owned(),
            width: encoded.teacher.width(),
            heads_sha256: sha256_hex([heads.as_slice()]),
            gate,
            decisions: decisions.collect(),
            thresholds,
        };
        Ok(Second { metadata, heads, out_of_fold })
    }

    /// How each category's looks are joined, fitted on the rows for which `includes` holds.
    fn joins(
        &self,
        calibrated: &[PerCategory<f64>],
        logits: &[PerCategory<f64>],
        includes: impl Fn(usize) -> bool,
    ) -> Result<PerCategory<SecondDecision>, TrainError> {
        let mut joins = PerCategory([SecondDecision::default(); Category::COUNT]);
        for category in Category::ALL {
            let rows: Vec<_> = (0..self.rows.len())
                .filter(|&row| self.rows[row].judges(category) && includes(row))
                .flat_map(|row| {
                    let label = self.rows[row].is(category);
                    let signals = (calibrated[row][category], logits[row][category], label);
                    // The linear look knows the public sets' own manner too well: unweighed, it
                    // would be trusted more than it deserves on posts of any other kind.
                    std::iter::repeat_n(signals, self.weight(row, category))
                })
                .collect();
            joins[category] =
                fit_join(&rows).map_err(|error| TrainError::Decision { category, error })?;
        }
        Ok(joins)
    }

    /// The gate, on the rows that thresholds are resolved on and on those of an ordinary feed.
    fn gate(
        &self,
        calibrated: &[PerCategory<f64>],
        probabilities: &[PerCategory<f64>],
        thresholds: &BTreeMap<Category, Threshold>,
    ) -> Gate {
        let mut data = GateData { flagged: Vec::new(), ordinary: Vec::new() };
        for row in 0..self.rows.len() {
            if self.is_from(row, &self.options.ordinary_sources) {
                data.ordinary.push(calibrated[row]);
            }
            if self.is_from(row, &self.options.threshold_sources) {
                let flags = Category::ALL.into_iter().filter(|category| {
                    probabilities[row][*category] >= thresholds[category].probability
                });
                data.flagged.extend(flags.map(|category| (category, calibrated[row])));
            }
        }
        resolve_gate(self.options.gate_keeps, &data)
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
            logits: None,
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
