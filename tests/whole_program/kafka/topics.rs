//! Topics of one test: making them, filling them, reading them back.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode;

use super::broker;
use super::feed::Message;

/// How long to wait for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The trace that every message of the tests belongs to.
pub(crate) const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The topics of one test, and the group that reads them.
pub(crate) struct Topics {
    pub(crate) bootstrap: String,
    pub(crate) input: String,
    pub(crate) review: String,
    pub(crate) dead_letters: String,
    pub(crate) group: String,
    partitions: i32,
    settings: Vec<(String, String)>,
}

impl Topics {
    /// Names that no other run uses, on a broker that may be shared.
    pub(crate) fn named(test: &str, partitions: i32) -> Self {
        Self::at(broker::bootstrap(), test, partitions)
    }

    /// Topics that cannot be there, because there is no broker.
    pub(crate) fn unreachable(bootstrap: &str) -> Self {
        Self::at(bootstrap, "unreachable", 1)
    }

    /// Names on a broker of one's own.
    pub(crate) fn at(bootstrap: &str, test: &str, partitions: i32) -> Self {
        let start = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let name = |what: &str| format!("mingjian-test-{test}-{start}-{what}");
        Self {
            bootstrap: bootstrap.to_owned(),
            input: name("posts"),
            review: name("review"),
            dead_letters: name("dead-letters"),
            group: name("group"),
            partitions,
            settings: Vec::new(),
        }
    }

    /// With these settings for the clients that make, fill and read the topics.
    pub(crate) fn with_settings(mut self, settings: &[(&str, String)]) -> Self {
        self.settings =
            settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        self
    }

    /// Makes all topics of a service.
    pub(crate) fn create_all(&self) {
        self.create(&[&self.input, &self.review, &self.dead_letters]);
    }

    /// Makes these topics.
    pub(crate) fn create(&self, names: &[&str]) {
        let admin: AdminClient<DefaultClientContext> = self.client(&[]).create().unwrap();
        let topics: Vec<_> = names
            .iter()
            .map(|name| NewTopic::new(name, self.partitions, TopicReplication::Fixed(1)))
            .collect();
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let made = block_on(admin.create_topics(&topics, &options)).unwrap();
        assert!(made.iter().all(Result::is_ok), "{made:?}");
    }

    /// Puts messages where they belong: the offset of each is its place in its partition.
    pub(crate) fn produce(&self, messages: &[Message]) {
        let settings = [("enable.idempotence", "true"), ("linger.ms", "20")];
        let producer: BaseProducer = self.client(&settings).create().unwrap();
        for message in messages {
            let trace = Header { key: "traceparent", value: Some(TRACE) };
            let mut record = BaseRecord::<(), [u8]>::to(&self.input)
                .partition(message.partition)
                .headers(OwnedHeaders::new().insert(trace));
            record.payload = message.payload.as_deref();
            while let Err((error, refused)) = producer.send(record) {
                assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::QueueFull));
                producer.poll(Duration::from_millis(10));
                record = refused;
            }
        }
        producer.flush(PATIENCE).unwrap();
    }

    /// Waits until the group has committed everything that the input topic holds.
    pub(crate) fn wait_until_consumed(&self) {
        self.wait_until_committed(|committed, end| committed == end);
    }

    /// Waits until the group has committed this share of what the input topic holds.
    pub(crate) fn wait_until_consumed_to(&self, share: f64) {
        self.wait_until_committed(|committed, end| committed as f64 >= end as f64 * share);
    }

    fn wait_until_committed(&self, is_reached: impl Fn(i64, i64) -> bool) {
        let consumer: BaseConsumer =
            self.client(&[("group.id", self.group.as_str())]).create().unwrap();
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_range(&self.input, 0, self.partitions - 1);
        let end: i64 = (0..self.partitions)
            .map(|partition| consumer.fetch_watermarks(&self.input, partition, PATIENCE).unwrap().1)
            .sum();
        let (mut before, mut since) = (-1, Instant::now());
        loop {
            // Each question is answered by the broker's coordinator, which paces this loop. A
            // broker that is down for now gives no answer.
            let committed = consumer
                .committed_offsets(partitions.clone(), Duration::from_secs(5))
                .map_or(before, |list| {
                    list.elements().iter().map(|one| position(one.offset())).sum()
                });
            if is_reached(committed, end) {
                return;
            }
            if committed > before {
                (before, since) = (committed, Instant::now());
            }
            assert!(since.elapsed() < PATIENCE, "only {committed} of {end} messages were consumed");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything committed on a topic: from its beginning to where it ends now.
    pub(crate) fn read_committed(&self, topic: &str) -> Vec<Vec<u8>> {
        self.read_each(topic, |message| message.payload().unwrap().to_vec())
    }

    /// The header `traceparent` of everything committed on a topic.
    pub(crate) fn read_traces(&self, topic: &str) -> Vec<Option<String>> {
        self.read_each(topic, |message| {
            let headers = message.headers()?;
            let header = headers.iter().find(|header| header.key == "traceparent")?;
            Some(String::from_utf8(header.value?.to_vec()).unwrap())
        })
    }

    fn read_each<T>(&self, topic: &str, take: impl Fn(&BorrowedMessage<'_>) -> T) -> Vec<T> {
        let settings = [
            ("group.id", self.group.as_str()),
            ("enable.auto.commit", "false"),
            ("isolation.level", "read_committed"),
            ("enable.partition.eof", "true"),
        ];
        let consumer: BaseConsumer = self.client(&settings).create().unwrap();
        let mut partitions = TopicPartitionList::new();
        for partition in 0..self.partitions {
            partitions.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
        }
        consumer.assign(&partitions).unwrap();
        let mut ended = std::collections::BTreeSet::new();
        let mut records = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while ended.len() < self.partitions as usize {
            assert!(Instant::now() < deadline, "{topic} does not end");
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => records.push(take(&message)),
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(partition))) => {
                    ended.insert(partition);
                }
                Some(Err(error)) => panic!("{topic} cannot be read: {error}"),
                None => {}
            }
        }
        records
    }

    fn client(&self, settings: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        for (key, value) in &self.settings {
            config.set(key, value);
        }
        for (key, value) in settings {
            config.set(*key, *value);
        }
        config
    }
}

fn position(offset: Offset) -> i64 {
    match offset {
        Offset::Offset(offset) => offset,
        _ => 0,
    }
}

/// Waits for one of librdkafka's answers, which another thread brings.
fn block_on<F: Future>(future: F) -> F::Output {
    use std::task::{Context, Poll, Wake};
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}
