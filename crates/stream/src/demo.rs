//! The service without a broker: librdkafka's mock cluster inside the process.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mingjian_schema::FlaggedPost;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use tokio::sync::watch;

use crate::serve::serve_watched;
use crate::{
    Counts, HttpConfig, InputConfig, Judge, KafkaConfig, ServeError, ServiceConfig, ServiceReport,
    StopSignal, StreamConfig,
};

const POSTS: &str = "posts";
const REVIEW: &str = "review";
const DEAD_LETTERS: &str = "dead-letters";
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// What a demonstration looks like.
#[derive(Debug, Clone, Default)]
pub struct DemoOptions {
    /// What a message may look like.
    pub input: InputConfig,
    /// Health and metrics.
    pub http: HttpConfig,
    /// Threads and stopping.
    pub service: ServiceConfig,
    /// Whether to go on, with nothing more to do, until `stop` is raised.
    pub keep_running: bool,
}

/// Why a demonstration failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The service ended by itself.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The mock cluster, or one of its clients.
    #[error("the mock cluster failed")]
    Cluster(#[from] KafkaError),
    /// A thread could not be started or died.
    #[error("a thread of the demonstration failed")]
    Thread,
    /// The review topic does not hold what the service says it wrote.
    #[error("{missing} flagged posts did not arrive on the review topic")]
    Missing {
        /// How many.
        missing: u64,
    },
}

/// Runs the service on `posts`, one message each, and shows every record of the review topic. Ends
/// by itself when all posts are through, unless told to keep running.
///
/// # Errors
/// If the service or the mock cluster fails.
pub async fn demo(
    judge: Arc<dyn Judge>,
    posts: Vec<Vec<u8>>,
    options: &DemoOptions,
    stop: StopSignal,
    on_flagged: Box<dyn FnMut(&FlaggedPost) + Send>,
) -> Result<ServiceReport, DemoError> {
    let cluster = Cluster::start()?;
    let config = cluster.config(options);
    let total = posts.len() as u64;
    let producing = spawn(&cluster.brokers, move |brokers| produce(&brokers, &posts))?;
    let (expected, reader_expects) = mpsc::channel();
    let reading =
        spawn(&cluster.brokers, move |brokers| read_review(&brokers, &reader_expects, on_flagged))?;

    let progress = watch::Sender::<Counts>::default();
    if !options.keep_running {
        let mut counts = progress.subscribe();
        let stop = stop.clone();
        tokio::spawn(async move {
            // Ends too when the service does, which drops the sender.
            let _ = counts.wait_for(|counts| counts.read >= total).await;
            stop.stop();
        });
    }
    let served = serve_watched(&config, judge.into(), stop.into(), progress).await;
    // If the service failed, the reader need not wait for anything.
    let flagged = served.as_ref().map_or(0, |report| report.counts.flagged);
    // A reader that is gone says why when it is joined.
    let _ = expected.send(flagged);
    let joined = tokio::task::spawn_blocking(move || {
        let produced = producing.join().map_err(|_| DemoError::Thread)?;
        let missing = reading.join().map_err(|_| DemoError::Thread)??;
        produced.map_err(DemoError::Cluster)?;
        if missing > 0 { Err(DemoError::Missing { missing }) } else { Ok(()) }
    });
    let report = served?;
    joined.await.map_err(|_| DemoError::Thread)??;
    Ok(report)
}

/// A mock cluster on a thread of its own, which it may not leave.
struct Cluster {
    brokers: String,
    /// Dropping it ends the thread.
    _keep: mpsc::Sender<()>,
}

impl Cluster {
    fn start() -> Result<Self, DemoError> {
        let (started, brokers) = mpsc::channel();
        let (keep, kept) = mpsc::channel::<()>();
        std::thread::Builder::new()
            .name("mock-cluster".to_owned())
            .spawn(move || {
                let cluster = create_cluster();
                let answer = cluster.as_ref().map(MockCluster::bootstrap_servers);
                // If nobody listens any more, `recv` below fails at once.
                let _ = started.send(answer.map_err(Clone::clone));
                let _ = kept.recv();
            })
            .map_err(|_| DemoError::Thread)?;
        let brokers = brokers.recv().map_err(|_| DemoError::Thread)??;
        Ok(Self { brokers, _keep: keep })
    }

    fn config(&self, options: &DemoOptions) -> StreamConfig {
        StreamConfig {
            kafka: KafkaConfig {
                brokers: self.brokers.clone(),
                group: "mingjian-demo".to_owned(),
                input_topics: vec![POSTS.to_owned()],
                review_topic: REVIEW.to_owned(),
                dead_letter_topic: DEAD_LETTERS.to_owned(),
                transactional_id: Some("mingjian-demo-0".to_owned()),
                ..KafkaConfig::default()
            },
            input: options.input.clone(),
            http: options.http.clone(),
            service: options.service.clone(),
            ..StreamConfig::default()
        }
    }
}

fn create_cluster() -> Result<MockCluster<'static, impl rdkafka::ClientContext>, KafkaError> {
    let cluster = MockCluster::new(1)?;
    for topic in [POSTS, REVIEW, DEAD_LETTERS] {
        cluster.create_topic(topic, PARTITIONS, 1)?;
    }
    Ok(cluster)
}

fn spawn<T: Send + 'static>(
    brokers: &str,
    work: impl FnOnce(String) -> T + Send + 'static,
) -> Result<JoinHandle<T>, DemoError> {
    let brokers = brokers.to_owned();
    std::thread::Builder::new().spawn(move || work(brokers)).map_err(|_| DemoError::Thread)
}

fn produce(brokers: &str, posts: &[Vec<u8>]) -> Result<(), KafkaError> {
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", brokers).create()?;
    for (partition, post) in (0..PARTITIONS).cycle().zip(posts) {
        let mut record = BaseRecord::<(), [u8]>::to(POSTS).partition(partition).payload(post);
        while let Err((error, refused)) = producer.send(record) {
            if error.rdkafka_error_code() != Some(rdkafka::types::RDKafkaErrorCode::QueueFull) {
                return Err(error);
            }
            producer.poll(Duration::from_millis(10));
            record = refused;
        }
    }
    producer.flush(PATIENCE)
}

/// Shows what arrives until as many records have come as are expected, once that is known. How
/// many are missing.
fn read_review(
    brokers: &str,
    expected: &mpsc::Receiver<u64>,
    mut on_flagged: Box<dyn FnMut(&FlaggedPost) + Send>,
) -> Result<u64, KafkaError> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "mingjian-demo-reviewers")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .create()?;
    consumer.subscribe(&[REVIEW])?;
    let mut seen = 0;
    let mut target = None;
    loop {
        if target.is_none() {
            target = match expected.try_recv() {
                Ok(count) => Some((count, Instant::now() + PATIENCE)),
                Err(mpsc::TryRecvError::Empty) => None,
                Err(mpsc::TryRecvError::Disconnected) => return Ok(0),
            };
        }
        if let Some((count, deadline)) = target
            && (seen >= count || Instant::now() > deadline)
        {
            return Ok(count.saturating_sub(seen));
        }
        let Some(message) = consumer.poll(Duration::from_millis(50)) else { continue };
        let Ok(message) = message else { continue };
        seen += 1;
        if let Some(Ok(flagged)) = message.payload().map(serde_json::from_slice) {
            on_flagged(&flagged);
        }
    }
}
