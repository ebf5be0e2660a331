//! Reading, scoring and deciding about one post.

use std::sync::Mutex;

use mingjian_lexicon::Lexicon;
use mingjian_model::{EvidenceLimits, Model, Reader, Reading, Scores, Scratch, probability};
use mingjian_schema::{
    Category, CategoryFinding, Counterfactual, EvidenceKind, Look, Post, Verdict, Versions,
};

use crate::explanation::Explanation;
use crate::policy::Policy;

/// Judges posts. Build it once, share it between threads.
pub struct Classifier {
    reader: Reader,
    model: Model,
    policy: Policy,
    limits: EvidenceLimits,
    versions: Versions,
    /// Buffers that are not in use. A worker takes one and gives it back, so that there are never
    /// more than threads that judge at the same time.
    idle: Mutex<Vec<Buffers>>,
}

#[derive(Default)]
struct Buffers {
    reading: Reading,
    scratch: Scratch,
}

impl Classifier {
    /// Puts a classifier together.
    #[must_use]
    pub fn new(lexicon: Lexicon, model: Model, policy: Policy) -> Self {
        let versions = Versions {
            model: model.digest().to_owned(),
            encoder: None,
            lexicon: lexicon.digest().to_owned(),
            policy: policy.digest(),
            normaliser: mingjian_text::NORMALISER_VERSION.to_owned(),
            code: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Self {
            reader: Reader::new(lexicon),
            model,
            policy,
            limits: EvidenceLimits::default(),
            versions,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// What every record of this classifier carries.
    #[must_use]
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// The model in use.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The thresholds in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges a post. Evidence is built only for the categories above their thresholds.
    #[must_use]
    pub fn classify(&self, post: &Post) -> Verdict {
        self.with_buffers(|buffers| {
            let scores = self.read_and_score(post, buffers);
            let probabilities = scores.probabilities();
            let long_enough = self.policy.is_long_enough(buffers.reading.letters());
            let mut findings: Vec<_> = Category::ALL
                .into_iter()
                .filter(|&category| {
                    long_enough && probabilities[category] >= self.policy.threshold(category)
                })
                .map(|category| self.finding(post, category, buffers))
                .collect();
            findings.sort_by(|left, right| right.score.total_cmp(&left.score));
            let recommendation = self.policy.recommend(&findings);
            Verdict { recommendation, probabilities, findings }
        })
    }

    /// Margins of all six categories, without evidence.
    #[must_use]
    pub fn score(&self, post: &Post) -> Scores {
        self.with_buffers(|buffers| self.read_and_score(post, buffers))
    }

    /// Everything there is to say about a post: all categories with their evidence, whether they
    /// are above the threshold or not, and the phrases that were found but rejected.
    #[must_use]
    pub fn explain(&self, post: &Post) -> Explanation {
        self.with_buffers(|buffers| {
            self.reader.read_into(post, &mut buffers.reading);
            let mut findings: Vec<_> = Category::ALL
                .into_iter()
                .map(|category| self.finding(post, category, buffers))
                .collect();
            findings.sort_by(|left, right| right.score.total_cmp(&left.score));
            Explanation::new(post, findings, &buffers.reading, self.reader.lexicon())
        })
    }

    fn read_and_score(&self, post: &Post, buffers: &mut Buffers) -> Scores {
        self.reader.read_into(post, &mut buffers.reading);
        self.model.score(&buffers.reading, &mut buffers.scratch)
    }

    fn finding(&self, post: &Post, category: Category, buffers: &mut Buffers) -> CategoryFinding {
        let Buffers { reading, scratch } = buffers;
        let lexicon = self.reader.lexicon();
        let evidence = self.model.evidence(post, reading, lexicon, category, &self.limits, scratch);
        let found = probability(evidence.margin);
        let threshold = self.policy.threshold(category);
        let strongest = evidence.items.first().filter(|item| item.kind != EvidenceKind::Rest);
        let counterfactual = strongest.map(|item| {
            let without = probability(evidence.margin - item.contribution);
            Counterfactual { without: 0, probability: without, still_flagged: without >= threshold }
        });
        CategoryFinding {
            category,
            score: self.policy.score(category, found),
            probability: found,
            threshold,
            margin: evidence.margin,
            bias: evidence.bias,
            look: Look::Linear,
            evidence: evidence.items,
            counterfactual,
        }
    }

    fn with_buffers<T>(&self, judge: impl FnOnce(&mut Buffers) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut buffers = idle().pop().unwrap_or_default();
        let result = judge(&mut buffers);
        idle().push(buffers);
        result
    }
}
