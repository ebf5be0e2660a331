//! From outcomes to acknowledged records with committed offsets.

mod at_least_once;
#[cfg(feature = "deliberate-faults")]
mod deliberate_faults;
mod offsets;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, PurgeConfig};

use super::batch::Batch;
use super::clients;
use super::deadline::Deadline;
use super::events::{ConsumerEvents, ProducerEvents};
use super::failure::{Failure, cannot_create, end_of_service};
use super::in_flight::InFlight;
use super::records::{self, Record};
use super::service::Service;
use crate::engine::Judged;
use crate::health::Readiness;
use crate::{Delivery, KafkaConfig, ServeError};
use offsets::OffsetCalls;

/// How long one look for acknowledgements lasts. `poll` uses its time up even when there is
/// nothing more to see, so that this is also what a batch may lose.
const ACKNOWLEDGEMENT_POLL: Duration = Duration::from_millis(1);

/// The producing side of a session.
pub(super) struct Deliverer {
    producer: Arc<BaseProducer<ProducerEvents>>,
    offset_calls: OffsetCalls,
    kafka: KafkaConfig,
    readiness: Readiness,
    patience: Duration,
    in_flight: Arc<InFlight>,
    #[cfg(feature = "deliberate-faults")]
    faults: crate::DeliberateFaults,
}

/// Why records did not all arrive, before it is known what to do about it.
enum NotSent {
    TooLarge,
    Error(&'static str, KafkaError),
    Late,
}

impl Deliverer {
    pub(super) fn new(
        service: &Service,
        max_record_bytes: usize,
        in_flight: Arc<InFlight>,
    ) -> Result<Self, ServeError> {
        let readiness = service.readiness.clone();
        let kafka = service.config.kafka.clone();
        let producer: BaseProducer<ProducerEvents> = clients::producer(&kafka, max_record_bytes)
            .create_with_context(ProducerEvents::new(readiness.clone()))
            .map_err(|error| cannot_create(&error))?;
        // `check` has refused settings that are not numbers.
        let transaction_ms = kafka.timeouts().map_or(60_000, |timeouts| timeouts.transaction_ms);
        let patience = Duration::from_millis(transaction_ms);
        Ok(Self {
            producer: Arc::new(producer),
            offset_calls: OffsetCalls::default(),
            kafka,
            readiness,
            patience,
            in_flight,
            #[cfg(feature = "deliberate-faults")]
            faults: service.faults.clone(),
        })
    }

    /// What is under way to this deliverer.
    pub(super) fn in_flight(&self) -> &Arc<InFlight> {
        &self.in_flight
    }

    /// Makes the producer ready, before the first message is consumed.
    pub(super) fn initialise(&self, deadline: &Deadline) -> Result<(), Failure> {
        match self.kafka.delivery {
            Delivery::ExactlyOnce => self.initialise_transactions(deadline),
            Delivery::AtLeastOnce => Ok(()),
        }
    }

    /// How long a batch may take to arrive: after that its transaction is dead anyway.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Produces a batch's records and commits its offsets.
    pub(super) fn deliver(
        &self,
        batch: &Batch,
        judged: &[Judged],
        consumer: &Arc<BaseConsumer<ConsumerEvents>>,
        deadline: &Deadline,
    ) -> Result<(), Failure> {
        let records = batch
            .messages
            .iter()
            .zip(judged)
            .filter_map(|(message, judged)| records::record(message, judged, &self.kafka));
        match self.kafka.delivery {
            Delivery::ExactlyOnce => {
                self.deliver_in_transaction(batch, records, consumer, deadline)?;
                #[cfg(feature = "deliberate-faults")]
                self.store(batch, judged, consumer)?;
                Ok(())
            }
            Delivery::AtLeastOnce => self.deliver_then_commit(batch, records, consumer, deadline),
        }
    }

    /// Sends records and waits until every one of them is acknowledged, or one has failed.
    fn send_all<'b>(
        &self,
        records: impl Iterator<Item = Record<'b>>,
        deadline: &Deadline,
    ) -> Result<(), NotSent> {
        self.enqueue_all(records, deadline)?;
        self.await_all(deadline)
    }

    /// Hands records to the client, which sends them in the background.
    fn enqueue_all<'b>(
        &self,
        mut records: impl Iterator<Item = Record<'b>>,
        deadline: &Deadline,
    ) -> Result<(), NotSent> {
        records.try_for_each(|record| self.enqueue(record, deadline))
    }

    /// Waits until every record is acknowledged, or one has failed.
    fn await_all(&self, deadline: &Deadline) -> Result<(), NotSent> {
        let events = self.producer.context();
        while self.producer.in_flight_count() > 0 && !events.has_failed() {
            if deadline.is_over() {
                return Err(NotSent::Late);
            }
            self.producer.poll(ACKNOWLEDGEMENT_POLL);
        }
        match events.take_failure() {
            None => Ok(()),
            Some(error) => Err(not_sent(error)),
        }
    }

    fn enqueue(&self, record: Record<'_>, deadline: &Deadline) -> Result<(), NotSent> {
        let mut waiting = BaseRecord::to(record.topic)
            .key(record.key.as_str())
            .payload(record.json)
            .headers(record.headers);
        loop {
            match self.producer.send(waiting) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(Code::QueueFull), refused)) => {
                    if deadline.is_over() {
                        return Err(NotSent::Late);
                    }
                    self.producer.poll(ACKNOWLEDGEMENT_POLL);
                    waiting = refused;
                }
                Err((error, _)) => return Err(not_sent(error)),
            }
        }
    }

    /// Whether an error has ended the life of the producer.
    fn is_broken(&self) -> bool {
        self.producer.client().fatal_error().is_some()
    }

    /// Forgets records that nobody waits for any more, so that none of their acknowledgements can
    /// be taken for one of the next batch. Returns why the batch failed: what is told now may be
    /// the cause of what was noticed first.
    fn discard_unsent(&self, noticed: NotSent) -> NotSent {
        self.producer.purge(PurgeConfig::default().queue().inflight());
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(ACKNOWLEDGEMENT_POLL);
        }
        match self.producer.context().take_failure().map(not_sent) {
            Some(NotSent::TooLarge) => NotSent::TooLarge,
            _ => noticed,
        }
    }
}

fn not_sent(error: KafkaError) -> NotSent {
    match error.rdkafka_error_code() {
        Some(Code::MessageSizeTooLarge) => NotSent::TooLarge,
        _ => NotSent::Error("producing", error),
    }
}

#[cfg(not(feature = "deliberate-faults"))]
impl Deliverer {
    /// Never, but in tests of the oracle.
    fn leaves_offsets_out(&self) -> bool {
        false
    }

    /// Sends records and waits for all of them, but in tests of the oracle.
    fn send_to_be_committed<'b>(
        &self,
        records: impl Iterator<Item = Record<'b>>,
        deadline: &Deadline,
    ) -> Result<(), NotSent> {
        self.send_all(records, deadline)
    }
}

impl NotSent {
    /// What no retry would mend.
    fn end_of_service(&self) -> Option<ServeError> {
        match self {
            Self::Error(operation, error) => end_of_service(operation, error),
            Self::TooLarge | Self::Late => None,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::TooLarge => Failure::RecordTooLarge.to_string(),
            Self::Error(operation, error) => format!("{operation}: {error}"),
            Self::Late => "the brokers did not acknowledge all records in time".to_owned(),
        }
    }
}
