//! Between the consumer and the commit: one thread judges a batch, on all workers, while another
//! delivers the batch before it.
//!
//! The hand-over waits, so that at most one batch is being judged (or is judged and waits) and one
//! is being delivered: that is the bound on memory, and the order of offsets is kept without
//! anybody sorting.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::Scope;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::account::{self, Times};
use super::batch::{Batch, Span};
use super::deadline::Deadline;
use super::delivery::Deliverer;
use super::events::ConsumerEvents;
use super::failure::Failure;
use super::in_flight::InFlight;
use super::service::Service;
use super::shadow_sink::ShadowSink;
use crate::Counts;
use crate::engine::Judged;
use crate::health::Condition;
use crate::metrics::SecondLookCounter;

/// The way in and the way out.
pub(super) struct Pipeline {
    batches: SyncSender<Submitted>,
    results: Receiver<Delivered>,
    in_flight: Arc<InFlight>,
}

/// What became of a batch, or of a part of one.
#[derive(Debug)]
pub(super) enum Delivered {
    /// Its records and offsets are committed.
    Committed(Counts),
    /// It was not delivered; what it covers must be read again.
    Failed(Failure, Vec<Span>),
    /// A batch before it failed, so that it was not even tried.
    Discarded(Vec<Span>),
}

struct Submitted {
    batch: Batch,
    epoch: u64,
}

struct Handed {
    batch: Batch,
    judged: Vec<Judged>,
    epoch: u64,
    classify: Duration,
}

/// What both threads need.
#[derive(Clone)]
struct Stage<'s> {
    service: &'s Service,
    in_flight: Arc<InFlight>,
    results: Sender<Delivered>,
}

impl Pipeline {
    /// Starts the two threads, which end when the pipeline is dropped.
    pub(super) fn start<'scope, 's: 'scope>(
        scope: &'scope Scope<'scope, '_>,
        service: &'s Service,
        consumer: Arc<BaseConsumer<ConsumerEvents>>,
        deliverer: Deliverer,
        max_json_bytes: usize,
    ) -> Self {
        let in_flight = Arc::clone(deliverer.in_flight());
        let (batches, submitted) = mpsc::sync_channel(1);
        let (hand_over, handed) = mpsc::sync_channel(0);
        let (sender, results) = mpsc::channel();
        let stage = Stage { service, in_flight: Arc::clone(&in_flight), results: sender };
        let judging = stage.clone();
        scope.spawn(move || judging.judge_all(&submitted, &hand_over, max_json_bytes));
        scope.spawn(move || stage.deliver_all(&handed, &consumer, &deliverer));
        Self { batches, results, in_flight }
    }

    /// Gives a batch to be judged and delivered. To be called when the pipeline is free.
    pub(super) fn submit(&self, batch: Batch, epoch: u64) -> Result<(), Failure> {
        self.in_flight.submitted();
        let ended = |_| Failure::SessionLost("a thread of the service ended".to_owned());
        self.batches.send(Submitted { batch, epoch }).map_err(ended)
    }

    /// What became of a batch, if there is news.
    pub(super) fn result(&self) -> Option<Delivered> {
        self.results.try_recv().ok()
    }

    pub(super) fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }
}

impl Stage<'_> {
    fn judge_all(
        &self,
        submitted: &Receiver<Submitted>,
        hand_over: &SyncSender<Handed>,
        max_json_bytes: usize,
    ) {
        while let Ok(Submitted { batch, epoch }) = submitted.recv() {
            self.judge(batch, epoch, hand_over, max_json_bytes);
            self.in_flight.judged();
        }
    }

    /// Judges a batch and hands it over, in parts if its records take much memory.
    fn judge(
        &self,
        batch: Batch,
        epoch: u64,
        hand_over: &SyncSender<Handed>,
        max_json_bytes: usize,
    ) {
        let judges = self.service.engine.judges();
        let max_total_bytes = self.service.config.batch.max_bytes;
        let mut next = Some(batch);
        while let Some(mut batch) = next.take() {
            if self.in_flight.is_spoilt(epoch) {
                self.report(Delivered::Discarded(batch.into_spans()));
                return;
            }
            let started = Instant::now();
            let done = self.service.engine.judge_batch(
                &judges,
                &batch.messages,
                max_json_bytes,
                max_total_bytes,
            );
            let classify = started.elapsed();
            next = batch.split_off(done.judged.len());
            self.in_flight.handed_over();
            let handed = Handed { batch, judged: done.judged, epoch, classify };
            if hand_over.send(handed).is_err() {
                return;
            }
        }
    }

    fn deliver_all(
        &self,
        handed: &Receiver<Handed>,
        consumer: &Arc<BaseConsumer<ConsumerEvents>>,
        deliverer: &Deliverer,
    ) {
        let mut shadow = ShadowSink::new(self.service);
        let mut second_looks = SecondLookCounter::default();
        while let Ok(Handed { batch, judged, epoch, classify }) = handed.recv() {
            if self.in_flight.is_spoilt(epoch) {
                self.report(Delivered::Discarded(batch.into_spans()));
                self.in_flight.delivered();
                continue;
            }
            let started = Instant::now();
            match self.deliver(&batch, &judged, consumer, deliverer) {
                Ok(()) => {
                    let times = Times { classify, deliver: started.elapsed() };
                    let counts = account::committed(&batch, &judged, times);
                    consumer.context().progress().committed(batch.spans());
                    shadow.send(&judged);
                    second_looks.update(&self.service.engine.judges().live);
                    self.service.readiness.holds(Condition::Delivery);
                    self.report(Delivered::Committed(counts));
                }
                Err(failure) => {
                    self.in_flight.spoil(epoch);
                    self.report(Delivered::Failed(failure, batch.into_spans()));
                }
            }
            self.in_flight.delivered();
        }
    }

    fn deliver(
        &self,
        batch: &Batch,
        judged: &[Judged],
        consumer: &Arc<BaseConsumer<ConsumerEvents>>,
        deliverer: &Deliverer,
    ) -> Result<(), Failure> {
        let (read, dead) = account::dead_letters(judged);
        self.service.breaker.admit(read, dead).map_err(Failure::TooManyDeadLetters)?;
        let time_to_drain = Duration::from_millis(self.service.config.service.drain_ms);
        let deadline = Deadline::after(
            deliverer.patience(),
            &self.service.stop,
            time_to_drain,
            &self.in_flight,
        );
        deliverer.deliver(batch, judged, consumer, &deadline)?;
        self.service.breaker.passed(read, dead);
        Ok(())
    }

    /// Nobody listens any more once the session has ended.
    fn report(&self, delivered: Delivered) {
        let _ = self.results.send(delivered);
    }
}
