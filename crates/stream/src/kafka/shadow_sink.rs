//! Records of the shadow topic: best effort, beside every transaction.

use std::time::Duration;

use rdkafka::producer::{BaseProducer, BaseRecord};

use super::clients;
use super::events::ShadowEvents;
use super::service::Service;
use crate::engine::{Judged, Shadowed};
use crate::metrics;

/// Where a shadow's verdicts go. Nothing that goes wrong here reaches the live path: a record that
/// cannot be written is dropped and counted.
pub(super) struct ShadowSink<'s> {
    target: Option<(BaseProducer<ShadowEvents>, &'s str)>,
}

impl<'s> ShadowSink<'s> {
    pub(super) fn new(service: &'s Service) -> Self {
        let Some(topic) = service.config.candidate.shadow_topic.as_deref() else {
            return Self { target: None };
        };
        let kafka = &service.config.kafka;
        let producer = clients::shadow_producer(kafka, kafka.max_record_bytes)
            .create_with_context(ShadowEvents)
            .inspect_err(|error| tracing::error!(%error, "there will be no shadow records"));
        Self { target: producer.ok().map(|producer| (producer, topic)) }
    }

    /// Sends what the shadow says of a batch, without waiting for anything.
    pub(super) fn send(&mut self, batch: &[Judged]) {
        let Some((producer, topic)) = &self.target else { return };
        let mut dropped = 0;
        for judged in batch {
            let Some(Shadowed::Judged { json: Some(json), .. }) = judged.shadowed.as_deref() else {
                continue;
            };
            let record = BaseRecord::<(), [u8]>::to(topic).payload(json);
            dropped += u64::from(producer.send(record).is_err());
        }
        metrics::shadow_dropped(dropped);
        producer.poll(Duration::ZERO);
    }
}
