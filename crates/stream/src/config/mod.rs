//! What can be set, what it is when it is not set, and which settings do not go together.

mod check;
mod fields;
mod kafka;

pub(crate) use check::DEAD_LETTER_OVERHEAD;
pub use check::{ConfigProblem, InvalidConfig};
pub use fields::{AuthorFieldMap, FieldMap};
pub(crate) use kafka::Timeouts;
pub use kafka::{Delivery, KafkaConfig, Properties};

use serde::Deserialize;

/// Everything that the consumer service needs to know. Each section can stand alone in a larger
/// configuration; unknown keys are refused.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StreamConfig {
    /// `[kafka]`: where posts come from and where results go.
    pub kafka: KafkaConfig,
    /// `[batch]`: how much is judged and committed at once.
    pub batch: BatchConfig,
    /// `[input]`: what a message may look like.
    pub input: InputConfig,
    /// `[dead_letters]`: how messages that cannot be judged are kept.
    pub dead_letters: DeadLetterConfig,
    /// `[http]`: health and metrics.
    pub http: HttpConfig,
    /// `[service]`: threads and stopping.
    pub service: ServiceConfig,
}

/// How much is judged and committed at once. A batch closes at the first bound that it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchConfig {
    /// Messages in a batch; 10,000.
    pub max_posts: usize,
    /// Bytes of messages in a batch; 32 MiB.
    pub max_bytes: usize,
    /// How long a batch waits for more messages after its first, in milliseconds; 50.
    pub linger_ms: u64,
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self { max_posts: 10_000, max_bytes: 32 << 20, linger_ms: 50 }
    }
}

/// What a message may look like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InputConfig {
    /// Longest message in bytes; 1 MiB.
    pub max_bytes: usize,
    /// Deepest nesting of objects and arrays, at most 120; 64.
    pub max_depth: usize,
    /// `[input.fields]`: where the fields of a post stand in messages of another shape.
    pub fields: Option<FieldMap>,
}

impl Default for InputConfig {
    fn default() -> Self {
        Self { max_bytes: 1 << 20, max_depth: 64, fields: None }
    }
}

/// How messages that cannot be judged are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeadLetterConfig {
    /// How much of a message its dead letter keeps, in bytes; 700,000, which in Base64 still fits
    /// into a record of 1 MB.
    pub max_raw_bytes: usize,
}

impl Default for DeadLetterConfig {
    fn default() -> Self {
        Self { max_raw_bytes: 700_000 }
    }
}

/// Health and metrics.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port to listen on; `127.0.0.1:9464`. Port 0 takes a free one and logs it.
    pub listen: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: "127.0.0.1:9464".to_owned() }
    }
}

/// Threads and stopping.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// Threads that judge posts; 0, the default, is one a core.
    pub threads: usize,
    /// How long the last batch may take after a stop was asked for, in milliseconds; 20,000.
    pub drain_ms: u64,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self { threads: 0, drain_ms: 20_000 }
    }
}

#[cfg(test)]
mod tests;
