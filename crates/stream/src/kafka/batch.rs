//! Messages that are judged and committed together.

use std::time::{Duration, Instant};

use mingjian_schema::SourcePosition;
use rdkafka::TopicPartitionList;
use rdkafka::error::KafkaResult;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::Offset;

use crate::{BatchConfig, RawMessage, TraceContext};

/// Messages in the order in which they came, with the offsets that they cover.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) messages: Vec<RawMessage>,
    bytes: usize,
    /// When the first message came.
    started: Option<Instant>,
    spans: Vec<Span>,
}

/// What a batch covers of one partition.
#[derive(Debug)]
struct Span {
    topic: String,
    partition: i32,
    first: i64,
    /// The offset after the last message.
    next: i64,
}

impl Batch {
    /// Takes a message over from librdkafka, whose fetch buffers would otherwise stay filled.
    pub(super) fn push(&mut self, message: &BorrowedMessage<'_>) {
        let bytes = message.payload().unwrap_or_default().to_vec();
        let position = SourcePosition {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis(),
        };
        self.started.get_or_insert_with(Instant::now);
        self.bytes += bytes.len();
        self.cover(&position);
        let trace = trace_context(message);
        self.messages.push(RawMessage { trace, ..RawMessage::new(bytes, position) });
    }

    fn cover(&mut self, position: &SourcePosition) {
        let known = self
            .spans
            .iter_mut()
            .find(|span| span.partition == position.partition && span.topic == position.topic);
        match known {
            Some(span) => span.next = position.offset + 1,
            None => self.spans.push(Span {
                topic: position.topic.clone(),
                partition: position.partition,
                first: position.offset,
                next: position.offset + 1,
            }),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn is_full(&self, limits: &BatchConfig) -> bool {
        self.messages.len() >= limits.max_posts || self.bytes >= limits.max_bytes
    }

    /// How long the batch still waits for more; none if it has not begun.
    pub(super) fn remaining(&self, limits: &BatchConfig) -> Option<Duration> {
        let linger = Duration::from_millis(limits.linger_ms);
        self.started.map(|started| linger.saturating_sub(started.elapsed()))
    }

    /// Forgets a partition that was taken away. Its new owner reads it from the last commit.
    pub(super) fn forget(&mut self, topic: &str, partition: i32) {
        self.spans.retain(|span| span.partition != partition || span.topic != topic);
        self.messages.retain(|message| {
            message.position.partition != partition || message.position.topic != topic
        });
        self.bytes = self.messages.iter().map(|message| message.bytes.len()).sum();
        if self.messages.is_empty() {
            self.started = None;
        }
    }

    /// Where reading goes on after this batch.
    pub(super) fn next_offsets(&self) -> KafkaResult<TopicPartitionList> {
        self.offsets(|span| span.next)
    }

    /// Where reading goes on if this batch is given up. The batches before it are committed, so
    /// these are the committed offsets, without asking the brokers who may be the trouble.
    pub(super) fn first_offsets(&self) -> KafkaResult<TopicPartitionList> {
        self.offsets(|span| span.first)
    }

    fn offsets(&self, offset: impl Fn(&Span) -> i64) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::with_capacity(self.spans.len());
        for span in &self.spans {
            list.add_partition_offset(&span.topic, span.partition, Offset::Offset(offset(span)))?;
        }
        Ok(list)
    }

    /// The earliest timestamp of its messages, in milliseconds since 1970.
    pub(super) fn oldest_timestamp(&self) -> Option<i64> {
        self.messages.iter().filter_map(|message| message.position.timestamp).min()
    }
}

fn trace_context(message: &BorrowedMessage<'_>) -> Option<TraceContext> {
    let headers = message.headers()?;
    let find = |name: &str| {
        let header = headers.iter().find(|header| header.key.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value?).ok()
    };
    TraceContext::from_headers(find("traceparent")?, find("tracestate"))
}
