//! What committed transactions hold, and who may commit: the group coordinator's part and the
//! output topics' part, which the mock cluster does not play.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use mingjian_stream::{CommittedRecord, CoveredOffsets, TransactionStore};

use super::messages;

/// The state of all committed transactions.
#[derive(Default)]
pub(super) struct Store(Mutex<State>);

#[derive(Default)]
struct State {
    positions: BTreeMap<i32, i64>,
    owners: BTreeMap<i32, u64>,
    records: BTreeSet<(String, String)>,
    wrong: Vec<String>,
}

impl TransactionStore for Store {
    fn assigned(&self, session: u64, _: &str, partition: i32) -> i64 {
        let mut state = self.0.lock().unwrap();
        state.owners.insert(partition, session);
        state.positions.get(&partition).copied().unwrap_or(0)
    }

    fn committed(
        &self,
        session: u64,
        offsets: &[CoveredOffsets],
        records: Vec<CommittedRecord>,
    ) -> Result<(), String> {
        let mut state = self.0.lock().unwrap();
        if offsets.iter().any(|span| state.owners.get(&span.partition) != Some(&session)) {
            return Err("fenced".to_owned());
        }
        for span in offsets {
            let position = state.positions.insert(span.partition, span.next).unwrap_or(0);
            let (first, partition) = (span.first, span.partition);
            if first > position {
                state.wrong.push(format!("lost: {position}..{first} of partition {partition}"));
            }
            if first < position {
                state.wrong.push(format!("doubled: {first}..{position} of partition {partition}"));
            }
        }
        for record in records {
            let key = record.key.clone();
            if !state.records.insert((record.topic, record.key)) {
                state.wrong.push(format!("doubled: record {key}"));
            }
        }
        Ok(())
    }
}

impl Store {
    /// Whether every partition is committed to its end, or something is wrong already.
    pub(super) fn is_done(&self) -> bool {
        let state = self.0.lock().unwrap();
        Self::is_at_the_end(&state) || !state.wrong.is_empty()
    }

    /// Whether anything was committed.
    pub(super) fn has_begun(&self) -> bool {
        let state = self.0.lock().unwrap();
        !state.positions.is_empty() || !state.records.is_empty()
    }

    /// Whether every record is out, wherever the offsets stand.
    pub(super) fn has_all_records(&self) -> bool {
        self.0.lock().unwrap().records == messages::expected()
    }

    /// What is wrong in the end.
    pub(super) fn wrong(&self) -> Option<String> {
        let state = self.0.lock().unwrap();
        if let Some(first) = state.wrong.first() {
            return Some(format!("{first} ({} such)", state.wrong.len()));
        }
        let expected = messages::expected();
        if !Self::is_at_the_end(&state) {
            let positions = &state.positions;
            return Some(match state.records == expected {
                true => format!("to be doubled: all records are out, offsets at {positions:?}"),
                false => format!("stuck at {positions:?}"),
            });
        }
        let missing: Vec<_> = expected.difference(&state.records).collect();
        let foreign: Vec<_> = state.records.difference(&expected).collect();
        match (missing.first(), foreign.first()) {
            (None, None) => None,
            (Some(one), _) => Some(format!("lost: {one:?} and {} more", missing.len() - 1)),
            (None, Some(one)) => Some(format!("never sent: {one:?}")),
        }
    }

    fn is_at_the_end(state: &State) -> bool {
        state.positions.len() == messages::PARTITIONS as usize
            && state.positions.values().all(|position| *position == messages::EACH)
    }
}
