//! How far each partition of ours has come, and which one has stopped.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rdkafka::TopicPartitionList;
use rdkafka::statistics::{Partition, Statistics};

use super::batch::Span;
use crate::metrics;

/// The partitions of this instance. librdkafka knows nothing of offsets that are committed in
/// transactions, so that lag is counted here.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<BTreeMap<(String, i32), Place>>);

#[derive(Debug)]
struct Place {
    /// The offset after the last message that was committed; none before the first commit.
    committed: Option<i64>,
    /// When it last moved, or had nothing to do.
    moved: Instant,
}

impl Progress {
    pub(super) fn assigned(&self, partitions: &TopicPartitionList) {
        let mut places = self.lock();
        for partition in partitions.elements() {
            let key = (partition.topic().to_owned(), partition.partition());
            metrics::partition_assigned(&key.0, key.1, true);
            places.insert(key, Place { committed: None, moved: Instant::now() });
        }
    }

    pub(super) fn revoked(&self, partitions: &TopicPartitionList) {
        let mut places = self.lock();
        for partition in partitions.elements() {
            let key = (partition.topic().to_owned(), partition.partition());
            places.remove(&key);
            metrics::partition_assigned(&key.0, key.1, false);
            metrics::consumer_lag(&key.0, key.1, 0);
            metrics::stalled(&key.0, key.1, 0.0);
        }
    }

    pub(super) fn committed(&self, spans: &[Span]) {
        let mut places = self.lock();
        for span in spans {
            if let Some(place) = places.get_mut(&(span.topic.clone(), span.partition)) {
                place.committed = Some(span.next);
                place.moved = Instant::now();
            }
        }
    }

    /// Takes over what librdkafka knows of the partitions' ends.
    pub(super) fn statistics(&self, statistics: &Statistics) {
        let mut places = self.lock();
        for ((topic, partition), place) in places.iter_mut() {
            let known = statistics.topics.get(topic);
            let Some(known) = known.and_then(|topic| topic.partitions.get(partition)) else {
                continue;
            };
            let Some(lag) = place.lag(known) else { continue };
            if lag == 0 {
                place.moved = Instant::now();
            }
            metrics::consumer_lag(topic, *partition, lag);
            metrics::stalled(topic, *partition, place.moved.elapsed().as_secs_f64());
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, i32), Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Messages up to the last one that a committed transaction has made visible.
    fn lag(&self, known: &Partition) -> Option<i64> {
        let end = if known.ls_offset >= 0 { known.ls_offset } else { known.hi_offset };
        // Before our first commit, reading began where the group had committed.
        let position =
            self.committed.or((known.committed_offset >= 0).then_some(known.committed_offset));
        let position = position.or((known.lo_offset >= 0).then_some(known.lo_offset))?;
        (end >= 0).then_some((end - position).max(0))
    }
}
