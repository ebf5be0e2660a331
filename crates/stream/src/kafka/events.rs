//! What librdkafka tells us between calls: errors, logs, rebalances, acknowledgements.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::statistics::Statistics;

use super::in_flight::InFlight;
use super::progress::Progress;
use super::service::Service;
use crate::health::{Condition, Readiness};
use crate::memory::MemoryBound;
use crate::metrics;

/// How long an abort may take before partitions are given away without it.
const ABORT_PATIENCE: Duration = Duration::from_secs(5);

/// What every client reports.
#[derive(Debug)]
pub(super) struct ClientEvents {
    readiness: Readiness,
}

impl ClientEvents {
    pub(super) fn new(readiness: Readiness) -> Self {
        Self { readiness }
    }
}

impl ClientContext for ClientEvents {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        note_error(&self.readiness, &error, reason);
    }
}

impl ConsumerContext for ClientEvents {}

impl ProducerContext for ClientEvents {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// What the consumer reports.
pub(super) struct ConsumerEvents {
    readiness: Readiness,
    /// Set while `revoked` may hold something, so that the hot path takes no lock.
    has_revoked: AtomicBool,
    revoked: Mutex<Vec<(String, i32)>>,
    /// Partitions held. Counted here, because a callback that asks librdkafka while the consumer
    /// closes may wait for ever: the thread that would answer is gone.
    held: AtomicUsize,
    progress: Progress,
    memory: MemoryBound,
    in_flight: Arc<InFlight>,
    /// How long partitions are held on to for the sake of what is under way.
    patience: Duration,
    #[cfg(feature = "deliberate-faults")]
    store: Option<(u64, Arc<dyn crate::TransactionStore>)>,
}

impl ConsumerEvents {
    pub(super) fn new(service: &Service, in_flight: Arc<InFlight>) -> Self {
        let readiness = service.readiness.clone();
        readiness.pending(Condition::Assignment, "waiting for the group to assign partitions");
        metrics::assigned_partitions(0);
        service.memory.publish(0);
        Self {
            readiness,
            has_revoked: AtomicBool::new(false),
            revoked: Mutex::default(),
            held: AtomicUsize::new(0),
            progress: Progress::default(),
            memory: service.memory.clone(),
            in_flight,
            patience: Duration::from_millis(service.config.service.drain_ms),
            #[cfg(feature = "deliberate-faults")]
            store: service.faults.store.clone().map(|store| (crate::faults::next_session(), store)),
        }
    }

    /// The session's number in the test's store.
    #[cfg(feature = "deliberate-faults")]
    pub(super) fn session(&self) -> u64 {
        self.store.as_ref().map_or(0, |(session, _)| *session)
    }

    /// How far the partitions have come.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Finishes what is under way before partitions are given away, or gives it up. A commit that
    /// comes later still is refused by the group, because it is of an older generation.
    fn settle(&self, is_lost: bool) {
        if is_lost {
            self.in_flight.abandon();
        }
        if !self.in_flight.wait_until_empty(self.patience) {
            tracing::warn!("batches are given up for the sake of a rebalance");
            self.in_flight.abandon();
            self.in_flight.wait_until_empty(ABORT_PATIENCE);
        }
        self.in_flight.keep();
    }

    /// The partitions that were taken away since the last call.
    pub(super) fn take_revoked(&self) -> Vec<(String, i32)> {
        if !self.has_revoked.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        std::mem::take(&mut *self.revoked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ClientContext for ConsumerEvents {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        note_error(&self.readiness, &error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        if statistics.brokers.values().any(|broker| broker.state == "UP") {
            self.readiness.holds(Condition::Brokers);
        }
        self.progress.statistics(&statistics);
    }
}

impl ConsumerContext for ConsumerEvents {
    /// The same as the default, but that a test's store may say where partitions begin.
    #[cfg(feature = "deliberate-faults")]
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        kind: rdkafka::types::RDKafkaRespErr,
        partitions: &mut rdkafka::TopicPartitionList,
    ) {
        use rdkafka::consumer::RebalanceProtocol;
        use rdkafka::topic_partition_list::Offset;
        use rdkafka::types::RDKafkaRespErr as Kind;
        let is_incremental =
            matches!(consumer.rebalance_protocol(), RebalanceProtocol::Cooperative);
        let is_assignment = kind == Kind::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if is_assignment && let Some((session, store)) = &self.store {
            for mut partition in partitions.elements() {
                let begin = store.assigned(*session, partition.topic(), partition.partition());
                // An offset that cannot be set is seen by the oracle.
                let _ = partition.set_offset(Offset::Offset(begin));
            }
        }
        let rebalance = match is_assignment {
            true => Rebalance::Assign(partitions),
            false => Rebalance::Revoke(partitions),
        };
        self.pre_rebalance(consumer, &rebalance);
        let done = match (is_assignment, is_incremental) {
            (true, true) => consumer.incremental_assign(partitions),
            (true, false) => consumer.assign(partitions),
            (false, true) => consumer.incremental_unassign(partitions),
            (false, false) => consumer.unassign(),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "rebalance failed");
        }
        self.post_rebalance(consumer, &rebalance);
    }

    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(partitions) = rebalance else { return };
        self.settle(consumer.assignment_lost());
        self.progress.revoked(partitions);
        let mut revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        for partition in partitions.elements() {
            revoked.push((partition.topic().to_owned(), partition.partition()));
        }
        self.has_revoked.store(true, Ordering::Release);
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let before = self.held.load(Ordering::Acquire);
        let held = match rebalance {
            Rebalance::Assign(partitions) => before + partitions.count(),
            Rebalance::Revoke(partitions) => before.saturating_sub(partitions.count()),
            Rebalance::Error(_) => before,
        };
        self.held.store(held, Ordering::Release);
        metrics::assigned_partitions(held);
        self.memory.publish(held);
        match rebalance {
            Rebalance::Assign(partitions) => {
                // A partition that was taken away while it was paused comes back paused, and
                // nobody would think of resuming it.
                if let Err(error) = consumer.resume(partitions) {
                    tracing::warn!(%error, "cannot resume assigned partitions");
                }
                self.progress.assigned(partitions);
                self.readiness.holds(Condition::Assignment);
                self.readiness.holds(Condition::Brokers);
                tracing::info!(gained = partitions.count(), held, "partitions assigned");
            }
            Rebalance::Revoke(partitions) => {
                tracing::info!(lost = partitions.count(), held, "partitions revoked");
            }
            Rebalance::Error(error) => tracing::warn!(%error, "rebalance failed"),
        }
    }
}

/// What the shadow's producer reports: records that did not arrive.
#[derive(Debug)]
pub(super) struct ShadowEvents;

impl ClientContext for ShadowEvents {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "shadow producer");
    }
}

impl ProducerContext for ShadowEvents {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_err() {
            metrics::shadow_dropped(1);
        }
    }
}

/// What the producer reports.
#[derive(Debug)]
pub(super) struct ProducerEvents {
    readiness: Readiness,
    failure: Mutex<Option<KafkaError>>,
    has_failed: AtomicBool,
}

impl ProducerEvents {
    pub(super) fn new(readiness: Readiness) -> Self {
        Self { readiness, failure: Mutex::default(), has_failed: AtomicBool::new(false) }
    }

    /// Whether a record did not arrive since the failure was last taken.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Why records did not arrive since the last call: that one was too large if one was, because
    /// the others then fail for its sake, or else what was told first.
    pub(super) fn take_failure(&self) -> Option<KafkaError> {
        self.has_failed.store(false, Ordering::Release);
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(&self, error: &KafkaError) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let is_cause = error.rdkafka_error_code() == Some(Code::MessageSizeTooLarge);
        if is_cause || failure.is_none() {
            *failure = Some(error.clone());
        }
        self.has_failed.store(true, Ordering::Release);
    }
}

impl ClientContext for ProducerEvents {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        note_error(&self.readiness, &error, reason);
    }
}

impl ProducerContext for ProducerEvents {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            self.note(error);
        }
    }
}

fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        // One set of properties serves a consumer and a producer.
        _ if facility == "CONFWARN" && message.contains("will be ignored by this") => {}
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => tracing::error!(target: "librdkafka", facility, message),
        RDKafkaLogLevel::Warning => tracing::warn!(target: "librdkafka", facility, message),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => {
            tracing::info!(target: "librdkafka", facility, message);
        }
        RDKafkaLogLevel::Debug => tracing::debug!(target: "librdkafka", facility, message),
    }
}

/// Errors outside of any call are about connections; librdkafka mends them by itself or not.
fn note_error(readiness: &Readiness, error: &KafkaError, reason: &str) {
    match error.rdkafka_error_code() {
        Some(Code::AllBrokersDown) => {
            readiness.broken_somehow(Condition::Brokers, "no broker can be reached");
        }
        Some(Code::Authentication | Code::SaslAuthenticationFailed) => {
            readiness.broken(
                Condition::Brokers,
                "the broker refuses to authenticate this user; look at kafka.properties",
            );
        }
        Some(Code::SSL) => {
            readiness.broken(
                Condition::Brokers,
                "no TLS connection to the broker; look at ssl.* in kafka.properties",
            );
        }
        _ => {}
    }
    tracing::debug!(%error, reason, "kafka client");
}
