//! The stage in which posts flow.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::batch::Batch;
use super::delivery::Deliverer;
use super::draining::Draining;
use super::events::ConsumerEvents;
use super::failure::{Failure, end_of_service};
use super::hold::Hold;
use super::left_behind::call_within;
use super::pipeline::{Delivered, Pipeline};
use super::records::RECORD_OVERHEAD;
use super::rewind::Rewind;
use super::service::{Backoff, Service};
use crate::health::Condition;
use crate::{ServeError, ServiceReport, breaker, metrics};

/// How long a poll waits while there is nothing to do; also how late a stop may be noticed.
const IDLE_POLL: Duration = Duration::from_millis(100);
/// How long a poll waits while a batch is due and the one before it is still being judged.
const BUSY_POLL: Duration = Duration::from_millis(2);
/// How long a full batch waits without a poll. Pausing partitions throws away what is fetched, so
/// that it is not worth it for a hiccup.
const SINK_PATIENCE: Duration = Duration::from_secs(1);
/// How long batches that are to be given up may take to notice it.
const SETTLE_PATIENCE: Duration = Duration::from_secs(120);
/// How long leaving the group may take.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);
const SEEK_PATIENCE: Duration = Duration::from_secs(10);

/// Connected: the clients of one session.
pub(super) struct Consuming<'s> {
    service: &'s Service,
    consumer: BaseConsumer<ConsumerEvents>,
    deliverer: Deliverer,
    max_json_bytes: usize,
}

/// How a session ended.
pub(super) enum Ended {
    /// A stop was asked for, and what was held is committed or given up.
    Stopped,
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
        let max_json_bytes = max_record_bytes.saturating_sub(RECORD_OVERHEAD);
        Self { service, consumer, deliverer, max_json_bytes }
    }

    /// Moves batches until a stop is asked for or the session is lost. The consumer is closed
    /// last, when nothing is under way any more.
    pub(super) fn run(self, report: &mut ServiceReport) -> Result<Ended, ServeError> {
        let consumer = Arc::new(self.consumer);
        let ended = thread::scope(|scope| {
            let pipeline = Pipeline::start(
                scope,
                self.service,
                Arc::clone(&consumer),
                self.deliverer,
                self.max_json_bytes,
            );
            let flow = Flow::new(self.service, &consumer, pipeline);
            flow.run(report)
        });
        if call_within(CLOSE_PATIENCE, "closing", move || close(consumer)).is_none() {
            tracing::error!("the consumer does not close; it is left behind");
        }
        ended
    }
}

/// Leaves the group, also if a call that does not return keeps the consumer alive.
fn close(consumer: Arc<BaseConsumer<ConsumerEvents>>) {
    let consumer = match Arc::try_unwrap(consumer) {
        // Its end closes it.
        Ok(consumer) => return drop(consumer),
        Err(shared) => shared,
    };
    if let Err(error) = consumer.close_queue() {
        tracing::warn!(%error, "the consumer cannot be closed");
        return;
    }
    while !consumer.closed() {
        // Messages that still come are read again by whoever gets the partition.
        let _ = consumer.poll(IDLE_POLL);
    }
}

/// The consumer's side while posts flow: the open batch, and what becomes of those before it.
pub(super) struct Flow<'s, 'c> {
    pub(super) service: &'s Service,
    consumer: &'c BaseConsumer<ConsumerEvents>,
    pub(super) pipeline: Pipeline,
    open: Batch,
    full_since: Option<Instant>,
    hold: Option<Hold>,
    rewind: Rewind,
    given_away: Vec<(String, i32)>,
    /// Counts the times that batches were given up. Those of an earlier epoch are not committed.
    epoch: u64,
    backoff: Backoff,
    made_progress: bool,
    max_kept: usize,
}

impl<'s, 'c> Flow<'s, 'c> {
    fn new(
        service: &'s Service,
        consumer: &'c BaseConsumer<ConsumerEvents>,
        pipeline: Pipeline,
    ) -> Self {
        let config = &service.config;
        Self {
            service,
            consumer,
            pipeline,
            open: Batch::default(),
            full_since: None,
            hold: None,
            rewind: Rewind::default(),
            given_away: Vec::new(),
            epoch: 1,
            backoff: Backoff::default(),
            made_progress: false,
            max_kept: config.input.max_bytes.max(config.dead_letters.max_raw_bytes),
        }
    }

    fn run(mut self, report: &mut ServiceReport) -> Result<Ended, ServeError> {
        loop {
            if let Err(failure) = self.step(report) {
                self.pipeline.in_flight().abandon();
                return self.end(failure);
            }
            if self.service.stop.is_stopped() {
                return Draining::new(self).finish(report);
            }
        }
    }

    /// One look at everything that may need doing.
    fn step(&mut self, report: &mut ServiceReport) -> Result<(), Failure> {
        while let Some(delivered) = self.pipeline.result() {
            if let ControlFlow::Break(failure) = self.take_result(delivered, report) {
                self.give_up(failure, report)?;
            }
        }
        self.forget_given_away();
        if self.hold.is_some() {
            return self.stay();
        }
        let limits = &self.service.config.batch;
        let max_posts = match self.service.breaker.is_half_open() {
            true => breaker::PROBE_POSTS.min(limits.max_posts),
            false => limits.max_posts,
        };
        if self.open.is_full(max_posts, limits.max_bytes) {
            return self.submit_when_free();
        }
        let remaining = self.open.remaining(Duration::from_millis(limits.linger_ms));
        match remaining {
            None => self.poll(IDLE_POLL),
            Some(Duration::ZERO) if self.pipeline.in_flight().is_free() => self.submit(),
            Some(Duration::ZERO) => self.poll(BUSY_POLL),
            Some(remaining) => self.poll(remaining),
        }
    }

    fn poll(&mut self, limit: Duration) -> Result<(), Failure> {
        let polled = self.consumer.poll(limit);
        for (topic, partition) in self.consumer.context().take_revoked() {
            self.open.forget(&topic, partition);
            self.given_away.push((topic, partition));
        }
        match polled {
            None => Ok(()),
            Some(Ok(message)) => {
                self.open.push(&message, self.max_kept);
                Ok(())
            }
            Some(Err(error)) => self.judge_error(&error),
        }
    }

    /// What failed before its partition was given away is read again by the new owner. Results
    /// must have been taken before, because it is they that say what failed.
    fn forget_given_away(&mut self) {
        for (topic, partition) in self.given_away.drain(..) {
            self.rewind.forget(&topic, partition);
        }
    }

    pub(super) fn submit(&mut self) -> Result<(), Failure> {
        self.full_since = None;
        self.pipeline.submit(std::mem::take(&mut self.open), self.epoch)
    }

    fn submit_when_free(&mut self) -> Result<(), Failure> {
        if self.pipeline.in_flight().wait_until_free(IDLE_POLL) {
            return self.submit();
        }
        let waited = self.full_since.get_or_insert_with(Instant::now).elapsed();
        if waited > SINK_PATIENCE {
            self.begin(Hold::Sink)?;
        }
        Ok(())
    }

    /// Stops the flow of messages, but not the polls by which the group knows that we are there.
    fn begin(&mut self, hold: Hold) -> Result<(), Failure> {
        tracing::info!(reason = hold.reason(), "partitions paused");
        metrics::paused(true);
        self.pause()?;
        self.hold = Some(hold);
        Ok(())
    }

    fn stay(&mut self) -> Result<(), Failure> {
        let is_over = match &self.hold {
            None => true,
            Some(Hold::Sink) => self.pipeline.in_flight().wait_until_free(IDLE_POLL),
            Some(Hold::Backoff { until }) => Instant::now() >= *until,
            Some(Hold::Breaker) => !self.service.breaker.is_pausing(),
        };
        if is_over {
            return self.release();
        }
        let held = self.open.len();
        let waits_elsewhere = matches!(self.hold, Some(Hold::Sink));
        self.poll(if waits_elsewhere { Duration::ZERO } else { IDLE_POLL })?;
        if self.open.len() > held {
            // It came from a partition that was assigned after the pause.
            self.pause()?;
        }
        Ok(())
    }

    fn pause(&self) -> Result<(), Failure> {
        let paused = self.consumer.assignment().and_then(|own| self.consumer.pause(&own));
        paused.map_err(|error| Failure::SessionLost(format!("cannot pause partitions: {error}")))
    }

    /// Lets messages flow again, from where reading has to go on.
    fn release(&mut self) -> Result<(), Failure> {
        let lost =
            |error| Failure::SessionLost(format!("cannot go back to the last commit: {error}"));
        let own = self.consumer.assignment().map_err(lost)?;
        self.consumer.resume(&own).map_err(lost)?;
        if !self.rewind.is_empty() {
            // After the pause's end, which would otherwise put the old position back. Nothing is
            // polled in between.
            let offsets = self.rewind.take().map_err(lost)?;
            let sought = self.consumer.seek_partitions(offsets, SEEK_PATIENCE).map_err(lost)?;
            for partition in sought.elements() {
                partition.error().map_err(lost)?;
            }
        }
        self.hold = None;
        self.full_since = None;
        metrics::paused(false);
        tracing::info!("partitions resumed");
        self.service.readiness.holds(Condition::DeadLetters);
        Ok(())
    }

    /// Counts what was committed. `Break` if a batch failed.
    pub(super) fn take_result(
        &mut self,
        delivered: Delivered,
        report: &mut ServiceReport,
    ) -> ControlFlow<Failure> {
        match delivered {
            Delivered::Committed(counts) => {
                report.counts.merge(&counts);
                report.batches += 1;
                report.drained = true;
                self.service.progress.send_replace(report.counts.clone());
                self.made_progress = true;
                self.backoff = Backoff::default();
            }
            Delivered::Discarded(spans) => self.rewind.add(spans),
            Delivered::Failed(failure, spans) => {
                report.aborted_batches += 1;
                report.drained = false;
                metrics::batch_aborted();
                self.rewind.add(spans);
                return ControlFlow::Break(failure);
            }
        }
        ControlFlow::Continue(())
    }

    /// After a failed batch: gives up those behind it, and goes back once the time has come.
    fn give_up(&mut self, failure: Failure, report: &mut ServiceReport) -> Result<(), Failure> {
        let hold = match &failure {
            Failure::Aborted(reason) => {
                tracing::warn!(reason, "batch aborted, reading it again");
                let reason = format!("batch aborted: {reason}");
                self.service.readiness.broken(Condition::Delivery, reason);
                Hold::Backoff { until: Instant::now() + self.backoff.next() }
            }
            Failure::TooManyDeadLetters(reason) => {
                let reason = format!("paused: {reason}");
                self.service.readiness.broken(Condition::DeadLetters, reason);
                Hold::Breaker
            }
            _ => return Err(failure),
        };
        if !self.pipeline.in_flight().wait_until_empty(SETTLE_PATIENCE) {
            return Err(Failure::SessionLost("batches that were given up do not end".to_owned()));
        }
        while let Some(delivered) = self.pipeline.result() {
            // A second failure is one that the first has caused, unless it says more.
            if let ControlFlow::Break(failure) = self.take_result(delivered, report)
                && !matches!(failure, Failure::Aborted(_) | Failure::TooManyDeadLetters(_))
            {
                return Err(failure);
            }
        }
        self.rewind.add(std::mem::take(&mut self.open).into_spans());
        self.forget_given_away();
        self.epoch += 1;
        self.begin(hold)
    }

    fn end(self, failure: Failure) -> Result<Ended, ServeError> {
        let made_progress = self.made_progress;
        match failure {
            Failure::Fatal(error) => Err(error),
            Failure::Aborted(reason)
            | Failure::TooManyDeadLetters(reason)
            | Failure::SessionLost(reason) => Ok(Ended::SessionLost { reason, made_progress }),
            Failure::RecordTooLarge => {
                let lower = lower_record_limit(self.service);
                let reason =
                    format!("a topic refused a record as too large; trying {lower} bytes at most");
                Ok(Ended::SessionLost { reason, made_progress })
            }
        }
    }

    /// Whether there is a batch to finish before leaving. What waits to be read again is not.
    pub(super) fn has_open_batch(&self) -> bool {
        !self.open.is_empty() && !matches!(self.hold, Some(Hold::Backoff { .. } | Hold::Breaker))
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
