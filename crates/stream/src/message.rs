//! A message as it came in, before anybody knows whether it is a post.

use mingjian_schema::SourcePosition;

/// The bytes of one Kafka record or one line, with its coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct RawMessage {
    /// The message, or only its beginning if it is longer than the source cares to keep.
    pub bytes: Vec<u8>,
    /// Length of the whole message in bytes.
    pub length: u64,
    /// Where it came from.
    pub position: SourcePosition,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
}

impl RawMessage {
    /// A message that is held whole and belongs to no trace.
    #[must_use]
    pub fn new(bytes: Vec<u8>, position: SourcePosition) -> Self {
        Self { length: bytes.len() as u64, bytes, position, trace: None }
    }
}

/// W3C trace context as it stands in record headers; passed on to what the message becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The header `traceparent`.
    pub traceparent: String,
    /// The header `tracestate`.
    pub tracestate: Option<String>,
}

impl TraceContext {
    /// Reads the two headers. Nothing, if `traceparent` is not of the form
    /// `version-trace id-parent id-flags`, as the recommendation asks.
    #[must_use]
    pub fn from_headers(traceparent: &str, tracestate: Option<&str>) -> Option<Self> {
        let lengths = traceparent.split('-').map(str::len).take(4);
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let well_formed = lengths.eq([2, 32, 16, 2])
            && traceparent.bytes().take(55).all(|byte| byte == b'-' || hexadecimal(byte));
        if !well_formed {
            return None;
        }
        let context = Self {
            traceparent: traceparent.to_owned(),
            tracestate: tracestate.map(ToOwned::to_owned),
        };
        let is_void = context.trace_id().bytes().all(|byte| byte == b'0');
        (!is_void).then_some(context)
    }

    /// The id of the whole trace, 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        self.traceparent.get(3..35).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_traceparent_is_passed_on() {
        let read = |header| TraceContext::from_headers(header, None);
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(read(good).unwrap().trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        for bad in [
            "",
            "00-4bf9-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "你好",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
