//! The service against librdkafka's mock cluster: no broker, but real clients, groups and
//! transactions.

// Helpers are tests too; the lint's own exception covers functions marked as tests only.
#![allow(clippy::unwrap_used)]

#[path = "support/keyword_judge.rs"]
mod keyword_judge;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mingjian_schema::{Category, DeadLetter, DeadLetterReason, FlaggedPost};
use mingjian_stream::{
    Delivery, DemoOptions, HttpConfig, KafkaConfig, ServeError, ServiceReport, StopSignal,
    StreamConfig, demo, serve,
};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use keyword_judge::KeywordJudge;

const PATIENCE: Duration = Duration::from_secs(60);

/// Of ten messages: one is broken, one makes the judge panic, two are flagged, six pass.
fn message(index: usize) -> Vec<u8> {
    match index % 10 {
        0 => format!("{{broken {index}").into_bytes(),
        1 => format!(r#"{{"id":"{index}","text":"崩溃"}}"#).into_bytes(),
        2 | 3 => format!(r#"{{"id":"{index}","text":"震惊！"}}"#).into_bytes(),
        _ => format!(r#"{{"id":"{index}","text":"平常"}}"#).into_bytes(),
    }
}

fn flagged_ids(messages: usize) -> BTreeSet<String> {
    (0..messages).filter(|index| matches!(index % 10, 2 | 3)).map(|id| id.to_string()).collect()
}

fn check_report(report: &ServiceReport, messages: u64) {
    let counts = &report.counts;
    assert!(counts.is_conserved(), "{counts:?}");
    assert!(report.drained);
    assert_eq!(counts.read, messages);
    assert_eq!(counts.flagged, messages / 5);
    assert_eq!(counts.flagged_by_category[Category::Clickbait], messages / 5);
    assert_eq!(counts.dead_lettered_for(DeadLetterReason::NotJson), messages / 10);
    assert_eq!(counts.dead_lettered_for(DeadLetterReason::ClassifierPanic), messages / 10);
    assert_eq!(counts.passed, messages * 6 / 10);
}

fn cluster() -> MockCluster<'static, impl rdkafka::ClientContext> {
    let cluster = MockCluster::new(1).unwrap();
    for topic in ["posts", "review", "dead-letters"] {
        cluster.create_topic(topic, 4, 1).unwrap();
    }
    cluster
}

fn config(brokers: &str, delivery: Delivery) -> StreamConfig {
    StreamConfig {
        kafka: KafkaConfig {
            brokers: brokers.to_owned(),
            input_topics: vec!["posts".to_owned()],
            review_topic: "review".to_owned(),
            dead_letter_topic: "dead-letters".to_owned(),
            transactional_id: Some("instance-0".to_owned()),
            delivery,
            ..KafkaConfig::default()
        },
        http: HttpConfig { listen: "127.0.0.1:0".to_owned() },
        ..StreamConfig::default()
    }
}

fn produce(brokers: &str, messages: usize) {
    let producer: BaseProducer =
        ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    for index in 0..messages {
        let bytes = message(index);
        let record = BaseRecord::<(), [u8]>::to("posts").payload(&bytes);
        assert!(producer.send(record).is_ok());
    }
    producer.flush(PATIENCE).unwrap();
}

/// Reads records of a topic until `count` have come, and a little longer for any that should not.
fn read(brokers: &str, topic: &str, count: usize) -> Vec<(String, Vec<u8>, Vec<String>)> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", format!("{topic}-reader"))
        .set("auto.offset.reset", "earliest")
        .set("isolation.level", "read_committed")
        .create()
        .unwrap();
    consumer.subscribe(&[topic]).unwrap();
    let mut records = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while records.len() < count && Instant::now() < deadline {
        records.extend(consumer.poll(Duration::from_millis(100)).map(|message| {
            let message = message.unwrap();
            let key = String::from_utf8(message.key().unwrap().to_vec()).unwrap();
            let headers = message.headers().unwrap();
            let names = headers.iter().map(|header| header.key.to_owned()).collect();
            (key, message.payload().unwrap().to_vec(), names)
        }));
    }
    assert!(consumer.poll(Duration::from_millis(500)).is_none(), "too many records on {topic}");
    records
}

/// Serves until both output topics hold what they must.
async fn serve_and_check(delivery: Delivery) {
    const MESSAGES: usize = 2000;
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    produce(&brokers, MESSAGES);
    let stop = StopSignal::new();
    let serving = tokio::spawn({
        let (config, stop) = (config(&brokers, delivery), stop.clone());
        async move { serve(&config, Arc::new(KeywordJudge::default()), stop).await }
    });
    let reading = tokio::task::spawn_blocking(move || {
        (read(&brokers, "review", MESSAGES / 5), read(&brokers, "dead-letters", MESSAGES / 5))
    });
    let (review, dead_letters) = reading.await.unwrap();
    stop.stop();
    check_report(&serving.await.unwrap().unwrap(), MESSAGES as u64);

    let mut ids = BTreeSet::new();
    for (key, json, headers) in &review {
        let flagged: FlaggedPost = serde_json::from_slice(json).unwrap();
        assert_eq!(&flagged.id, key);
        assert_eq!(headers, &["content-type"]);
        assert_eq!(flagged.source.unwrap().topic, "posts");
        ids.insert(flagged.id);
    }
    assert_eq!(ids, flagged_ids(MESSAGES));
    assert_eq!(dead_letters.len(), MESSAGES / 5);
    let mut positions = BTreeSet::new();
    for (_, json, _) in &dead_letters {
        let letter: DeadLetter = serde_json::from_slice(json).unwrap();
        assert!(!letter.detail.contains("崩溃"));
        assert_eq!(letter.raw.unwrap().len() as u64, letter.raw_bytes);
        assert!(positions.insert((letter.source.partition, letter.source.offset)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_once_moves_every_message_one_way() {
    serve_and_check(Delivery::ExactlyOnce).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_least_once_moves_every_message_one_way_when_nothing_fails() {
    serve_and_check(Delivery::AtLeastOnce).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_every_flagged_post_and_ends_by_itself() {
    const MESSAGES: usize = 300;
    let shown = Arc::new(Mutex::new(BTreeSet::new()));
    let show = {
        let shown = Arc::clone(&shown);
        move |flagged: &FlaggedPost| {
            assert!(shown.lock().unwrap().insert(flagged.id.clone()), "shown twice");
        }
    };
    let options = DemoOptions {
        http: HttpConfig { listen: "127.0.0.1:0".to_owned() },
        ..DemoOptions::default()
    };
    let posts = (0..MESSAGES).map(message).collect();
    let judge = Arc::new(KeywordJudge::default());
    let report = demo(judge, posts, &options, StopSignal::new(), Box::new(show)).await.unwrap();
    check_report(&report, MESSAGES as u64);
    assert_eq!(*shown.lock().unwrap(), flagged_ids(MESSAGES));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_a_broker_waits_and_can_be_stopped() {
    let mut config = config("127.0.0.1:1", Delivery::ExactlyOnce);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    config.http.listen = address.to_string();
    let stop = StopSignal::new();
    let serving = tokio::spawn({
        let stop = stop.clone();
        async move { serve(&config, Arc::new(KeywordJudge::default()), stop).await }
    });
    let answer = get_until(address, "/ready", |answer| answer.contains("no broker")).await;
    assert!(answer.starts_with("HTTP/1.0 503"), "{answer}");
    let live = get_until(address, "/live", |_| true).await;
    assert!(live.starts_with("HTTP/1.0 200"), "{live}");
    let metrics = get_until(address, "/metrics", |_| true).await;
    for name in ["mingjian_received_total", "mingjian_dead_letters_total{reason=\"not_json\"}"] {
        assert!(metrics.contains(name), "{metrics}");
    }
    stop.stop();
    let report = serving.await.unwrap().unwrap();
    assert_eq!(report.counts.read, 0);
}

#[tokio::test]
async fn settings_that_cannot_stand_are_told_at_once() {
    let config = StreamConfig::default();
    let result = serve(&config, Arc::new(KeywordJudge::default()), StopSignal::new()).await;
    let Err(ServeError::Config(invalid)) = result else { panic!("{result:?}") };
    let keys: Vec<&str> = invalid.0.iter().map(|problem| problem.key.as_str()).collect();
    let expected = [
        "kafka.transactional_id",
        "kafka.input_topics",
        "kafka.review_topic",
        "kafka.dead_letter_topic",
    ];
    assert_eq!(keys, expected);
}

/// Asks over HTTP until the answer is the one that is waited for.
async fn get_until(
    address: std::net::SocketAddr,
    path: &str,
    is_expected: impl Fn(&str) -> bool,
) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut answer = String::new();
        if let Ok(mut connection) = tokio::net::TcpStream::connect(address).await {
            let request = format!("GET {path} HTTP/1.0\r\n\r\n");
            connection.write_all(request.as_bytes()).await.unwrap();
            connection.read_to_string(&mut answer).await.unwrap();
            if is_expected(&answer) {
                return answer;
            }
        }
        assert!(Instant::now() < deadline, "{path} still answers {answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
