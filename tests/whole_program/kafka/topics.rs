//! Topics of one test: making them, filling them, reading them back.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message as _;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode;

use super::broker;
use super::feed::Message;

/// How long to wait for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The topics of one test, and the group that reads them.
pub(crate) struct Topics {
    pub(crate) bootstrap: String,
    pub(crate) input: String,
    pub(crate) review: String,
    pub(crate) dead_letters: String,
    pub(crate) group: String,
    partitions: i32,
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

    fn at(bootstrap: &str, test: &str, partitions: i32) -> Self {
        let start = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
        let name = |what: &str| format!("mingjian-test-{test}-{start}-{what}");
        Self {
            bootstrap: bootstrap.to_owned(),
            input: name("posts"),
            review: name("review"),
            dead_letters: name("dead-letters"),
            group: name("group"),
            partitions,
        }
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
            let mut record = BaseRecord::<(), [u8]>::to(&self.input).partition(message.partition);
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
        let consumer: BaseConsumer =
            self.client(&[("group.id", self.group.as_str())]).create().unwrap();
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_range(&self.input, 0, self.partitions - 1);
        let ends: Vec<_> = (0..self.partitions)
            .map(|partition| {
                let (_, end) = consumer.fetch_watermarks(&self.input, partition, PATIENCE).unwrap();
                Offset::Offset(end)
            })
            .collect();
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Each question is answered by the broker's coordinator, which paces this loop.
            let committed = consumer.committed_offsets(partitions.clone(), PATIENCE).unwrap();
            let reached: Vec<_> = committed.elements().iter().map(|one| one.offset()).collect();
            if reached == ends {
                return;
            }
            assert!(Instant::now() < deadline, "only {reached:?} of {ends:?} was consumed");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything committed on a topic: from its beginning to where it ends now.
    pub(crate) fn read_committed(&self, topic: &str) -> Vec<Vec<u8>> {
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
                Some(Ok(message)) => records.push(message.payload().unwrap().to_vec()),
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
        for (key, value) in settings {
            config.set(*key, *value);
        }
        config
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
