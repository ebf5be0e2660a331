//! Messages that could not be judged, kept as whole as a record of the dead-letter topic allows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingjian_schema::{DeadLetter, SCHEMA_VERSION};

use crate::RawMessage;
use crate::decode::Rejection;

/// Builds the dead letter of a message, keeping at most `max_raw_bytes` of it.
pub(crate) fn dead_letter(
    message: &RawMessage,
    rejection: Rejection,
    max_raw_bytes: usize,
    code: &str,
) -> DeadLetter {
    let kept = keep(message, max_raw_bytes);
    let (length, raw, raw_base64) = match kept {
        Kept::Nothing => (0, None, None),
        Kept::Text(text) => (text.len(), Some(text.to_owned()), None),
        Kept::Bytes(bytes) => (bytes.len(), None, Some(STANDARD.encode(bytes))),
    };
    DeadLetter {
        schema_version: SCHEMA_VERSION,
        reason: rejection.reason,
        stage: rejection.stage,
        detail: rejection.detail.into_owned(),
        source: message.position.clone(),
        raw_bytes: message.length,
        raw_truncated: (length as u64) < message.length,
        raw,
        raw_base64,
        code: code.to_owned(),
    }
}

enum Kept<'m> {
    Nothing,
    Text(&'m str),
    Bytes(&'m [u8]),
}

fn keep(message: &RawMessage, max_raw_bytes: usize) -> Kept<'_> {
    let bytes = &message.bytes;
    let is_cut = (bytes.len() as u64) < message.length;
    match std::str::from_utf8(bytes) {
        _ if bytes.is_empty() => Kept::Nothing,
        Ok(text) => Kept::Text(cut_text(text, max_raw_bytes)),
        // The source cut a long message in the middle of a character.
        Err(error) if is_cut && error.error_len().is_none() => {
            let text = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            Kept::Text(cut_text(text, max_raw_bytes))
        }
        Err(_) => Kept::Bytes(&bytes[..bytes.len().min(max_raw_bytes)]),
    }
}

/// The longest beginning of `text` that stays below `max_bytes`, and below what as many bytes take
/// in Base64 once it is escaped as a JSON string.
fn cut_text(text: &str, max_bytes: usize) -> &str {
    let max_escaped = max_bytes.div_ceil(3) * 4;
    // No character grows more than sixfold.
    if text.len() <= max_bytes && text.len() * 6 <= max_escaped {
        return text;
    }
    let mut escaped = 0;
    for (start, character) in text.char_indices() {
        escaped += match character {
            '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
            control if control < ' ' => 6,
            other => other.len_utf8(),
        };
        let end = start + character.len_utf8();
        if end > max_bytes || escaped > max_escaped {
            return &text[..start];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjian_schema::{DeadLetterReason, SourcePosition};
    use proptest::prelude::*;

    fn letter(bytes: &[u8], length: u64, max_raw_bytes: usize) -> DeadLetter {
        let position =
            SourcePosition { topic: "t".into(), partition: 0, offset: 7, timestamp: None };
        let message = RawMessage { length, ..RawMessage::new(bytes.to_vec(), position) };
        let rejection = Rejection::decode(DeadLetterReason::NotJson, "x");
        dead_letter(&message, rejection, max_raw_bytes, "0")
    }

    #[test]
    fn text_stays_text_and_other_bytes_become_base64() {
        let text = letter("坏".as_bytes(), 3, 100);
        assert_eq!((text.raw.as_deref(), text.raw_truncated), (Some("坏"), false));
        let bytes = letter(b"\xff\xfe", 2, 100);
        assert_eq!((bytes.raw, bytes.raw_base64.as_deref()), (None, Some("//4=")));
        let nothing = letter(b"", 0, 100);
        assert_eq!((nothing.raw, nothing.raw_base64), (None, None));
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let text = letter("坏消息".as_bytes(), 9, 8);
        assert_eq!((text.raw.as_deref(), text.raw_truncated), (Some("坏消"), true));
        let cut_by_source = letter(&"坏消息".as_bytes()[..5], 9, 100);
        assert_eq!(cut_by_source.raw.as_deref(), Some("坏"));
        assert_eq!((cut_by_source.raw_bytes, cut_by_source.raw_truncated), (9, true));
    }

    proptest! {
        #[test]
        fn a_dead_letter_never_outgrows_its_bound(
            bytes in proptest::collection::vec(0_u8..40, 0..400),
            max in 1_usize..300,
        ) {
            let letter = letter(&bytes, bytes.len() as u64, max);
            let length = serde_json::to_vec(&letter).unwrap().len();
            prop_assert!(length <= max.div_ceil(3) * 4 + 400, "{length} for {max}");
        }
    }
}
