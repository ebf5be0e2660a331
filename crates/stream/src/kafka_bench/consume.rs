//! Reading a topic as the service reads it, and doing nothing with what comes.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::topic_partition_list::Offset;

use crate::StreamConfig;
use crate::kafka::bench_consumer;

/// Messages a second, from the first to the last of `messages` of the first input topic.
pub(super) fn rate(
    config: &StreamConfig,
    messages: u64,
    patience: Duration,
) -> Result<f64, KafkaError> {
    let kafka = &config.kafka;
    let topic = kafka.input_topics.first().map(String::as_str).unwrap_or_default();
    let consumer: BaseConsumer = bench_consumer(kafka).create()?;
    let metadata = consumer.fetch_metadata(Some(topic), patience)?;
    let mut start = TopicPartitionList::new();
    for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
        start.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
    }
    consumer.assign(&start)?;
    let mut first = None;
    let mut seen = 0;
    while seen < messages {
        match consumer.poll(patience) {
            Some(message) => message.map(drop)?,
            None => return Err(KafkaError::MessageConsumption(Code::OperationTimedOut)),
        }
        seen += 1;
        first.get_or_insert_with(Instant::now);
    }
    let seconds = first.map_or(0.0, |first| first.elapsed().as_secs_f64());
    Ok((seen - 1) as f64 / seconds.max(1e-6))
}
