//! Reading back what was committed.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mingjian_schema::DeadLetter;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::topic_partition_list::Offset;

use super::feed::Feed;
use super::ledger::{Ledger, Way};
use crate::StreamConfig;
use crate::kafka::soak_reader;

const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// Reads both output topics from where they ended when the soak began.
pub(super) struct Reader {
    consumer: BaseConsumer,
    review_topic: String,
    feed: Arc<Feed>,
    /// The first post whose latency counts.
    timed_from: usize,
}

impl Reader {
    pub(super) fn at_the_end(config: &StreamConfig, feed: Arc<Feed>) -> Result<Self, KafkaError> {
        let kafka = &config.kafka;
        let consumer: BaseConsumer = soak_reader(kafka).create()?;
        let mut places = TopicPartitionList::new();
        for topic in [&kafka.review_topic, &kafka.dead_letter_topic] {
            let metadata = consumer.fetch_metadata(Some(topic), PATIENCE)?;
            for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
                let end = end_of(&consumer, topic, partition.id())?;
                places.add_partition_offset(topic, partition.id(), Offset::Offset(end))?;
            }
        }
        consumer.assign(&places)?;
        Ok(Self { consumer, review_topic: kafka.review_topic.clone(), feed, timed_from: 0 })
    }

    /// Posts before this one say nothing of the latency: the service was not at work yet.
    pub(super) fn leave_out_the_latency_of(&mut self, posts: usize) {
        self.timed_from = posts;
    }

    /// Takes one record, if one comes. Whether one did.
    pub(super) fn read(&mut self, ledger: &mut Ledger) -> Result<bool, KafkaError> {
        match self.consumer.poll(POLL) {
            None => Ok(false),
            // Brokers come and go during a soak; reading goes on by itself.
            Some(Err(_)) => Ok(false),
            Some(Ok(message)) => {
                self.note(&message, ledger);
                Ok(true)
            }
        }
    }

    /// Takes all that is there.
    pub(super) fn read_to_the_end(&mut self, ledger: &mut Ledger) -> Result<(), KafkaError> {
        for _ in 0..10 {
            while self.read(ledger)? {}
        }
        Ok(())
    }

    fn note(&self, message: &impl Message, ledger: &mut Ledger) {
        let feed = &self.feed;
        let payload = message.payload().unwrap_or_default();
        if message.topic() == self.review_topic {
            let key = message.key().and_then(|key| std::str::from_utf8(key).ok());
            let Some(number) = key.and_then(|key| feed.number_in(key)) else { return };
            ledger.note(number, Way::IsFlagged);
            if number >= self.timed_from
                && let Some(latency) = latency(payload)
            {
                ledger.note_latency(latency);
            }
        } else if let Ok(letter) = serde_json::from_slice::<DeadLetter>(payload)
            && let Some(number) = letter.raw.as_deref().and_then(|raw| feed.number_in(raw))
        {
            ledger.note(number, Way::IsBuried);
        }
    }
}

/// Where a partition ends. That of a new topic may have no leader for a moment.
fn end_of(consumer: &BaseConsumer, topic: &str, partition: i32) -> Result<i64, KafkaError> {
    let began = Instant::now();
    loop {
        match consumer.fetch_watermarks(topic, partition, PATIENCE) {
            Ok((_, end)) => return Ok(end),
            Err(error) if began.elapsed() > PATIENCE => return Err(error),
            Err(_) => std::thread::sleep(POLL),
        }
    }
}

/// Milliseconds from the post's timestamp to now.
fn latency(flagged: &[u8]) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Sourced {
        source: mingjian_schema::SourcePosition,
    }
    let sourced: Sourced = serde_json::from_slice(flagged).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis();
    u64::try_from(now).ok()?.checked_sub(u64::try_from(sourced.source.timestamp?).ok()?)
}
