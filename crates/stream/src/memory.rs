//! How much memory the service takes at most, computed from its settings.

use crate::{StreamConfig, kafka, metrics};

/// What a message takes beside its own bytes while it stands in a batch: position, topic, trace.
const MESSAGE_OVERHEAD: u64 = 320;
/// What a judged message takes beside its record.
const JUDGED_OVERHEAD: u64 = 160;
/// What a message takes beside its own bytes while librdkafka holds it.
const FETCHED_OVERHEAD: u64 = 512;
/// Shortest message that the bound on fetched messages reckons with, in bytes.
const SHORTEST_MESSAGE: u64 = 100;
/// Messages that librdkafka holds of one partition at most: those it aims at, and one answer.
const FETCHED_PER_PARTITION: u64 = 20_000;
/// The open batch, the one that is judged, and the one that is delivered.
const BATCHES: u64 = 3;
/// Threads, connections, metrics, HTTP.
const MACHINERY: u64 = 48 << 20;
/// The allocator keeps some of what is freed.
const ALLOCATOR_SHARE: f64 = 1.25;

/// The bound. What the process takes before the first message, such as the model, is measured;
/// the rest follows from settings.
#[derive(Debug, Clone)]
pub(crate) struct MemoryBound {
    at_start: u64,
    config: StreamConfig,
}

impl MemoryBound {
    /// To be made when the model is loaded and before Kafka is touched.
    pub(crate) fn measured_now(config: &StreamConfig) -> Self {
        Self { at_start: resident_bytes().unwrap_or(0), config: config.clone() }
    }

    /// The bound while this many partitions are assigned, in bytes.
    pub(crate) fn bytes(&self, partitions: usize) -> u64 {
        let StreamConfig { kafka, batch, input, .. } = &self.config;
        let (max_posts, max_bytes) = (batch.max_posts as u64, batch.max_bytes as u64);
        let fetch = kafka::fetch_bytes(kafka) as u64;
        // What waits, an answer that overshoots it, and an answer under way.
        let fetched = kafka.prefetch_bytes as u64 + 2 * fetch;
        let fetched_messages =
            (partitions as u64 * FETCHED_PER_PARTITION).min(fetched / SHORTEST_MESSAGE);
        let batches = BATCHES * (max_bytes + input.max_bytes as u64 + max_posts * MESSAGE_OVERHEAD);
        // Records overshoot their bound by those of one slice, which is part of a batch.
        let records = 2 * (2 * max_bytes + max_posts * JUDGED_OVERHEAD);
        let queue = kafka.output_queue_bytes as u64 + kafka::SHADOW_QUEUE_BYTES as u64;
        let moving = fetched + fetched_messages * FETCHED_OVERHEAD + batches + records + queue;
        self.at_start + MACHINERY + (moving as f64 * ALLOCATOR_SHARE) as u64
    }

    /// Puts the bound into the metrics.
    pub(crate) fn publish(&self, partitions: usize) {
        metrics::memory_bound(self.bytes(partitions));
    }
}

/// What the process takes now, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_grows_with_every_setting_that_costs_memory() {
        let bytes = |change: fn(&mut StreamConfig), partitions| {
            let mut config = StreamConfig::default();
            change(&mut config);
            MemoryBound { at_start: 0, config }.bytes(partitions)
        };
        let default = bytes(|_| {}, 4);
        assert!((200 << 20..512 << 20).contains(&default), "{default}");
        assert!(bytes(|_| {}, 8) > default);
        assert_eq!(bytes(|_| {}, 10_000), bytes(|_| {}, 20_000));
        assert!(bytes(|config| config.batch.max_bytes *= 2, 4) > default);
        assert!(bytes(|config| config.batch.max_posts *= 2, 4) > default);
        assert!(bytes(|config| config.kafka.prefetch_bytes *= 2, 4) > default);
        assert!(bytes(|config| config.kafka.output_queue_bytes *= 2, 4) > default);
    }
}
