//! Messages that are judged and committed together.

use std::time::{Duration, Instant};

use mingjian_schema::SourcePosition;
use rdkafka::TopicPartitionList;
use rdkafka::error::KafkaResult;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::topic_partition_list::Offset;

use crate::{RawMessage, TraceContext};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) first: i64,
    /// The offset after the last message.
    pub(super) next: i64,
}

impl Batch {
    /// Takes a message over from librdkafka, whose fetch buffers would otherwise stay filled. Of a
    /// message longer than `max_kept` bytes only the beginning is kept: it is a dead letter anyway.
    pub(super) fn push(&mut self, message: &BorrowedMessage<'_>, max_kept: usize) {
        let payload = message.payload().unwrap_or_default();
        let length = payload.len() as u64;
        let bytes = payload[..payload.len().min(max_kept)].to_vec();
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
        self.messages.push(RawMessage { trace, length, ..RawMessage::new(bytes, position) });
    }

    /// Cuts the batch after its first `count` messages. The rest, if there is any, is a batch of
    /// its own.
    pub(super) fn split_off(&mut self, count: usize) -> Option<Self> {
        if count >= self.messages.len() {
            return None;
        }
        let messages = self.messages.split_off(count);
        let mut rest = Self { messages, started: self.started, ..Self::default() };
        self.measure();
        rest.measure();
        Some(rest)
    }

    /// Finds anew what the messages cover.
    fn measure(&mut self) {
        self.spans.clear();
        self.bytes = 0;
        for message in std::mem::take(&mut self.messages) {
            self.bytes += message.bytes.len();
            self.cover(&message.position);
            self.messages.push(message);
        }
    }

    /// What the batch covers, once its messages are not needed any more.
    pub(super) fn into_spans(self) -> Vec<Span> {
        self.spans
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
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

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn is_full(&self, max_posts: usize, max_bytes: usize) -> bool {
        self.messages.len() >= max_posts || self.bytes >= max_bytes
    }

    /// How long the batch still waits for more; none if it has not begun.
    pub(super) fn remaining(&self, linger: Duration) -> Option<Duration> {
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
        let mut list = TopicPartitionList::with_capacity(self.spans.len());
        for span in &self.spans {
            list.add_partition_offset(&span.topic, span.partition, Offset::Offset(span.next))?;
        }
        Ok(list)
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
