//! Exactly once: a batch's records and its offsets in one transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::Producer;

use super::{Deliverer, NotSent};
use crate::ServeError;
use crate::health::Condition;
use crate::kafka::batch::Batch;
use crate::kafka::deadline::Deadline;
use crate::kafka::events::ConsumerEvents;
use crate::kafka::failure::{Failure, end_of_service};
use crate::kafka::records::Record;

/// How long one call may block before the deadline is looked at again.
const CALL_PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait after a call that failed at once.
const CALL_PAUSE: Duration = Duration::from_millis(20);

impl Deliverer {
    pub(super) fn initialise_transactions(&self, deadline: &Deadline) -> Result<(), Failure> {
        self.until_settled(deadline, || self.producer.init_transactions(CALL_PATIENCE)).map_err(
            |error| match end_of_service("using the transactional id", &error) {
                Some(end) => Failure::Fatal(end),
                None => Failure::SessionLost(format!("cannot initialise transactions: {error}")),
            },
        )
    }

    pub(super) fn deliver_in_transaction<'b>(
        &self,
        batch: &Batch,
        records: impl Iterator<Item = Record<'b>>,
        consumer: &Arc<BaseConsumer<ConsumerEvents>>,
        deadline: &Deadline,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        self.try_transaction(batch, records, consumer, deadline)
            .map_err(|not_sent| self.give_up(not_sent, deadline, began))
    }

    fn try_transaction<'b>(
        &self,
        batch: &Batch,
        records: impl Iterator<Item = Record<'b>>,
        consumer: &Arc<BaseConsumer<ConsumerEvents>>,
        deadline: &Deadline,
    ) -> Result<(), NotSent> {
        let step = |operation| move |error| NotSent::Error(operation, error);
        self.producer.begin_transaction().map_err(step("beginning a transaction"))?;
        // The records travel while the offsets are added: both are part of the transaction, in
        // whatever order they arrive.
        self.enqueue_all(records, deadline)?;
        let offsets = batch.next_offsets().map_err(step("noting the offsets"))?;
        // Taken anew each time: it holds the generation by which a former owner of the
        // partitions is fenced off.
        let group = consumer
            .group_metadata()
            .map(Arc::new)
            .ok_or(NotSent::Error("reading the group's state", KafkaError::Canceled))?;
        if !self.leaves_offsets_out() {
            self.until_settled(deadline, || {
                let producer = Arc::clone(&self.producer);
                let (offsets, group) = (offsets.clone(), Arc::clone(&group));
                self.offset_calls.make(move || {
                    producer.send_offsets_to_transaction(&offsets, &group, CALL_PATIENCE)
                })
            })
            .map_err(step("adding the offsets to the transaction"))?;
        }
        // Everything is acknowledged before the commit is asked for: with records under way
        // `commit_transaction` would sit out a fixed 100 ms.
        self.await_all(deadline)?;
        self.until_settled(deadline, || self.producer.commit_transaction(CALL_PATIENCE))
            .map_err(step("committing the transaction"))
    }

    /// Aborts the transaction. Where that fails too, its end is up to the coordinator, and only a
    /// new producer can learn of it.
    fn give_up(&self, noticed: NotSent, deadline: &Deadline, began: Instant) -> Failure {
        if let Some(end) = noticed.end_of_service() {
            // The coordinator fences whoever takes longer than `transaction.timeout.ms`, which is
            // no sign of another instance.
            let is_late = began.elapsed() >= self.patience.mul_f64(0.9);
            return match end {
                ServeError::Fenced { error, .. } if is_late => {
                    Failure::SessionLost(format!("the transaction took too long ({error})"))
                }
                end => Failure::Fatal(end),
            };
        }
        if self.offset_calls.is_hung() {
            // The producer takes no other call, not even an abort; the next one's start aborts.
            return Failure::SessionLost("the kafka client does not answer".to_owned());
        }
        let not_sent = self.discard_unsent(noticed);
        let reason = not_sent.reason();
        // Even when the batch's time is up, an abort gets its one call.
        let aborted =
            self.until_settled(deadline, || self.producer.abort_transaction(CALL_PATIENCE));
        match (aborted, not_sent) {
            (Ok(()), NotSent::TooLarge) => Failure::RecordTooLarge,
            (Ok(()), _) => Failure::Aborted(reason),
            (Err(error), _) => match end_of_service("aborting a transaction", &error) {
                Some(end) => Failure::Fatal(end),
                None => Failure::SessionLost(format!("{reason}; the abort failed too: {error}")),
            },
        }
    }

    /// Repeats a call for as long as librdkafka says that repeating it is right: a time-out is
    /// no answer, and the same call then goes on with what is under way.
    fn until_settled(
        &self,
        deadline: &Deadline,
        mut call: impl FnMut() -> KafkaResult<()>,
    ) -> KafkaResult<()> {
        loop {
            let result = call();
            let Err(KafkaError::Transaction(error)) = &result else { return result };
            let is_worth_repeating =
                error.is_retriable() && !error.txn_requires_abort() && !error.is_fatal();
            if !is_worth_repeating || deadline.is_over() {
                return result;
            }
            self.readiness.broken(Condition::Delivery, "the transaction coordinator is slow");
            // Lets the client report what keeps it, and spares the coordinator a hail of calls.
            self.producer.poll(CALL_PAUSE);
        }
    }
}
