//! What an operator does with a running service: load another model, try one beside it, and look
//! after dead letters.

use std::time::Instant;

use serde_json::Value;

use super::feed::{self, Message};
use super::service::{Service, configure_with};
use super::topics::{PATIENCE, Topics};
use super::whole_feed::check_unquoted;
use crate::project;

/// Thresholds that nothing reaches.
const NOTHING_IS_FLAGGED: &str = "[policy.thresholds]\npolitical = 1.0\nrumour = 1.0\n\
    counterfeit = 1.0\nclickbait = 1.0\nfake_reporting = 1.0\nvulgar = 1.0\n";

fn policy(service: &Service) -> String {
    let (status, versions) = service.get("/version");
    assert_eq!(status, 200);
    let versions: Value = serde_json::from_str(&versions).unwrap();
    versions["policy"].as_str().unwrap().to_owned()
}

fn wait_for(service: &Service, metric: &str, value: f64) {
    let began = Instant::now();
    while service.metric(metric) < value {
        assert!(began.elapsed() < PATIENCE, "{metric} is {}", service.metric(metric));
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_reload_changes_the_verdicts_or_nothing() {
    let topics = Topics::named("reload", feed::PARTITIONS);
    topics.create_all();
    let configuration = configure_with(&topics, "");
    let mut service = Service::start(&configuration);
    let messages = feed::messages(1_000);
    topics.produce(&messages);
    topics.wait_until_consumed();
    wait_for(&service, "mingjian_received_total", 1_000.0);
    let (flagged, before) = (service.metric("mingjian_flagged_total"), policy(&service));
    assert!(flagged > 0.0);

    configuration.write(&topics, "[model]\ndir = 'no-such-model'");
    let (status, reason) = service.post("/reload");
    assert_eq!(status, 409, "{reason}");
    assert!(reason.contains("no-such-model"), "{reason}");
    assert_eq!(policy(&service), before);
    assert_eq!(service.metric("mingjian_reloads_total{result=\"failed\"}"), 1.0);

    configuration.write(&topics, NOTHING_IS_FLAGGED);
    assert_eq!(service.post("/reload").0, 200);
    assert_ne!(policy(&service), before);
    topics.produce(&messages);
    wait_for(&service, "mingjian_received_total", 2_000.0);
    assert_eq!(service.metric("mingjian_flagged_total"), flagged);

    configuration.write(&topics, "");
    service.signal("HUP");
    service.get_until("/version", |_, content| content.contains(&before));
    topics.produce(&messages);
    wait_for(&service, "mingjian_received_total", 3_000.0);
    assert_eq!(service.metric("mingjian_flagged_total"), 2.0 * flagged);
    let (_, metrics) = service.get("/metrics");
    check_unquoted(&metrics);
    check_unquoted(&service.terminate().succeeded().err);
}

#[test]
fn a_shadow_tells_what_it_would_do_and_does_nothing() {
    let topics = Topics::named("shadow", feed::PARTITIONS);
    let shadow_topic = format!("{}-shadow", topics.group);
    topics.create_all();
    topics.create(&[&shadow_topic]);
    let dir = project::root().join("models/default");
    let settings = format!(
        "{NOTHING_IS_FLAGGED}[candidate]\ndir = '{}'\nshadow = true\nshadow_topic = '{shadow_topic}'",
        dir.display()
    );
    let service = Service::start(&configure_with(&topics, &settings));
    topics.produce(&feed::messages(1_000));
    topics.wait_until_consumed();
    wait_for(&service, "mingjian_received_total", 1_000.0);
    assert_eq!(service.metric("mingjian_flagged_total"), 0.0);
    assert_eq!(service.metric("mingjian_shadow_posts_total"), 900.0);
    assert_eq!(service.metric("mingjian_shadow_failures_total"), 0.0);
    let (_, metrics) = service.get("/metrics");
    check_unquoted(&metrics);
    check_unquoted(&service.terminate().succeeded().err);
    assert_eq!(topics.read_committed(&topics.review).len(), 0);
    let records = topics.read_committed(&shadow_topic);
    assert!(!records.is_empty());
    for record in records {
        check_unquoted(std::str::from_utf8(&record).unwrap());
        let record: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["live"], Value::Array(Vec::new()));
        assert!(!record["candidate"].as_array().unwrap().is_empty(), "{record}");
    }
}

#[test]
fn a_share_of_the_posts_goes_to_the_candidate() {
    let topics = Topics::named("rollout", feed::PARTITIONS);
    topics.create_all();
    let dir = project::root().join("models/default");
    let settings = |share| {
        format!("{NOTHING_IS_FLAGGED}[candidate]\ndir = '{}'\nshare = {share}", dir.display())
    };
    let configuration = configure_with(&topics, &settings("0.3"));
    let service = Service::start(&configuration);
    let messages = feed::messages(1_000);
    topics.produce(&messages);
    wait_for(&service, "mingjian_received_total", 1_000.0);
    let candidate = service.metric("mingjian_candidate_posts_total");
    assert!((200.0..340.0).contains(&candidate), "{candidate} of 900");

    configuration.write(&topics, &settings("1.0"));
    assert_eq!(service.post("/reload").0, 200);
    topics.produce(&messages);
    wait_for(&service, "mingjian_received_total", 2_000.0);
    assert_eq!(service.metric("mingjian_candidate_posts_total"), candidate + 900.0);
    service.terminate().succeeded();
}

#[test]
fn too_many_dead_letters_pause_the_service_until_somebody_has_looked() {
    let topics = Topics::named("breaker", feed::PARTITIONS);
    topics.create_all();
    let mut messages: Vec<Message> = (0..2_000)
        .map(|number| Message {
            partition: number % feed::PARTITIONS,
            offset: i64::from(number / feed::PARTITIONS),
            payload: Some(format!("{} 格式变了", feed::SECRET).into_bytes()),
            broken: Some(mingjian_schema::DeadLetterReason::NotJson),
        })
        .collect();
    topics.produce(&messages);
    let settings = "[dead_letters]\nbreaker_window = 500\nbreaker_pause_ms = 300";
    let mut service = Service::start(&configure_with(&topics, settings));
    let reason = service.get_until("/ready", |status, content| {
        status == 503 && content.contains("would be dead letters")
    });
    assert!(reason.contains("dead_letters.breaker_ratio"), "{reason}");
    assert_eq!(service.metric("mingjian_dead_letter_breaker_open"), 1.0);
    assert!(topics.read_committed(&topics.dead_letters).len() < 500);
    // Probes find nothing better.
    wait_for(&service, "mingjian_batches_aborted_total", 3.0);
    assert!(topics.read_committed(&topics.dead_letters).len() < 500);

    let good = feed::messages(1_000).into_iter().filter(|message| message.broken.is_none());
    messages.extend(good);
    topics.produce(&messages[2_000..]);
    // Somebody who wants them all as dead letters says so as often as it takes, a window each.
    let began = Instant::now();
    while service.metric("mingjian_received_total") < 2_900.0 {
        service.post("/resume");
        assert!(began.elapsed() < PATIENCE, "it does not resume");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    service.get_until("/ready", |status, _| status == 200);
    assert_eq!(service.metric("mingjian_dead_letter_breaker_open"), 0.0);
    let (_, metrics) = service.get("/metrics");
    check_unquoted(&metrics);
    check_unquoted(&service.terminate().succeeded().err);
    assert_eq!(topics.read_committed(&topics.dead_letters).len(), 2_000);
}
