//! Judging a batch on all cores, in order, with nothing that a post can do to stop it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use mingjian_schema::{
    DeadLetter, DeadLetterReason, FlaggedPost, PerCategory, Post, Stage, Timing, Verdict, Versions,
};
use rayon::prelude::*;

mod judged;
mod shadow;

use crate::decode::{Decoder, Rejection};
use crate::judges::{JudgeHandle, Judges};
use crate::{DeadLetterConfig, InputConfig, Judge, RawMessage, StreamConfig, dead_letter, panics};
pub(crate) use judged::{Fate, Judged};
pub(crate) use shadow::{Flip, Shadowed};

/// Messages that one thread takes at a time: large enough to hide the hand-over, small enough that
/// a batch of a few hundred still reaches every core.
const MIN_CHUNK: usize = 16;

/// What became of one message.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nobody needs to look at it.
    Passed,
    /// A person should look.
    Flagged(Box<FlaggedPost>),
    /// It could not be judged.
    Dead(Box<DeadLetter>),
}

/// How an [`Engine`] works.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// What a message may look like.
    pub input: InputConfig,
    /// How messages that cannot be judged are kept.
    pub dead_letters: DeadLetterConfig,
    /// Threads; 0 is one a core.
    pub threads: usize,
    /// Whether flagged posts say how long they took. Off, the same input gives the same bytes.
    pub timing: bool,
}

impl From<&StreamConfig> for EngineOptions {
    fn from(config: &StreamConfig) -> Self {
        Self {
            input: config.input.clone(),
            dead_letters: config.dead_letters.clone(),
            threads: config.service.threads,
            timing: true,
        }
    }
}

/// A judge with the threads that it runs on.
pub struct Engine {
    judges: Arc<JudgeHandle>,
    decoder: Decoder,
    pool: rayon::ThreadPool,
    max_raw_bytes: usize,
    timing: bool,
}

/// Threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the threads that judge posts")]
pub struct EngineError(#[from] rayon::ThreadPoolBuildError);

/// An outcome with its JSON, made on the same thread.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) outcome: Outcome,
    /// One JSON object; empty for a post that passed.
    pub(crate) json: Vec<u8>,
}

impl Engine {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the system refuses to.
    pub fn new(judge: Arc<dyn Judge>, options: &EngineOptions) -> Result<Self, EngineError> {
        Self::with_judges(Arc::new(JudgeHandle::new(judge.into())), options)
    }

    /// The same with judges that may be replaced between batches.
    pub(crate) fn with_judges(
        judges: Arc<JudgeHandle>,
        options: &EngineOptions,
    ) -> Result<Self, EngineError> {
        panics::silence_while_judging();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|index| format!("judge-{index}"))
            .build()?;
        Ok(Self {
            judges,
            decoder: Decoder::new(&options.input),
            pool,
            max_raw_bytes: options.dead_letters.max_raw_bytes,
            timing: options.timing,
        })
    }

    /// What makes the verdicts at present.
    #[must_use]
    pub fn versions(&self) -> Versions {
        self.judges.current().live.versions().clone()
    }

    /// How many threads judge posts.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Judges messages; outcomes stand in the messages' order.
    #[must_use]
    pub fn classify_batch(&self, messages: &[RawMessage]) -> Vec<Outcome> {
        let judges = self.judges.current();
        self.each(messages, |message| {
            let (judged, _) = self.judge_message(message, &judges);
            self.outcome(message, judged, self.max_raw_bytes)
        })
    }

    /// Judges messages and writes the outcomes as JSON. A record that is larger than
    /// `max_record_bytes` becomes a dead letter.
    pub(crate) fn encode_batch(
        &self,
        messages: &[RawMessage],
        max_record_bytes: usize,
    ) -> Vec<Encoded> {
        let judges = self.judges.current();
        self.each(messages, |message| self.encode(message, &judges, max_record_bytes).0)
    }

    fn each<T: Send>(
        &self,
        messages: &[RawMessage],
        work: impl Fn(&RawMessage) -> T + Sync + Send,
    ) -> Vec<T> {
        self.pool.install(|| messages.par_iter().with_min_len(MIN_CHUNK).map(work).collect())
    }

    /// The outcome of a post that was read and judged, or of a message that could not be.
    fn outcome(
        &self,
        message: &RawMessage,
        judged: Result<Option<FlaggedPost>, Rejection>,
        max_raw_bytes: usize,
    ) -> Outcome {
        match judged {
            Ok(None) => Outcome::Passed,
            Ok(Some(flagged)) => Outcome::Flagged(Box::new(flagged)),
            Err(rejection) => self.bury(message, rejection, max_raw_bytes),
        }
    }

    fn judge_message(
        &self,
        message: &RawMessage,
        judges: &Judges,
    ) -> (Result<Option<FlaggedPost>, Rejection>, Judging) {
        let mut judging = Judging::default();
        let result = self.judge_decoded(message, judges, &mut judging);
        (result, judging)
    }

    fn judge_decoded(
        &self,
        message: &RawMessage,
        judges: &Judges,
        judging: &mut Judging,
    ) -> Result<Option<FlaggedPost>, Rejection> {
        let started = self.timing.then(Instant::now);
        let decoded = self.decoder.decode(&message.bytes, message.length)?;
        let (verdict, judge) = judge_by_share(judges, &decoded.post, judging)?;
        judging.probabilities = Some(verdict.probabilities);
        if !judging.by_candidate
            && let Some(candidate) = judges.shadow()
        {
            let live = judges.live.versions();
            judging.shadowed =
                Some(shadow::judge(candidate, &decoded.post, &verdict, live, &message.position));
        }
        if !verdict.is_flagged() {
            return Ok(None);
        }
        let (post, raw) = decoded.into_parts()?;
        let source = Some(message.position.clone());
        let mut flagged = verdict.into_flagged(post.id, raw, source, judge.versions().clone());
        flagged.trace_id = message.trace.as_ref().map(|trace| trace.trace_id().to_owned());
        flagged.timing =
            started.map(|start| Timing { classify_us: start.elapsed().as_secs_f64() * 1e6 });
        Ok(Some(flagged))
    }

    fn bury(&self, message: &RawMessage, rejection: Rejection, max_raw_bytes: usize) -> Outcome {
        let judges = self.judges.current();
        let code = &judges.live.versions().code;
        Outcome::Dead(Box::new(dead_letter::dead_letter(message, rejection, max_raw_bytes, code)))
    }

    fn encode(
        &self,
        message: &RawMessage,
        judges: &Judges,
        max_record_bytes: usize,
    ) -> (Encoded, Judging) {
        let max_raw_bytes = self.max_raw_bytes.min(raw_bytes_that_fit(max_record_bytes));
        let (judged, judging) = self.judge_message(message, judges);
        let outcome = self.outcome(message, judged, max_raw_bytes);
        let encoded = match to_json(&outcome) {
            Ok(json) if json.len() <= max_record_bytes => Encoded { outcome, json },
            Ok(json) => {
                let detail = format!(
                    "its record has {} bytes, more than the {max_record_bytes} allowed",
                    json.len()
                );
                self.undeliverable(message, detail, max_raw_bytes)
            }
            Err(_) => {
                let detail = "its record cannot be written as JSON".to_owned();
                self.undeliverable(message, detail, max_raw_bytes)
            }
        };
        (encoded, judging)
    }

    fn undeliverable(&self, message: &RawMessage, detail: String, max_raw_bytes: usize) -> Encoded {
        let rejection = Rejection {
            reason: DeadLetterReason::Undeliverable,
            stage: Stage::Deliver,
            detail: detail.into(),
        };
        let outcome = self.bury(message, rejection, max_raw_bytes);
        let json = to_json(&outcome).unwrap_or_default();
        Encoded { outcome, json }
    }
}

/// What is noticed on the way to an outcome.
#[derive(Debug, Default)]
pub(crate) struct Judging {
    /// Of the judge that decided; none if the message was no post.
    probabilities: Option<PerCategory<f64>>,
    /// Whether the candidate decided.
    by_candidate: bool,
    /// Whether the candidate should have decided but failed.
    candidate_failed: bool,
    /// What the shadow says.
    shadowed: Option<Box<Shadowed>>,
}

/// The verdict on a post and the judge whose it is. Where the candidate fails, the live judge
/// stands in.
fn judge_by_share<'j>(
    judges: &'j Judges,
    post: &Post,
    judging: &mut Judging,
) -> Result<(Verdict, &'j Arc<dyn Judge>), Rejection> {
    if let Some(candidate) = judges.candidate_for(&post.id) {
        match judge_guarded(candidate, post) {
            Some(verdict) => {
                judging.by_candidate = true;
                return Ok((verdict, candidate));
            }
            None => judging.candidate_failed = true,
        }
    }
    let verdict = judge_guarded(&judges.live, post).ok_or_else(|| Rejection {
        reason: DeadLetterReason::ClassifierPanic,
        stage: Stage::Classify,
        detail: "the classifier failed on this post".into(),
    })?;
    Ok((verdict, &judges.live))
}

/// None if the judge panicked.
fn judge_guarded(judge: &Arc<dyn Judge>, post: &Post) -> Option<Verdict> {
    let _judging = panics::Judging::begin();
    // A judge keeps nothing between posts that a panic could leave half-written.
    catch_unwind(AssertUnwindSafe(|| judge.judge(post))).ok()
}

/// How much of a message a dead letter can keep, in Base64, within a record of this size.
fn raw_bytes_that_fit(max_record_bytes: usize) -> usize {
    max_record_bytes.saturating_sub(crate::config::DEAD_LETTER_OVERHEAD) / 4 * 3
}

fn to_json(outcome: &Outcome) -> serde_json::Result<Vec<u8>> {
    match outcome {
        Outcome::Passed => Ok(Vec::new()),
        Outcome::Flagged(flagged) => serde_json::to_vec(flagged),
        Outcome::Dead(letter) => serde_json::to_vec(letter),
    }
}

#[cfg(test)]
mod tests;
