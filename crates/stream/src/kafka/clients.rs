//! librdkafka's settings: what we choose, then what the user overrides, then what delivery needs.

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use crate::config::Timeouts;
use crate::{Delivery, KafkaConfig};

/// Settings of a client that only asks for metadata or makes topics.
pub(crate) fn probe(kafka: &KafkaConfig) -> ClientConfig {
    overridden(kafka, &[], &[])
}

/// Messages that librdkafka fetches ahead for each partition.
const PREFETCH_MESSAGES: &str = "10000";

/// What one answer to a fetch may hold, in bytes.
pub(crate) fn fetch_bytes(kafka: &KafkaConfig) -> usize {
    (kafka.prefetch_bytes / 2).clamp(1_048_576, 16 << 20)
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
        ("queued.min.messages", PREFETCH_MESSAGES),
        // A broker that answers every fetch with the few posts of the last millisecond takes the
        // time in which they would be judged. A batch waits longer than this anyway.
        ("fetch.min.bytes", "65536"),
        ("fetch.wait.max.ms", "10"),
        // Lag and progress are as fresh as this.
        ("statistics.interval.ms", "2000"),
    ];
    let mut config = overridden(kafka, &chosen, &Timeouts::CONSUMER);
    config
        .set("queued.max.messages.kbytes", (kafka.prefetch_bytes / 1024).to_string())
        .set("fetch.max.bytes", fetch_bytes(kafka).to_string())
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
    config
        .set("enable.idempotence", "true")
        .set("message.max.bytes", max_record_bytes.to_string())
        .set("queue.buffering.max.kbytes", (kafka.output_queue_bytes / 1024).to_string());
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

/// Settings of the producer for the shadow topic: no transactions, and nothing that waits.
pub(super) fn shadow_producer(kafka: &KafkaConfig, max_record_bytes: usize) -> ClientConfig {
    let chosen =
        [("linger.ms", "50"), ("compression.type", "lz4"), ("message.timeout.ms", "10000")];
    let mut config = overridden(kafka, &chosen, &[]);
    config
        .set("message.max.bytes", max_record_bytes.to_string())
        .set("queue.buffering.max.kbytes", (SHADOW_QUEUE_BYTES / 1024).to_string());
    config
}

/// Shadow records that may wait, in bytes; more are dropped.
pub(crate) const SHADOW_QUEUE_BYTES: usize = 4 << 20;

/// Settings of the producer that a soak sends its posts with.
pub(crate) fn soak_producer(kafka: &KafkaConfig) -> ClientConfig {
    let chosen = [("linger.ms", "5"), ("enable.idempotence", "true"), ("compression.type", "lz4")];
    overridden(kafka, &chosen, &[])
}

/// Settings of the consumer that a soak reads results with.
pub(crate) fn soak_reader(kafka: &KafkaConfig) -> ClientConfig {
    let mut config = overridden(kafka, &[("fetch.wait.max.ms", "20")], &[]);
    config
        // Never used to commit, and never joined.
        .set("group.id", format!("{}-soak-reader", kafka.group))
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed");
    config
}

/// Settings of a consumer that reads as the service does, as fast as it can.
pub(crate) fn bench_consumer(kafka: &KafkaConfig) -> ClientConfig {
    let mut config = consumer(kafka);
    // Assigned its partitions by hand, it joins no group and commits nothing.
    config.set("group.id", format!("{}-consume-only", kafka.group));
    config
}
