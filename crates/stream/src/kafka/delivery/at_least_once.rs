//! At least once: offsets are committed when every record is acknowledged.

use std::sync::Arc;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};

use super::{Deliverer, NotSent};
use crate::kafka::batch::Batch;
use crate::kafka::deadline::Deadline;
use crate::kafka::events::ConsumerEvents;
use crate::kafka::failure::Failure;
use crate::kafka::records::Record;

impl Deliverer {
    pub(super) fn deliver_then_commit<'b>(
        &self,
        batch: &Batch,
        records: impl Iterator<Item = Record<'b>>,
        consumer: &Arc<BaseConsumer<ConsumerEvents>>,
        deadline: &Deadline,
    ) -> Result<(), Failure> {
        let committed = self.send_to_be_committed(records, deadline).and_then(|()| {
            let step = |error| NotSent::Error("committing the offsets", error);
            let offsets = batch.next_offsets().map_err(step)?;
            let consumer = Arc::clone(consumer);
            let commit = move || consumer.commit(&offsets, CommitMode::Sync);
            self.offset_calls.make(commit).map_err(step)
        });
        committed.map_err(|noticed| {
            if self.offset_calls.is_hung() {
                return Failure::SessionLost("the kafka client does not answer".to_owned());
            }
            let not_sent = self.discard_unsent(noticed);
            match (not_sent.end_of_service(), &not_sent) {
                (Some(end), _) => Failure::Fatal(end),
                (None, NotSent::TooLarge) => Failure::RecordTooLarge,
                (None, _) if self.is_broken() => Failure::SessionLost(not_sent.reason()),
                (None, _) => Failure::Aborted(not_sent.reason()),
            }
        })
    }
}
