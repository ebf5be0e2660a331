//! The seams by which tests break delivery, and by which they keep what a mock cluster forgets.

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{Deliverer, NotSent};
use crate::engine::Judged;
use crate::faults::{CommittedRecord, CoveredOffsets};
use crate::kafka::batch::Batch;
use crate::kafka::deadline::Deadline;
use crate::kafka::events::ConsumerEvents;
use crate::kafka::failure::Failure;
use crate::kafka::records::{self, Record};

impl Deliverer {
    pub(super) fn leaves_offsets_out(&self) -> bool {
        self.faults.offsets_left_out
    }

    pub(super) fn send_to_be_committed<'b>(
        &self,
        records: impl Iterator<Item = Record<'b>>,
        deadline: &Deadline,
    ) -> Result<(), NotSent> {
        if !self.faults.dead_letters_not_awaited {
            return self.send_all(records, deadline);
        }
        let (dead_letters, others): (Vec<_>, Vec<_>) =
            records.partition(|record| record.topic == self.kafka.dead_letter_topic);
        self.send_all(others.into_iter(), deadline)?;
        dead_letters.into_iter().try_for_each(|record| self.enqueue(record, deadline))
    }

    /// Tells the store of a committed transaction.
    pub(super) fn store(
        &self,
        batch: &Batch,
        judged: &[Judged],
        consumer: &BaseConsumer<ConsumerEvents>,
    ) -> Result<(), Failure> {
        let Some(store) = &self.faults.store else { return Ok(()) };
        let covered = |span: &crate::kafka::batch::Span| CoveredOffsets {
            topic: span.topic.clone(),
            partition: span.partition,
            first: span.first,
            next: span.next,
        };
        let offsets: Vec<_> = match self.faults.offsets_left_out {
            true => Vec::new(),
            false => batch.spans().iter().map(covered).collect(),
        };
        let records = batch
            .messages
            .iter()
            .zip(judged)
            .filter_map(|(message, judged)| records::record(message, judged, &self.kafka))
            .map(|record| CommittedRecord { topic: record.topic.to_owned(), key: record.key })
            .collect();
        store
            .committed(consumer.context().session(), &offsets, records)
            .map_err(|reason| Failure::SessionLost(format!("the store says: {reason}")))
    }
}
