//! What the service keeps of a judged message: its record, and what is counted.

use mingjian_schema::{Category, DeadLetterReason, PerCategory};

use super::{Encoded, Engine, Judging, Shadowed};
use crate::judges::Judges;
use crate::{Outcome, RawMessage};

/// Which way a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody needs to look at it.
    Passed,
    /// A person should look.
    Flagged {
        /// The post's id.
        id: String,
        /// The categories above their thresholds.
        categories: Vec<Category>,
    },
    /// It could not be judged.
    Dead(DeadLetterReason),
}

/// A message's fate with its record, and what was noticed on the way.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) fate: Fate,
    /// The record, one JSON object; empty for a post that passed.
    pub(crate) json: Vec<u8>,
    /// None if the message was no post.
    pub(crate) probabilities: Option<PerCategory<f64>>,
    pub(crate) by_candidate: bool,
    pub(crate) candidate_failed: bool,
    pub(crate) shadowed: Option<Box<Shadowed>>,
}

/// As many messages of a batch, from its beginning, as have records that fit into memory.
#[derive(Debug, Default)]
pub(crate) struct JudgedBatch {
    pub(crate) judged: Vec<Judged>,
    /// Length of all records together.
    pub(crate) record_bytes: usize,
}

/// Messages judged before the records' length is looked at again.
const SLICE: usize = 1024;

impl Engine {
    /// The judges for one batch.
    pub(crate) fn judges(&self) -> std::sync::Arc<Judges> {
        self.judges.current()
    }

    /// Judges messages from the first on until all are judged or their records take more than
    /// `max_total_bytes`. Always judges some. A record that is larger than `max_record_bytes`
    /// becomes a dead letter.
    pub(crate) fn judge_batch(
        &self,
        judges: &Judges,
        messages: &[RawMessage],
        max_record_bytes: usize,
        max_total_bytes: usize,
    ) -> JudgedBatch {
        let mut batch = JudgedBatch::default();
        batch.judged.reserve(messages.len());
        for slice in messages.chunks(SLICE) {
            let judged = self.each(slice, |message| {
                let (encoded, judging) = self.encode(message, judges, max_record_bytes);
                Judged::new(encoded, judging)
            });
            batch.record_bytes += judged.iter().map(|one| one.json.len()).sum::<usize>();
            batch.judged.extend(judged);
            if batch.record_bytes > max_total_bytes {
                break;
            }
        }
        batch
    }
}

impl Judged {
    fn new(Encoded { outcome, json }: Encoded, judging: Judging) -> Self {
        let fate = match outcome {
            Outcome::Passed => Fate::Passed,
            Outcome::Flagged(flagged) => Fate::Flagged {
                categories: flagged.categories.iter().map(|one| one.category).collect(),
                id: flagged.id,
            },
            Outcome::Dead(letter) => Fate::Dead(letter.reason),
        };
        let Judging { probabilities, by_candidate, candidate_failed, shadowed } = judging;
        Self { fate, json, probabilities, by_candidate, candidate_failed, shadowed }
    }
}
