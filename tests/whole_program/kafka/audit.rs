//! Conservation, read back with `read_committed`: every message went exactly one way.

use std::collections::BTreeMap;
use std::fs;

use mingjian_schema::{DeadLetter, FlaggedPost};

use super::feed::Message;
use super::service::Configuration;
use super::topics::Topics;
use crate::replay::replay;

/// What must come out of messages, by place: partition and offset.
pub(crate) struct Expected {
    flagged: BTreeMap<(i32, i64), u32>,
    dead: BTreeMap<(i32, i64), u32>,
}

impl Expected {
    /// What a replay says of the messages.
    pub(crate) fn of(messages: &[Message], configuration: &Configuration) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        let lines: Vec<&[u8]> =
            messages.iter().map(|message| message.payload.as_deref().unwrap_or_default()).collect();
        fs::write(file.path(), lines.join(&b'\n')).unwrap();
        let (_, records) = replay(file.path(), &["--config", configuration.file.to_str().unwrap()]);
        let flagged = records
            .iter()
            .map(|record| {
                let message = &messages[record.source.as_ref().unwrap().offset as usize];
                ((message.partition, message.offset), 1)
            })
            .collect();
        let dead = messages
            .iter()
            .filter(|message| message.broken.is_some())
            .map(|message| ((message.partition, message.offset), 1))
            .collect();
        Self { flagged, dead }
    }

    /// Reads both topics back: nothing is lost, nothing doubled, nothing on the wrong topic.
    #[track_caller]
    pub(crate) fn check(&self, topics: &Topics) {
        let review = topics.read_committed(&topics.review);
        let flagged = count(review.iter().map(|record| {
            let flagged: FlaggedPost = serde_json::from_slice(record).unwrap();
            let source = flagged.source.unwrap();
            (source.partition, source.offset)
        }));
        compare("flagged posts", &flagged, &self.flagged);
        let dead_letters = topics.read_committed(&topics.dead_letters);
        let dead = count(dead_letters.iter().map(|record| {
            let letter: DeadLetter = serde_json::from_slice(record).unwrap();
            (letter.source.partition, letter.source.offset)
        }));
        compare("dead letters", &dead, &self.dead);
    }
}

fn count(places: impl Iterator<Item = (i32, i64)>) -> BTreeMap<(i32, i64), u32> {
    let mut counts = BTreeMap::new();
    for place in places {
        *counts.entry(place).or_default() += 1;
    }
    counts
}

#[track_caller]
fn compare(what: &str, found: &BTreeMap<(i32, i64), u32>, expected: &BTreeMap<(i32, i64), u32>) {
    let lost: Vec<_> = expected.keys().filter(|place| !found.contains_key(place)).collect();
    let doubled: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
    let foreign: Vec<_> = found.keys().filter(|place| !expected.contains_key(place)).collect();
    assert!(
        lost.is_empty() && doubled.is_empty() && foreign.is_empty(),
        "{what}: {} lost, {} doubled, {} that should not be there; {:?} {:?} {:?}",
        lost.len(),
        doubled.len(),
        foreign.len(),
        lost.first(),
        doubled.first(),
        foreign.first(),
    );
}
