//! The mock cluster, its topics, and what goes wrong with it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::mocking::{MockCluster, MockCoordinator};
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::{RDKafkaApiKey as Request, RDKafkaRespErr as Code};

use super::messages::{EACH, PARTITIONS, message};
use super::random::Random;

const BROKERS: i32 = 3;
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster for one schedule.
pub(super) struct Cluster(MockCluster<'static, DefaultProducerContext>);

impl Cluster {
    pub(super) fn start() -> Self {
        let cluster = MockCluster::new(BROKERS).unwrap();
        for topic in ["posts", "review", "dead-letters"] {
            cluster.create_topic(topic, PARTITIONS, BROKERS).unwrap();
        }
        // Dead letters live on a broker of their own, so that they alone can be in trouble.
        for (topic, broker) in [("posts", 1), ("review", 2), ("dead-letters", 3)] {
            for partition in 0..PARTITIONS {
                cluster.partition_leader(topic, partition, Some(broker)).unwrap();
            }
        }
        Self(cluster)
    }

    pub(super) fn bootstrap(&self) -> String {
        self.0.bootstrap_servers()
    }

    /// Puts all messages in. Before anything goes wrong, because the mock cluster keeps what an
    /// idempotent producer sends again.
    pub(super) fn fill(&self) {
        let producer: BaseProducer =
            ClientConfig::new().set("bootstrap.servers", self.bootstrap()).create().unwrap();
        for offset in 0..EACH {
            for partition in 0..PARTITIONS {
                let payload = message(partition, offset);
                let record =
                    BaseRecord::<(), [u8]>::to("posts").partition(partition).payload(&payload);
                assert!(producer.send(record).is_ok());
            }
        }
        producer.flush(PATIENCE).unwrap();
    }

    /// Lets one thing go wrong, or right again. What it was.
    pub(super) fn disturb(&self, random: &mut Random) -> String {
        let broker = 1 + random.below(BROKERS as u64) as i32;
        match random.below(7) {
            0 => {
                self.0.broker_down(broker).unwrap();
                format!("broker {broker} down")
            }
            1 => {
                self.0.broker_up(broker).unwrap();
                format!("broker {broker} up")
            }
            2 => {
                let delay = random.milliseconds(0, 120);
                self.0.broker_round_trip_time(broker, delay).unwrap();
                format!("broker {broker} takes {delay:?}")
            }
            3 => {
                let id = format!("instance-{}", random.below(3));
                self.0.coordinator(MockCoordinator::Transaction(id.clone()), broker).unwrap();
                format!("transactions of {id} go to {broker}")
            }
            4 => {
                self.0.coordinator(MockCoordinator::Group("mingjian".to_owned()), broker).unwrap();
                format!("the group goes to {broker}")
            }
            _ => {
                let (request, codes) = random.one_of(&ERRORS);
                let count = 1 + random.below(3) as usize;
                let errors: Vec<Code> = (0..count).map(|_| random.one_of(codes)).collect();
                self.0.request_errors(request, &errors);
                format!("{request:?} answers {errors:?}")
            }
        }
    }

    /// The broker of the dead letters goes down.
    pub(super) fn lose_dead_letters(&self) -> String {
        self.0.broker_down(3).unwrap();
        "broker 3 down".to_owned()
    }

    /// Everything works again.
    pub(super) fn heal(&self) {
        for broker in 1..=BROKERS {
            self.0.broker_up(broker).unwrap();
            self.0.broker_round_trip_time(broker, Duration::ZERO).unwrap();
        }
        for (request, _) in ERRORS {
            self.0.clear_request_errors(request);
        }
    }

    /// Topic and key of every record on the output topics.
    pub(super) fn records(&self) -> BTreeSet<(String, String)> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", self.bootstrap())
            .set("group.id", "auditor")
            .set("enable.partition.eof", "true")
            .create()
            .unwrap();
        let mut places = TopicPartitionList::new();
        for topic in ["review", "dead-letters"] {
            for partition in 0..PARTITIONS {
                places.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
            }
        }
        consumer.assign(&places).unwrap();
        let mut ends = 2 * PARTITIONS;
        let mut records = BTreeSet::new();
        let deadline = Instant::now() + PATIENCE;
        while ends > 0 && Instant::now() < deadline {
            match consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let key = String::from_utf8_lossy(message.key().unwrap_or_default());
                    records.insert((message.topic().to_owned(), key.into_owned()));
                }
                Some(Err(rdkafka::error::KafkaError::PartitionEOF(_))) => ends -= 1,
                _ => {}
            }
        }
        records
    }

    /// What the group has committed of each partition.
    pub(super) fn committed(&self) -> Vec<i64> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", self.bootstrap())
            .set("group.id", "mingjian")
            .create()
            .unwrap();
        let mut places = TopicPartitionList::new();
        places.add_partition_range("posts", 0, PARTITIONS - 1);
        let Ok(committed) = consumer.committed_offsets(places, Duration::from_secs(2)) else {
            return Vec::new();
        };
        let offset = |offset| match offset {
            Offset::Offset(offset) => offset,
            _ => 0,
        };
        committed.elements().iter().map(|one| offset(one.offset())).collect()
    }
}

/// Errors that brokers answer with in ordinary trouble.
const ERRORS: [(Request, &[Code]); 9] = [
    (
        Request::Produce,
        &[
            Code::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            Code::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            Code::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            Code::RD_KAFKA_RESP_ERR__TRANSPORT,
        ],
    ),
    (
        Request::Fetch,
        &[Code::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, Code::RD_KAFKA_RESP_ERR__TRANSPORT],
    ),
    (
        Request::AddPartitionsToTxn,
        &[
            Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
            Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            Code::RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        ],
    ),
    (
        Request::AddOffsetsToTxn,
        &[
            Code::RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
            Code::RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            Code::RD_KAFKA_RESP_ERR__TRANSPORT,
        ],
    ),
    (
        Request::TxnOffsetCommit,
        &[
            Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            Code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            Code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            Code::RD_KAFKA_RESP_ERR__TRANSPORT,
        ],
    ),
    (
        Request::EndTxn,
        &[
            Code::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            Code::RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            Code::RD_KAFKA_RESP_ERR__TRANSPORT,
        ],
    ),
    (
        Request::OffsetCommit,
        &[
            Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            Code::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            Code::RD_KAFKA_RESP_ERR__TRANSPORT,
        ],
    ),
    (
        Request::Heartbeat,
        &[
            Code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            Code::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
            Code::RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
        ],
    ),
    (
        Request::JoinGroup,
        &[
            Code::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            Code::RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        ],
    ),
];
