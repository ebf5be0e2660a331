//! What goes to the output topics.

use mingjian_schema::SourcePosition;
use rdkafka::message::{Header, OwnedHeaders};

use crate::engine::{Fate, Judged};
use crate::{KafkaConfig, RawMessage, TraceContext};

const CONTENT_TYPE: &str = "application/json";

/// Key and headers of a record, beside which its JSON must fit.
pub(super) const RECORD_OVERHEAD: usize = 2 * 1024;

/// A record to produce.
pub(super) struct Record<'b> {
    pub(super) topic: &'b str,
    /// Keeps the records of one post in one partition.
    pub(super) key: String,
    pub(super) json: &'b [u8],
    pub(super) headers: OwnedHeaders,
}

/// The record of an outcome; none for a post that passed.
pub(super) fn record<'b>(
    message: &RawMessage,
    judged: &'b Judged,
    kafka: &'b KafkaConfig,
) -> Option<Record<'b>> {
    match &judged.fate {
        Fate::Passed => None,
        Fate::Flagged { id, .. } => Some(Record {
            topic: &kafka.review_topic,
            key: key(id),
            json: &judged.json,
            headers: headers(message.trace.as_ref()),
        }),
        Fate::Dead(reason) => Some(Record {
            topic: &kafka.dead_letter_topic,
            key: position_key(&message.position),
            json: &judged.json,
            headers: headers(message.trace.as_ref())
                .insert(Header { key: "mingjian-reason", value: Some(reason.id()) }),
        }),
    }
}

/// The post's id. Platforms' ids are short; one that is not must not push its record over the
/// limit, and its beginning serves as well.
fn key(id: &str) -> String {
    id[..id.floor_char_boundary(512)].to_owned()
}

fn position_key(source: &SourcePosition) -> String {
    format!("{}/{}/{}", source.topic, source.partition, source.offset)
}

fn headers(trace: Option<&TraceContext>) -> OwnedHeaders {
    let headers = OwnedHeaders::new_with_capacity(4)
        .insert(Header { key: "content-type", value: Some(CONTENT_TYPE) });
    let Some(trace) = trace else { return headers };
    let headers =
        headers.insert(Header { key: "traceparent", value: Some(trace.traceparent.as_str()) });
    match &trace.tracestate {
        // The recommendation lets a state that is longer than this be dropped.
        Some(state) if state.len() <= 512 => {
            headers.insert(Header { key: "tracestate", value: Some(state.as_str()) })
        }
        _ => headers,
    }
}
