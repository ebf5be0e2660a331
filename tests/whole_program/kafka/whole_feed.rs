//! Ten thousand messages through a real Kafka come out as a replay says they must.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mingjian_schema::{DeadLetter, DeadLetterReason, FlaggedPost};
use serde_json::Value;

use super::feed::{self, Message};
use super::service::{Configuration, Service, configure_with};
use super::topics::{TRACE, Topics};
use crate::bad_input::kept_bytes;
use crate::evidence;
use crate::replay::{check_conservation, replay};

const MESSAGES: usize = 10_000;

#[test]
fn every_message_of_a_feed_goes_the_way_that_a_replay_says() {
    let topics = Topics::named("feed", feed::PARTITIONS);
    topics.create(&[&topics.input, &topics.review, &topics.dead_letters]);
    let messages = feed::messages(MESSAGES);
    topics.produce(&messages);
    let configuration = configure_with(&topics, "[model]\nsecond_look = true");

    let mut service = Service::start(&configuration);
    topics.wait_until_consumed();
    service.get_until("/ready", |status, content| status == 200 && content == "ready\n");
    assert_eq!(service.get("/live").0, 200);
    let metrics = service.get_until("/metrics", |status, _| status == 200);
    let finished = service.terminate().succeeded();
    check_log(&finished.err);
    check_unquoted(&metrics);
    check_partitions(&metrics, &topics);
    for topic in [&topics.review, &topics.dead_letters] {
        let traces = topics.read_traces(topic);
        assert!(traces.iter().all(|trace| trace.as_deref() == Some(TRACE)), "{traces:?}");
    }
    let report = finished.json();

    let review = topics.read_committed(&topics.review);
    let dead_letters = topics.read_committed(&topics.dead_letters);
    check_report(&report, &metrics, review.len(), dead_letters.len());
    check_flagged(&review, &messages, &configuration);
    check_dead_letters(&dead_letters, &messages, &topics);
}

fn check_report(report: &Value, metrics: &str, flagged: usize, dead: usize) {
    check_conservation(report);
    assert_eq!(report["read"], MESSAGES);
    assert_eq!(report["flagged"], flagged);
    assert_eq!(report["dead_lettered"], dead);
    assert_eq!(report["drained"], true);
    assert!(report["batches"].as_u64() > Some(1), "{report}");
    let counted = |name: &str| metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    assert_eq!(counted("mingjian_received_total ").parse(), Ok(MESSAGES));
    assert_eq!(counted("mingjian_flagged_total ").parse(), Ok(flagged));
}

/// Id, categories and margins of flagged records; an id that stands twice is an error.
fn findings(records: impl IntoIterator<Item = FlaggedPost>) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for record in records {
        let categories = record
            .categories
            .iter()
            .map(|finding| format!("{} {}", finding.category, finding.margin))
            .collect();
        let before = found.insert(record.id.clone(), categories);
        assert!(before.is_none(), "{} was flagged twice", record.id);
    }
    found
}

/// What a replay of the same messages, one a line, flags under the same configuration.
fn replayed(messages: &[Message], configuration: &Configuration) -> Vec<FlaggedPost> {
    let file = tempfile::NamedTempFile::new().unwrap();
    write_lines(file.path(), messages);
    let (_, flagged) = replay(file.path(), &["--config", configuration.file.to_str().unwrap()]);
    flagged
}

fn write_lines(path: &Path, messages: &[Message]) {
    let lines: Vec<&[u8]> =
        messages.iter().map(|message| message.payload.as_deref().unwrap_or_default()).collect();
    fs::write(path, lines.join(&b'\n')).unwrap();
}

fn check_flagged(review: &[Vec<u8>], messages: &[Message], configuration: &Configuration) {
    let records: Vec<FlaggedPost> =
        review.iter().map(|record| evidence::check(std::str::from_utf8(record).unwrap())).collect();
    for record in &records {
        let source = record.source.as_ref().unwrap();
        let message = messages
            .iter()
            .find(|message| {
                (message.partition, message.offset) == (source.partition, source.offset)
            })
            .unwrap();
        assert_eq!(message.payload.as_deref(), Some(record.post.get().as_bytes()));
    }
    let expected = findings(replayed(messages, configuration));
    assert!(!expected.is_empty());
    assert_eq!(findings(records), expected);
}

fn check_dead_letters(records: &[Vec<u8>], messages: &[Message], topics: &Topics) {
    let mut found: BTreeMap<(i32, i64), DeadLetterReason> = BTreeMap::new();
    let mut kept = BTreeMap::new();
    for record in records {
        let letter: DeadLetter = serde_json::from_slice(record).unwrap();
        assert_eq!(letter.source.topic, topics.input);
        assert!(!letter.detail.contains(feed::SECRET), "{}", letter.detail);
        let place = (letter.source.partition, letter.source.offset);
        assert!(found.insert(place, letter.reason).is_none(), "{place:?} stands twice");
        kept.insert(place, kept_bytes(&letter));
    }
    let place = |message: &Message| (message.partition, message.offset);
    let expected: BTreeMap<_, _> = messages
        .iter()
        .filter_map(|message| message.broken.map(|reason| (place(message), reason)))
        .collect();
    assert_eq!(found, expected);
    for message in messages.iter().filter(|message| message.broken.is_some()) {
        assert_eq!(kept[&place(message)], message.payload.clone().unwrap_or_default());
    }
}

/// No log line holds a word of a post: neither what broken messages hold nor any Chinese.
fn check_log(log: &str) {
    assert!(log.lines().count() > 3, "{log}");
    for line in log.lines() {
        let _: Value = serde_json::from_str(line).expect("every log line is one JSON object");
    }
    check_unquoted(log);
}

/// Neither a log nor metrics quote a post.
#[track_caller]
pub(crate) fn check_unquoted(text: &str) {
    let is_chinese = |character| ('\u{3400}'..='\u{9fff}').contains(&character);
    for line in text.lines() {
        assert!(!line.contains(feed::SECRET) && !line.contains(is_chinese), "{line}");
    }
}

/// Consumed is passed, flagged and dead-lettered together, partition by partition.
fn check_partitions(metrics: &str, topics: &Topics) {
    for partition in 0..feed::PARTITIONS {
        let count = |outcome| -> u64 {
            let labels = format!(
                "{{topic=\"{}\",partition=\"{partition}\",outcome=\"{outcome}\"}} ",
                topics.input
            );
            let name = format!("mingjian_partition_messages_total{labels}");
            let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
            value.unwrap_or_else(|| panic!("no {name} in {metrics}")).parse().unwrap()
        };
        let ways = count("passed") + count("flagged") + count("dead_lettered");
        assert_eq!(count("consumed"), ways);
        assert_eq!(ways, MESSAGES as u64 / feed::PARTITIONS as u64);
    }
}
