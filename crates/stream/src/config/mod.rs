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
    /// `[candidate]`: what a judge on trial may do.
    pub candidate: CandidateConfig,
}

/// What a judge on trial may do. Which judge it is, the program says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CandidateConfig {
    /// Share of the posts that it judges in earnest, from 0 to 1; 0.
    pub share: f64,
    /// Whether it also judges all other posts without consequence; no.
    pub shadow: bool,
    /// Topic for what it says as a shadow; none, so that only metrics tell. Records are not part
    /// of any transaction, and one that cannot be written is dropped and counted.
    pub shadow_topic: Option<String>,
}

/// How much is judged and committed at once. A batch closes at the first bound that it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchConfig {
    /// Messages in a batch; 10,000.
    pub max_posts: usize,
    /// Bytes of messages in a batch, and of its records; 16 MiB.
    pub max_bytes: usize,
    /// How long a batch waits for more messages after its first, in milliseconds; 20. While the
    /// batch before it is being judged, it waits for that too.
    pub linger_ms: u64,
}

impl Default for BatchConfig {
    fn default() -> Self {
        Self { max_posts: 10_000, max_bytes: 16 << 20, linger_ms: 20 }
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
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeadLetterConfig {
    /// How much of a message its dead letter keeps, in bytes; 700,000, which in Base64 still fits
    /// into a record of 1 MB.
    pub max_raw_bytes: usize,
    /// The service pauses rather than dead-letter more than this share of its messages; 0.5. At 1
    /// it never pauses.
    pub breaker_ratio: f64,
    /// Over how many of the latest messages the share is taken; 1,000.
    pub breaker_window: u64,
    /// How long a pause lasts before a few messages are tried, in milliseconds; 30,000.
    pub breaker_pause_ms: u64,
}

impl Default for DeadLetterConfig {
    fn default() -> Self {
        Self {
            max_raw_bytes: 700_000,
            breaker_ratio: 0.5,
            breaker_window: 1_000,
            breaker_pause_ms: 30_000,
        }
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
