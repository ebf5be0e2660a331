//! The stage in which posts flow.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::batch::Batch;
use super::deadline::Deadline;
use super::delivery::Deliverer;
use super::draining::Draining;
use super::events::ConsumerEvents;
use super::failure::{Failure, end_of_service};
use super::records::RECORD_OVERHEAD;
use super::service::{Backoff, Service};
use crate::engine::Encoded;
use crate::health::Condition;
use crate::{Counts, ServeError, ServiceReport, metrics};

/// How long a poll waits while there is nothing to do; also how late a stop may be noticed.
const IDLE_POLL: Duration = Duration::from_millis(100);

const SEEK_PATIENCE: Duration = Duration::from_secs(10);

/// Connected: the clients of one session.
pub(super) struct Consuming<'s> {
    service: &'s Service,
    consumer: BaseConsumer<ConsumerEvents>,
    deliverer: Deliverer,
    max_json_bytes: usize,
    backoff: Backoff,
    made_progress: bool,
}

/// How a session ended.
pub(super) enum Ended<'s> {
    /// A stop was asked for; one batch may be left.
    Stopped(Box<Draining<'s>>),
    /// The clients cannot go on. They are closed; what was not committed will be read again.
    SessionLost {
        /// Why.
        reason: String,
        /// Whether anything was committed before.
        made_progress: bool,
    },
}

impl<'s> Consuming<'s> {
    pub(super) fn new(
        service: &'s Service,
        consumer: BaseConsumer<ConsumerEvents>,
        deliverer: Deliverer,
        max_record_bytes: usize,
    ) -> Self {
        Self {
            service,
            consumer,
            deliverer,
            max_json_bytes: max_record_bytes.saturating_sub(RECORD_OVERHEAD),
            backoff: Backoff::default(),
            made_progress: false,
        }
    }

    /// Moves batches until a stop is asked for or the session is lost.
    pub(super) fn run(mut self, report: &mut ServiceReport) -> Result<Ended<'s>, ServeError> {
        loop {
            let batch = match self.collect() {
                Ok(batch) => batch,
                Err(failure) => return self.end(failure),
            };
            if self.service.stop.is_stopped() {
                return Ok(Ended::Stopped(Box::new(Draining::new(self, batch))));
            }
            if batch.is_empty() {
                continue;
            }
            let Err(failure) = self.process(&batch, report) else { continue };
            if let ControlFlow::Break(failure) = self.recover(&batch, failure, report) {
                return self.end(failure);
            }
        }
    }

    /// Polls until a batch is full or due, or until a stop is asked for.
    fn collect(&self) -> Result<Batch, Failure> {
        let limits = &self.service.config.batch;
        let mut batch = Batch::default();
        while !batch.is_full(limits) && !self.service.stop.is_stopped() {
            let remaining = batch.remaining(limits);
            if remaining.is_some_and(|remaining| remaining.is_zero()) {
                break;
            }
            let polled = self.consumer.poll(remaining.unwrap_or(IDLE_POLL));
            for (topic, partition) in self.consumer.context().take_revoked() {
                batch.forget(&topic, partition);
            }
            match polled {
                None => {}
                Some(Ok(message)) => batch.push(&message),
                Some(Err(error)) => self.judge_error(&error)?,
            }
        }
        Ok(batch)
    }

    /// Judges a batch and commits what became of it.
    pub(super) fn process(
        &mut self,
        batch: &Batch,
        report: &mut ServiceReport,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let encoded = self.service.engine.encode_batch(&batch.messages, self.max_json_bytes);
        let classify = started.elapsed();

        let time_to_drain = Duration::from_millis(self.service.config.service.drain_ms);
        let patience = self.deliverer.patience();
        let deadline = Deadline::after(patience, &self.service.stop, time_to_drain);
        self.deliverer.deliver(batch, &encoded, &self.consumer, &deadline)?;
        let deliver = started.elapsed().saturating_sub(classify);
        self.count(batch, &encoded, report, classify, deliver);
        Ok(())
    }

    fn count(
        &mut self,
        batch: &Batch,
        encoded: &[Encoded],
        report: &mut ServiceReport,
        classify: Duration,
        deliver: Duration,
    ) {
        let mut counts = Counts::default();
        for (message, encoded) in batch.messages.iter().zip(encoded) {
            counts.add(message.length, &encoded.outcome);
        }
        debug_assert!(counts.is_conserved());
        report.counts.merge(&counts);
        report.batches += 1;
        report.drained = true;
        metrics::batch_committed(&counts, classify, deliver);
        if let Some(age) = batch.oldest_timestamp().and_then(age_of) {
            metrics::oldest_message_age(age);
        }
        self.service.progress.send_replace(report.counts.clone());
        self.service.readiness.holds(Condition::Delivery);
        self.made_progress = true;
        self.backoff = Backoff::default();
    }

    /// After an aborted batch: waits, then goes back to where it began.
    fn recover(
        &mut self,
        batch: &Batch,
        failure: Failure,
        report: &mut ServiceReport,
    ) -> ControlFlow<Failure> {
        report.aborted_batches += 1;
        report.drained = false;
        metrics::batch_aborted();
        let Failure::Aborted(reason) = &failure else { return ControlFlow::Break(failure) };
        if self.service.stop.is_stopped() {
            return ControlFlow::Break(failure);
        }
        tracing::warn!(reason, posts = batch.messages.len(), "batch aborted, reading it again");
        self.service.readiness.broken(Condition::Delivery, format!("batch aborted: {reason}"));
        let rewound = batch
            .first_offsets()
            .and_then(|offsets| self.consumer.seek_partitions(offsets, SEEK_PATIENCE));
        if let Err(error) = rewound {
            let reason = format!("cannot go back to the last commit: {error}");
            return ControlFlow::Break(Failure::SessionLost(reason));
        }
        // A stop cuts the wait short and is seen by the caller.
        let _ = self.service.stop.wait(self.backoff.next());
        ControlFlow::Continue(())
    }

    fn end(self, failure: Failure) -> Result<Ended<'s>, ServeError> {
        let made_progress = self.made_progress;
        match failure {
            Failure::Fatal(error) => Err(error),
            Failure::Aborted(reason) | Failure::SessionLost(reason) => {
                Ok(Ended::SessionLost { reason, made_progress })
            }
            Failure::RecordTooLarge => {
                let lower = lower_record_limit(self.service);
                let reason =
                    format!("a topic refused a record as too large; trying {lower} bytes at most");
                Ok(Ended::SessionLost { reason, made_progress })
            }
        }
    }

    fn judge_error(&self, error: &KafkaError) -> Result<(), Failure> {
        if let Some(end) = end_of_service("consuming", error) {
            return Err(Failure::Fatal(end));
        }
        match error {
            KafkaError::MessageConsumptionFatal(_) => {
                Err(Failure::SessionLost(format!("fatal consumer error: {error}")))
            }
            KafkaError::MessageConsumption(Code::UnknownTopicOrPartition) => {
                Err(Failure::SessionLost("an input topic has gone".to_owned()))
            }
            // Connections come and go; what lasts is told by the client's own error callback.
            _ => {
                tracing::debug!(%error, "consumer");
                Ok(())
            }
        }
    }
}

fn lower_record_limit(service: &Service) -> usize {
    const FLOOR: usize = 64 * 1024;
    let limit = service.record_limit.load(Ordering::Relaxed);
    let lower = (limit / 4 * 3).max(FLOOR);
    service.record_limit.store(lower, Ordering::Relaxed);
    lower
}

fn age_of(timestamp_ms: i64) -> Option<Duration> {
    let then = UNIX_EPOCH + Duration::from_millis(u64::try_from(timestamp_ms).ok()?);
    SystemTime::now().duration_since(then).ok()
}
