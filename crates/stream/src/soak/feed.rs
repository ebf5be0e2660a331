//! The posts of a soak: samples under ids of their own, some of them broken.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Map, Value};

use super::SoakError;
use super::instances::Committed;
use crate::kafka::soak_producer;
use crate::{StopSignal, StreamConfig};

/// Every so manieth post is broken, to see the dead letters too.
const BROKEN_EVERY: usize = 20;
const WARM_UP: usize = 1_000;
const FLUSH_PATIENCE: Duration = Duration::from_secs(60);

/// The posts in the order in which they are sent.
pub(crate) struct Feed {
    run: String,
    /// What comes after the id, one for each sample.
    samples: Vec<String>,
    posts: usize,
}

impl Feed {
    pub(crate) fn new(samples: &[Vec<u8>], posts: usize) -> Result<Self, SoakError> {
        let samples: Vec<_> = samples.iter().filter_map(|json| without_id(json)).collect();
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

    /// How many posts go ahead of an even rate, so that it meets a service that is at work.
    pub(super) fn warm_up(&self) -> usize {
        (self.posts / 10).min(WARM_UP)
    }

    /// The post with this number.
    pub(super) fn message(&self, number: usize) -> Vec<u8> {
        let id = format!("{}-{number}", self.run);
        if number % BROKEN_EVERY == BROKEN_EVERY - 1 {
            return format!(r#"{{"id":"{id}","text":"#).into_bytes();
        }
        // Put together, not serialised: whoever sends must not take the time of whoever is measured.
        format!(r#"{{"id":"{id}"{}"#, self.samples[number % self.samples.len()]).into_bytes()
    }

    /// The number of the post whose id, or a text that holds it, this is; none if it is of another
    /// run.
    pub(super) fn number_in(&self, text: &str) -> Option<usize> {
        let start = text.find(&self.run)? + self.run.len() + 1;
        let digits: String = text[start..].chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|number| *number < self.posts)
    }
}

/// A JSON object from behind its first field, the id, to its end.
fn without_id(json: &[u8]) -> Option<String> {
    let mut post: Map<String, Value> = serde_json::from_slice(json).ok()?;
    post.remove("id");
    let fields = Value::Object(post).to_string();
    let rest = fields.strip_prefix('{')?;
    Some(if rest == "}" { rest.to_owned() } else { format!(",{rest}") })
}

/// An even rate.
pub(super) struct Pace {
    /// Posts a second.
    pub(super) rate: f64,
    /// How many posts the service has committed.
    pub(super) progress: Arc<Committed>,
}

/// Sends all posts; at an even rate, if one is given, once the service has committed the first few.
pub(super) fn produce(
    config: &StreamConfig,
    feed: &Feed,
    pace: Option<&Pace>,
    stop: &StopSignal,
) -> Result<(), KafkaError> {
    let settings: ClientConfig = soak_producer(&config.kafka);
    let producer: BaseProducer = settings.create()?;
    let topic = config.kafka.input_topics.first().map(String::as_str).unwrap_or_default();
    let mut started = Instant::now();
    for number in 0..feed.posts() {
        if stop.is_stopped() {
            break;
        }
        if let Some(pace) = pace
            && number >= feed.warm_up()
        {
            if number == feed.warm_up() {
                producer.flush(FLUSH_PATIENCE)?;
                pace.progress.wait_for(number as u64, stop);
                started = Instant::now();
            }
            let ahead = (number - feed.warm_up()) as f64;
            let due = started + Duration::from_secs_f64(ahead / pace.rate);
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
        let feed = Feed::new(&[br#"{"id":"x","text":"a"}"#.to_vec()], 50).unwrap();
        for number in 0..50 {
            let message = String::from_utf8(feed.message(number)).unwrap();
            assert_eq!(feed.number_in(&message), Some(number));
            let post: Result<Value, _> = serde_json::from_str(&message);
            assert!(number % BROKEN_EVERY == BROKEN_EVERY - 1 || post.unwrap()["text"] == "a");
        }
        assert_eq!(feed.number_in("soak-1-2-3"), None);
    }
}
