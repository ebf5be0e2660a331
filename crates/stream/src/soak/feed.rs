//! The posts of a soak: samples under ids of their own, some of them broken.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Map, Value};

use super::SoakError;
use crate::kafka::soak_producer;
use crate::{StopSignal, StreamConfig};

/// Every so manieth post is broken, to see the dead letters too.
const BROKEN_EVERY: usize = 20;
const FLUSH_PATIENCE: Duration = Duration::from_secs(60);

/// The posts in the order in which they are sent.
pub(super) struct Feed {
    run: String,
    samples: Vec<Map<String, Value>>,
    posts: usize,
}

impl Feed {
    pub(super) fn new(samples: &[Vec<u8>], posts: usize) -> Result<Self, SoakError> {
        let samples: Vec<_> =
            samples.iter().filter_map(|json| serde_json::from_slice(json).ok()).collect();
        if samples.is_empty() || posts == 0 {
            return Err(SoakError::NoPosts);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let run = format!("soak-{}-{}", now.as_millis(), std::process::id());
        Ok(Self { run, samples, posts })
    }

    pub(super) fn posts(&self) -> usize {
        self.posts
    }

    /// The post with this number.
    pub(super) fn message(&self, number: usize) -> Vec<u8> {
        let id = format!("{}-{number}", self.run);
        if number % BROKEN_EVERY == BROKEN_EVERY - 1 {
            return format!(r#"{{"id":"{id}","text":"#).into_bytes();
        }
        let mut post = self.samples[number % self.samples.len()].clone();
        post.insert("id".to_owned(), Value::String(id));
        Value::Object(post).to_string().into_bytes()
    }

    /// The number of the post whose id, or a text that holds it, this is; none if it is of another
    /// run.
    pub(super) fn number_in(&self, text: &str) -> Option<usize> {
        let start = text.find(&self.run)? + self.run.len() + 1;
        let digits: String = text[start..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|number| *number < self.posts)
    }
}

/// Sends all posts, at an even rate if one is given.
pub(super) fn produce(
    config: &StreamConfig,
    feed: &Feed,
    rate: Option<f64>,
    stop: &StopSignal,
) -> Result<(), KafkaError> {
    let settings: ClientConfig = soak_producer(&config.kafka);
    let producer: BaseProducer = settings.create()?;
    let topic = config.kafka.input_topics.first().map(String::as_str).unwrap_or_default();
    let started = Instant::now();
    for number in 0..feed.posts() {
        if stop.is_stopped() {
            break;
        }
        if let Some(rate) = rate {
            let due = started + Duration::from_secs_f64(number as f64 / rate);
            let early = due.saturating_duration_since(Instant::now());
            if early > Duration::from_millis(2) {
                producer.poll(Duration::ZERO);
                // Keeps to a rate; nothing is waited for here.
                std::thread::sleep(early);
            }
        }
        let (key, message) = (number.to_string(), feed.message(number));
        let mut record = BaseRecord::to(topic).key(&key).payload(&message);
        while let Err((error, refused)) = producer.send(record) {
            if error.rdkafka_error_code() != Some(Code::QueueFull) {
                return Err(error);
            }
            producer.poll(Duration::from_millis(10));
            record = refused;
        }
    }
    producer.flush(FLUSH_PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_tells_its_number() {
        let feed = Feed::new(&[br#"{"text":"a"}"#.to_vec()], 50).unwrap();
        for number in 0..50 {
            let message = String::from_utf8(feed.message(number)).unwrap();
            assert_eq!(feed.number_in(&message), Some(number));
        }
        assert_eq!(feed.number_in("soak-1-2-3"), None);
    }
}
