//! Where reading goes on after batches were given up.

use std::collections::BTreeMap;

use rdkafka::TopicPartitionList;
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::Offset;

use super::batch::Span;

/// The first offset of each partition that was consumed but not committed. The batches before it
/// are committed, so these are the committed offsets, without asking the brokers who may be the
/// trouble.
#[derive(Debug, Default)]
pub(super) struct Rewind(BTreeMap<(String, i32), i64>);

impl Rewind {
    pub(super) fn add(&mut self, spans: impl IntoIterator<Item = Span>) {
        for span in spans {
            let first = self.0.entry((span.topic, span.partition)).or_insert(span.first);
            *first = span.first.min(*first);
        }
    }

    /// Forgets a partition that was taken away. Its new owner reads it from the last commit.
    pub(super) fn forget(&mut self, topic: &str, partition: i32) {
        self.0.retain(|(own, number), _| *number != partition || own != topic);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where to go back to; nothing is left to go back to afterwards.
    pub(super) fn take(&mut self) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::with_capacity(self.0.len());
        for ((topic, partition), first) in std::mem::take(&mut self.0) {
            list.add_partition_offset(&topic, partition, Offset::Offset(first))?;
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(partition: i32, first: i64, next: i64) -> Span {
        Span { topic: "t".to_owned(), partition, first, next }
    }

    #[test]
    fn reading_goes_back_to_the_first_batch_that_was_given_up() {
        let mut rewind = Rewind::default();
        rewind.add([span(0, 20, 30), span(1, 5, 6)]);
        rewind.add([span(0, 10, 20), span(2, 0, 1)]);
        rewind.forget("t", 2);
        let list = rewind.take().unwrap();
        let offset = |partition| list.find_partition("t", partition).map(|one| one.offset());
        assert_eq!(offset(0), Some(Offset::Offset(10)));
        assert_eq!(offset(1), Some(Offset::Offset(5)));
        assert_eq!(offset(2), None);
        assert!(rewind.is_empty());
    }
}
