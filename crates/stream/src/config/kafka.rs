//! `[kafka]`: brokers, topics, identities.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// Where posts come from and where results go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaConfig {
    /// Brokers to ask first, `host:port` separated by commas; `127.0.0.1:9092`.
    pub brokers: String,
    /// Consumer group, shared by all instances; `mingjian`.
    pub group: String,
    /// Topics that posts arrive on. Must be set.
    pub input_topics: Vec<String>,
    /// Topic that flagged posts go to. Must be set.
    pub review_topic: String,
    /// Topic for messages that cannot be judged. Must be set.
    pub dead_letter_topic: String,
    /// Name of this instance's transactions: stable across restarts and different in each
    /// instance. Must be set for exactly-once delivery.
    pub transactional_id: Option<String>,
    /// Name of this instance in the group: with it a restarted instance gets its partitions back
    /// at once. Stable across restarts and different in each instance.
    pub group_instance_id: Option<String>,
    /// What a crash may cost; `exactly_once`.
    pub delivery: Delivery,
    /// Largest record to produce, in bytes; 1,000,000. A topic's own smaller limit counts too.
    pub max_record_bytes: usize,
    /// How much is fetched ahead of the open batch, in bytes; 32 MiB.
    pub prefetch_bytes: usize,
    /// How much may wait to be sent to the brokers, in bytes; 32 MiB.
    pub output_queue_bytes: usize,
    /// `[kafka.properties]`: further librdkafka settings (`security.protocol`, `sasl.username`, …).
    pub properties: Properties,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            group: "mingjian".to_owned(),
            input_topics: Vec::new(),
            review_topic: String::new(),
            dead_letter_topic: String::new(),
            transactional_id: None,
            group_instance_id: None,
            delivery: Delivery::ExactlyOnce,
            max_record_bytes: 1_000_000,
            prefetch_bytes: 32 << 20,
            output_queue_bytes: 32 << 20,
            properties: Properties::default(),
        }
    }
}

/// What a crash may cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Results and offsets are committed in one transaction: nothing is lost or doubled for
    /// readers with `isolation.level=read_committed`.
    #[default]
    ExactlyOnce,
    /// Offsets are committed after the results are acknowledged: nothing is lost, the last batch
    /// may come twice.
    AtLeastOnce,
}

/// librdkafka settings. Their values may be secrets and are never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Properties(pub BTreeMap<String, String>);

impl fmt::Debug for Properties {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// Times that librdkafka enforces, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// The coordinator aborts a transaction that is open for longer.
    pub(crate) transaction_ms: u64,
    /// A record that is not acknowledged by then has failed.
    pub(crate) message_ms: u64,
    /// A member that is silent for longer leaves the group.
    pub(crate) session_ms: u64,
    /// How often a member says that it is alive.
    pub(crate) heartbeat_ms: u64,
    /// A member that does not poll for longer leaves the group.
    pub(crate) max_poll_ms: u64,
}

impl Timeouts {
    pub(crate) const MESSAGE: (&'static str, u64) = ("message.timeout.ms", 30_000);
    /// Key and default of what the producer enforces.
    pub(crate) const PRODUCER: [(&'static str, u64); 2] =
        [("transaction.timeout.ms", 60_000), Self::MESSAGE];
    /// Key and default of what the consumer enforces.
    pub(crate) const CONSUMER: [(&'static str, u64); 3] = [
        ("session.timeout.ms", 45_000),
        ("max.poll.interval.ms", 300_000),
        ("heartbeat.interval.ms", 3_000),
    ];
}

impl KafkaConfig {
    /// The times in force. `Err` names a property whose value is not a number.
    pub(crate) fn timeouts(&self) -> Result<Timeouts, &'static str> {
        let read = |(key, default): (&'static str, u64)| match self.properties.0.get(key) {
            None => Ok(default),
            Some(value) => value.trim().parse().map_err(|_| key),
        };
        let [transaction, message] = Timeouts::PRODUCER;
        let [session, max_poll, heartbeat] = Timeouts::CONSUMER;
        Ok(Timeouts {
            transaction_ms: read(transaction)?,
            message_ms: read(message)?,
            session_ms: read(session)?,
            max_poll_ms: read(max_poll)?,
            heartbeat_ms: read(heartbeat)?,
        })
    }
}
