//! Settings that are wrong by themselves or together, told before anything is started.

use std::fmt;
use std::net::SocketAddr;

use super::{DeadLetterConfig, Delivery, InputConfig, StreamConfig};

/// One setting that cannot stand, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The key, as in `kafka.review_topic`.
    pub key: String,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Settings that cannot stand; all of them, so that they can be mended in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfig(pub Vec<ConfigProblem>);

impl fmt::Display for ConfigProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.key, self.problem)
    }
}

impl fmt::Display for InvalidConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidConfig {}

/// The parser itself recurses, and gives up at 128.
const MAX_DEPTH: usize = 120;

/// What a dead letter needs beside the message, with its record's key and headers.
pub(crate) const DEAD_LETTER_OVERHEAD: usize = 8 * 1024;

/// Properties that follow from other keys, with the key to use.
const OWNED_PROPERTIES: [(&str, &str); 14] = [
    ("bootstrap.servers", "set kafka.brokers"),
    ("metadata.broker.list", "set kafka.brokers"),
    ("group.id", "set kafka.group"),
    ("group.instance.id", "set kafka.group_instance_id"),
    ("transactional.id", "set kafka.transactional_id"),
    ("message.max.bytes", "set kafka.max_record_bytes"),
    ("queued.max.messages.kbytes", "set kafka.prefetch_bytes"),
    ("fetch.max.bytes", "set kafka.prefetch_bytes"),
    ("queue.buffering.max.kbytes", "set kafka.output_queue_bytes"),
    ("queue.buffering.max.messages", "set kafka.output_queue_bytes"),
    ("enable.auto.commit", "offsets are committed with the results"),
    ("enable.auto.offset.store", "offsets are committed with the results"),
    ("enable.idempotence", "delivery depends on it"),
    ("isolation.level", "delivery depends on it"),
];

#[derive(Default)]
struct Problems(Vec<ConfigProblem>);

impl Problems {
    fn require(&mut self, holds: bool, key: &str, problem: impl Into<String>) {
        if !holds {
            self.0.push(ConfigProblem { key: key.to_owned(), problem: problem.into() });
        }
    }

    fn finish(self) -> Result<(), InvalidConfig> {
        if self.0.is_empty() { Ok(()) } else { Err(InvalidConfig(self.0)) }
    }
}

impl StreamConfig {
    /// Checks every setting by itself and against the others.
    ///
    /// # Errors
    /// All problems at once.
    pub fn check(&self) -> Result<(), InvalidConfig> {
        let mut problems = Problems::default();
        self.check_names(&mut problems);
        self.check_topics(&mut problems);
        self.check_properties(&mut problems);
        self.check_timeouts(&mut problems);
        self.check_batch(&mut problems);
        check_input(&self.input, &mut problems);
        check_dead_letters(&self.dead_letters, self.kafka.max_record_bytes, &mut problems);
        self.check_queues(&mut problems);
        self.check_candidate(&mut problems);
        problems.require(
            self.http.listen.parse::<SocketAddr>().is_ok(),
            "http.listen",
            format!("`{}` is not an address with a port; write 127.0.0.1:9464", self.http.listen),
        );
        problems.finish()
    }

    fn check_names(&self, problems: &mut Problems) {
        let kafka = &self.kafka;
        problems.require(
            !kafka.brokers.trim().is_empty(),
            "kafka.brokers",
            "empty; name at least one broker as host:port",
        );
        problems.require(
            !kafka.group.is_empty(),
            "kafka.group",
            "empty; name the consumer group that all instances share",
        );
        let is_named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
        problems.require(
            kafka.delivery != Delivery::ExactlyOnce || is_named(&kafka.transactional_id),
            "kafka.transactional_id",
            "not set; delivery = \"exactly_once\" needs a name that is stable across restarts and \
             different in each instance, such as the pod's name",
        );
        problems.require(
            kafka.group_instance_id.is_none() || is_named(&kafka.group_instance_id),
            "kafka.group_instance_id",
            "empty; leave it out, or give each instance a stable name of its own",
        );
    }

    fn check_topics(&self, problems: &mut Problems) {
        let kafka = &self.kafka;
        problems.require(
            !kafka.input_topics.is_empty() && !kafka.input_topics.iter().any(String::is_empty),
            "kafka.input_topics",
            "empty; name the topics that posts arrive on",
        );
        let outputs = [
            ("kafka.review_topic", &kafka.review_topic, "flagged posts go to"),
            ("kafka.dead_letter_topic", &kafka.dead_letter_topic, "unreadable messages go to"),
        ];
        for (key, topic, purpose) in outputs {
            problems.require(
                !topic.is_empty(),
                key,
                format!("not set; name the topic that {purpose}"),
            );
            problems.require(
                topic.is_empty() || !kafka.input_topics.contains(topic),
                key,
                format!("`{topic}` is an input topic too; results would be judged again"),
            );
        }
        problems.require(
            kafka.review_topic.is_empty() || kafka.review_topic != kafka.dead_letter_topic,
            "kafka.dead_letter_topic",
            "the same as kafka.review_topic; reviewers would see unreadable messages",
        );
    }

    fn check_properties(&self, problems: &mut Problems) {
        for (key, advice) in OWNED_PROPERTIES {
            problems.require(
                !self.kafka.properties.0.contains_key(key),
                &format!("kafka.properties.\"{key}\""),
                format!("cannot be set here; {advice}"),
            );
        }
    }

    fn check_timeouts(&self, problems: &mut Problems) {
        let timeouts = match self.kafka.timeouts() {
            Ok(timeouts) => timeouts,
            Err(key) => {
                let key = format!("kafka.properties.\"{key}\"");
                return problems.require(false, &key, "not a number of milliseconds");
            }
        };
        let mut require_less = |(lesser, less): (&str, u64), (greater, more): (&str, u64), why| {
            problems.require(
                less < more,
                lesser,
                format!("{less} ms is not below {greater} = {more} ms; {why}"),
            );
        };
        let transaction = ("kafka.properties.\"transaction.timeout.ms\"", timeouts.transaction_ms);
        let max_poll = ("kafka.properties.\"max.poll.interval.ms\"", timeouts.max_poll_ms);
        require_less(
            ("kafka.properties.\"message.timeout.ms\"", timeouts.message_ms),
            transaction,
            "a record must fail before its transaction does",
        );
        require_less(transaction, max_poll, "a slow commit must not cost the group membership");
        require_less(
            ("kafka.properties.\"session.timeout.ms\"", timeouts.session_ms),
            max_poll,
            "the group would never notice a stuck instance",
        );
        require_less(
            ("kafka.properties.\"heartbeat.interval.ms\"", timeouts.heartbeat_ms.saturating_mul(2)),
            ("kafka.properties.\"session.timeout.ms\"", timeouts.session_ms.saturating_add(1)),
            "two heartbeats must fit into a session, or one that is late ends it",
        );
        require_less(
            ("service.drain_ms", self.service.drain_ms),
            max_poll,
            "the group would give the partitions away while they are drained",
        );
        require_less(
            ("batch.linger_ms", self.batch.linger_ms),
            transaction,
            "posts would wait longer than a transaction may last",
        );
    }

    fn check_queues(&self, problems: &mut Problems) {
        let kafka = &self.kafka;
        problems.require(
            kafka.prefetch_bytes >= 1 << 20,
            "kafka.prefetch_bytes",
            format!("{} is less than 1 MiB; 33554432 is a good value", kafka.prefetch_bytes),
        );
        problems.require(
            kafka.output_queue_bytes >= kafka.max_record_bytes.max(1 << 20),
            "kafka.output_queue_bytes",
            format!(
                "{} is less than 1 MiB or than kafka.max_record_bytes = {}; 33554432 is a good \
                 value",
                kafka.output_queue_bytes, kafka.max_record_bytes
            ),
        );
    }

    fn check_candidate(&self, problems: &mut Problems) {
        problems.require(
            (0.0..=1.0).contains(&self.candidate.share),
            "candidate.share",
            format!("{} is not between 0 and 1", self.candidate.share),
        );
        let Some(topic) = &self.candidate.shadow_topic else { return };
        let kafka = &self.kafka;
        let is_taken = kafka.input_topics.contains(topic)
            || [&kafka.review_topic, &kafka.dead_letter_topic].contains(&topic);
        problems.require(
            !is_taken && !topic.is_empty(),
            "candidate.shadow_topic",
            "empty or one of the other topics; give the shadow a topic of its own",
        );
    }

    fn check_batch(&self, problems: &mut Problems) {
        problems.require(self.batch.max_posts > 0, "batch.max_posts", "0; 10000 is a good value");
        problems.require(
            self.batch.max_bytes >= self.input.max_bytes,
            "batch.max_bytes",
            format!(
                "{} is less than input.max_bytes = {}; a batch must hold the longest message",
                self.batch.max_bytes, self.input.max_bytes
            ),
        );
    }
}

impl InputConfig {
    /// Checks the section by itself, as a replay needs it.
    ///
    /// # Errors
    /// All problems at once.
    pub fn check(&self) -> Result<(), InvalidConfig> {
        let mut problems = Problems::default();
        check_input(self, &mut problems);
        problems.finish()
    }
}

fn check_input(input: &InputConfig, problems: &mut Problems) {
    problems.require(input.max_bytes > 0, "input.max_bytes", "0; every message would be refused");
    problems.require(
        (1..=MAX_DEPTH).contains(&input.max_depth),
        "input.max_depth",
        format!("{} is not between 1 and {MAX_DEPTH}; 64 is a good value", input.max_depth),
    );
    for (path, pointer) in input.fields.iter().flat_map(|fields| fields.pointers()) {
        problems.require(
            pointer.len() > 1 && pointer.starts_with('/'),
            &format!("input.fields.{path}"),
            format!("`{pointer}` is not a JSON Pointer to a field; write it as \"/mid\""),
        );
    }
    let author = input.fields.as_ref().and_then(|fields| fields.author.as_ref());
    problems.require(
        author.is_none_or(|author| author.id.is_some()),
        "input.fields.author.id",
        "not set; an author needs an id, so map it or leave the author out",
    );
}

fn check_dead_letters(letters: &DeadLetterConfig, record: usize, problems: &mut Problems) {
    problems.require(
        letters.breaker_ratio > 0.0 && letters.breaker_ratio <= 1.0,
        "dead_letters.breaker_ratio",
        format!("{} is not above 0 and at most 1; 0.5 is a good value", letters.breaker_ratio),
    );
    problems.require(
        letters.breaker_window > 0,
        "dead_letters.breaker_window",
        "0 messages; 1000 is a good value",
    );
    problems.require(
        letters.max_raw_bytes.div_ceil(3).saturating_mul(4) + DEAD_LETTER_OVERHEAD <= record,
        "dead_letters.max_raw_bytes",
        format!(
            "{} in Base64 does not fit into kafka.max_record_bytes = {record}; \
             take at most 7/10 of it",
            letters.max_raw_bytes
        ),
    );
}
