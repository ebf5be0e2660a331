//! Reading, scoring and deciding about one post.

use std::cell::Cell;

use mingjian_encoder::{States, Tokens};
use mingjian_lexicon::Lexicon;
use mingjian_model::{
    EvidenceLimits, Model, Reader, Reading, Scores, Scratch, SecondEvidence, probability,
};
use mingjian_schema::{
    Category, CategoryFinding, Counterfactual, EvidenceKind, Look, Post, SecondLookUse, Verdict,
    Versions,
};

use crate::explanation::Explanation;
use crate::policy::Policy;
use crate::second_look::{SecondLook, shares};

/// Judges posts. Build it once, share it between threads.
pub struct Classifier {
    reader: Reader,
    model: Model,
    second_look: Option<SecondLook>,
    policy: Policy,
    limits: EvidenceLimits,
    versions: Versions,
}

thread_local! {
    /// The buffers of this thread while they are not in use.
    static IDLE: Cell<Option<Box<Buffers>>> = const { Cell::new(None) };
}

#[derive(Default)]
struct Buffers {
    reading: Reading,
    scratch: Scratch,
    tokens: Tokens,
}

/// What is known of a post once it is scored.
struct Scored {
    /// The margins that count.
    scores: Scores,
    /// The encoder's states, if there was a second look.
    states: Option<States>,
    /// What became of the second look.
    second_look: SecondLookUse,
}

/// The encoder is not the one that the model's second look was fitted on.
#[derive(Debug, thiserror::Error)]
pub enum SecondLookError {
    /// The model has no second look.
    #[error("the model has no second look: train it with an encoder")]
    Absent,
    /// Another encoder.
    #[error("the encoder is {found}, but the model's second look was fitted on {expected}")]
    Foreign {
        /// Digest of the encoder that the model was fitted on.
        expected: String,
        /// Digest of the encoder at hand.
        found: String,
    },
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
            second_look: None,
            policy,
            limits: EvidenceLimits::default(),
            versions,
        }
    }

    /// Gives the classifier a second look.
    ///
    /// The policy's thresholds should be those of the cascade, see [`Policy::for_cascade`].
    ///
    /// # Errors
    /// [`SecondLookError`] if the model has none, or was fitted on another encoder.
    pub fn with_second_look(mut self, second_look: SecondLook) -> Result<Self, SecondLookError> {
        let join = self.model.second_look().ok_or(SecondLookError::Absent)?;
        let expected = &join.metadata().encoder;
        if expected != second_look.digest() {
            return Err(SecondLookError::Foreign {
                expected: expected.clone(),
                found: second_look.digest().to_owned(),
            });
        }
        self.versions.encoder = Some(second_look.digest().to_owned());
        self.second_look = Some(second_look);
        Ok(self)
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
        Self::with_buffers(|buffers| {
            let scored = self.read_and_score(post, buffers);
            let probabilities = scored.scores.probabilities();
            let is_above =
                |category: &Category| probabilities[*category] >= self.policy.threshold(*category);
            let is_flagged = Category::ALL.iter().any(is_above)
                && self.policy.is_long_enough(buffers.reading.letters());
            let mut findings: Vec<_> = Category::ALL
                .into_iter()
                .filter(|category| is_flagged && is_above(category))
                .map(|category| self.finding(post, category, &scored, buffers))
                .collect();
            findings.sort_by(|left, right| right.score.total_cmp(&left.score));
            let recommendation = self.policy.recommend(&findings);
            Verdict { recommendation, probabilities, findings, second_look: scored.second_look }
        })
    }

    /// Margins of all six categories, after a second look where there is one, without evidence.
    #[must_use]
    pub fn score(&self, post: &Post) -> Scores {
        Self::with_buffers(|buffers| self.read_and_score(post, buffers).scores)
    }

    /// Everything there is to say about a post: all categories with their evidence, whether they
    /// are above the threshold or not, and the phrases that were found but rejected.
    #[must_use]
    pub fn explain(&self, post: &Post) -> Explanation {
        Self::with_buffers(|buffers| {
            let scored = self.read_and_score(post, buffers);
            let mut findings: Vec<_> = Category::ALL
                .into_iter()
                .map(|category| self.finding(post, category, &scored, buffers))
                .collect();
            findings.sort_by(|left, right| right.score.total_cmp(&left.score));
            Explanation::new(post, findings, &buffers.reading, self.reader.lexicon())
        })
    }

    fn read_and_score(&self, post: &Post, buffers: &mut Buffers) -> Scored {
        self.reader.read_into(post, &mut buffers.reading);
        let scores = self.model.score(&buffers.reading, &mut buffers.scratch);
        let first = |second_look| Scored { scores, states: None, second_look };
        let (Some(second), Some(join)) = (&self.second_look, self.model.second_look()) else {
            return first(SecondLookUse::NotNeeded);
        };
        second.saw_one();
        let long_enough = self.policy.is_long_enough(buffers.reading.letters());
        if !long_enough || (second.is_gated() && !join.wants(&scores)) {
            return first(SecondLookUse::NotNeeded);
        }
        if !second.may_look() {
            return first(SecondLookUse::Skipped);
        }
        match second.look(&buffers.reading, &mut buffers.tokens) {
            Some(states) => Scored {
                scores: join.score(&scores, &states.mean()),
                states: Some(states),
                second_look: SecondLookUse::Taken,
            },
            None => first(SecondLookUse::Failed),
        }
    }

    fn finding(
        &self,
        post: &Post,
        category: Category,
        scored: &Scored,
        buffers: &mut Buffers,
    ) -> CategoryFinding {
        let Buffers { reading, scratch, tokens } = buffers;
        let lexicon = self.reader.lexicon();
        let shares = match (&scored.states, self.model.second_look()) {
            (Some(states), Some(join)) => Some(shares(join, category, tokens, states)),
            _ => None,
        };
        let margin = scored.scores.margins[category];
        let second = shares.as_deref().map(|tokens| SecondEvidence { margin, tokens });
        let limits = &self.limits;
        let evidence =
            self.model.evidence(post, reading, lexicon, category, second, limits, scratch);
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
            look: if second.is_some() { Look::Second } else { Look::Linear },
            evidence: evidence.items,
            counterfactual,
        }
    }

    fn with_buffers<T>(judge: impl FnOnce(&mut Buffers) -> T) -> T {
        let mut buffers = IDLE.take().unwrap_or_default();
        let result = judge(&mut buffers);
        IDLE.set(Some(buffers));
        result
    }
}
