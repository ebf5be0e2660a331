//! librdkafka's settings: what we choose, then what the user overrides, then what delivery needs.

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use crate::config::Timeouts;
use crate::{Delivery, KafkaConfig};

/// Settings of a client that only asks for metadata.
pub(super) fn probe(kafka: &KafkaConfig) -> ClientConfig {
    overridden(kafka, &[], &[])
}

/// Settings of the consumer.
pub(super) fn consumer(kafka: &KafkaConfig) -> ClientConfig {
    let chosen = [
        // A group without a position reads everything: losing posts must be asked for.
        ("auto.offset.reset", "earliest"),
        // The classic protocol with static members has a restarted instance reading again within
        // a second; the new one (KIP-848) refuses a member that died without leaving.
        ("group.protocol", "classic"),
        ("partition.assignment.strategy", "cooperative-sticky"),
        // librdkafka's second of back-off after a full queue stalls a consumer that takes batches.
        ("fetch.queue.backoff.ms", "5"),
        ("queued.min.messages", "20000"),
        ("queued.max.messages.kbytes", "65536"),
        ("statistics.interval.ms", "5000"),
    ];
    let mut config = overridden(kafka, &chosen, &Timeouts::CONSUMER);
    config
        .set("group.id", &kafka.group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("isolation.level", "read_committed");
    if let Some(name) = &kafka.group_instance_id {
        config.set("group.instance.id", name);
    }
    config
}

/// Settings of the producer.
pub(super) fn producer(kafka: &KafkaConfig, max_record_bytes: usize) -> ClientConfig {
    // A batch's records are all at hand at once, so that waiting for more only costs latency.
    let chosen = [("linger.ms", "1"), ("compression.type", "lz4")];
    let timeouts: &[_] = match kafka.delivery {
        Delivery::ExactlyOnce => &Timeouts::PRODUCER,
        Delivery::AtLeastOnce => &[Timeouts::MESSAGE],
    };
    let mut config = overridden(kafka, &chosen, timeouts);
    config.set("enable.idempotence", "true").set("message.max.bytes", max_record_bytes.to_string());
    if let (Delivery::ExactlyOnce, Some(name)) = (kafka.delivery, &kafka.transactional_id) {
        config.set("transactional.id", name);
    }
    config
}

fn overridden(
    kafka: &KafkaConfig,
    chosen: &[(&str, &str)],
    timeouts: &[(&str, u64)],
) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set_log_level(RDKafkaLogLevel::Warning)
        .set("bootstrap.servers", &kafka.brokers)
        .set("client.id", "mingjian");
    for (key, value) in chosen {
        config.set(*key, *value);
    }
    for (key, default) in timeouts {
        config.set(*key, default.to_string());
    }
    for (key, value) in &kafka.properties.0 {
        config.set(key, value);
    }
    config
}
