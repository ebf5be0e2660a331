//! The first stage: from nothing to clients that can consume and deliver.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::clients;
use super::consuming::Consuming;
use super::deadline::Deadline;
use super::delivery::Deliverer;
use super::events::ConsumerEvents;
use super::failure::{Failure, cannot_create};
use super::in_flight::InFlight;
use super::probe::{self, NotYet};
use super::service::{Backoff, Service};
use crate::ServeError;
use crate::health::Condition;

/// How long one attempt waits for the coordinator to finish what a former instance left open.
const INIT_PATIENCE: Duration = Duration::from_secs(10);

/// Not connected yet.
pub(super) struct Connecting<'s> {
    service: &'s Service,
}

impl<'s> Connecting<'s> {
    pub(super) fn new(service: &'s Service) -> Self {
        Self { service }
    }

    /// Tries until it works. `None` if a stop was asked for first.
    pub(super) fn connect(self) -> Result<Option<Consuming<'s>>, ServeError> {
        let mut backoff = Backoff::default();
        while !self.service.stop.is_stopped() {
            match self.attempt() {
                Ok(consuming) => {
                    self.service.readiness.holds(Condition::Session);
                    self.service.readiness.holds(Condition::Brokers);
                    self.service.readiness.holds(Condition::Delivery);
                    return Ok(Some(consuming));
                }
                Err(NotYet::Never(error)) => return Err(error),
                Err(NotYet::Waiting(reason)) => {
                    self.service.readiness.broken(Condition::Session, reason);
                }
            }
            if self.service.stop.wait(backoff.next()) {
                break;
            }
        }
        Ok(None)
    }

    fn attempt(&self) -> Result<Consuming<'s>, NotYet> {
        let Service { config, readiness, runtime, record_limit, .. } = self.service;
        probe::topics_exist(&config.kafka, readiness)?;
        if let Some(limit) = probe::topics_record_limit(&config.kafka, runtime) {
            record_limit.fetch_min(limit, Ordering::Relaxed);
        }
        let max_record_bytes = record_limit.load(Ordering::Relaxed);

        // The producer comes first: initialising its transactions finishes or aborts what a former
        // instance left open, and only then are the committed offsets final.
        let in_flight = Arc::new(InFlight::default());
        let deliverer = Deliverer::new(self.service, max_record_bytes, Arc::clone(&in_flight))
            .map_err(NotYet::Never)?;
        let deadline =
            Deadline::after(INIT_PATIENCE, &self.service.stop, Duration::ZERO, &in_flight);
        deliverer.initialise(&deadline).map_err(|failure| match failure {
            Failure::Fatal(error) => NotYet::Never(error),
            other => NotYet::Waiting(other.to_string()),
        })?;

        let consumer: BaseConsumer<ConsumerEvents> = clients::consumer(&config.kafka)
            .create_with_context(ConsumerEvents::new(self.service, in_flight))
            .map_err(|error| NotYet::Never(cannot_create(&error)))?;
        let topics: Vec<&str> = config.kafka.input_topics.iter().map(String::as_str).collect();
        consumer
            .subscribe(&topics)
            .map_err(|error| NotYet::Waiting(format!("cannot subscribe: {error}")))?;
        Ok(Consuming::new(self.service, consumer, deliverer, max_record_bytes))
    }
}
