use std::sync::Arc;

use mingjian_schema::{DeadLetterReason, SourcePosition, Stage};

use super::*;
use crate::keyword_judge::KeywordJudge;

fn engine(max_raw_bytes: usize) -> Engine {
    let options = EngineOptions {
        dead_letters: DeadLetterConfig { max_raw_bytes, ..DeadLetterConfig::default() },
        threads: 2,
        ..EngineOptions::default()
    };
    Engine::new(Arc::new(KeywordJudge::default()), &options).unwrap()
}

fn message(offset: i64, json: &str) -> RawMessage {
    let position = SourcePosition { topic: "t".into(), partition: 3, offset, timestamp: None };
    RawMessage::new(json.as_bytes().to_vec(), position)
}

#[test]
fn outcomes_stand_in_the_order_of_the_messages() {
    let messages: Vec<_> = (0..1000)
        .map(|index| {
            let text = if index % 3 == 0 { "震惊" } else { "平常" };
            message(index, &format!(r#"{{"id":"{index}","text":"{text}"}}"#))
        })
        .collect();
    let outcomes = engine(1000).classify_batch(&messages);
    for (index, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Flagged(flagged) => {
                assert_eq!((index % 3, &flagged.id), (0, &index.to_string()));
                assert_eq!(flagged.source.as_ref(), Some(&messages[index].position));
            }
            Outcome::Passed => assert_ne!(index % 3, 0),
            Outcome::Dead(letter) => panic!("{letter:?}"),
        }
    }
}

#[test]
fn a_panic_costs_one_post() {
    let messages =
        [message(0, r#"{"id":"1","text":"崩溃"}"#), message(1, r#"{"id":"2","text":"震惊"}"#)];
    let outcomes = engine(1000).classify_batch(&messages);
    let Outcome::Dead(letter) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!((letter.reason, letter.stage), (DeadLetterReason::ClassifierPanic, Stage::Classify));
    assert_eq!((letter.source.offset, letter.source.partition), (0, 3));
    assert!(!letter.detail.contains("崩溃"));
    assert!(matches!(outcomes[1], Outcome::Flagged(_)));
}

#[test]
fn a_flagged_post_that_no_record_can_hold_becomes_a_dead_letter_that_one_can() {
    const LIMIT: usize = 20_000;
    let text = format!("震惊{}", "长".repeat(LIMIT));
    let long = message(0, &format!(r#"{{"id":"1","text":"{text}"}}"#));
    let short = message(1, r#"{"id":"2","text":"震惊"}"#);
    let encoded = engine(700_000).encode_batch(&[long, short], LIMIT);
    let Outcome::Dead(letter) = &encoded[0].outcome else { panic!("{:?}", encoded[0].outcome) };
    assert_eq!((letter.reason, letter.stage), (DeadLetterReason::Undeliverable, Stage::Deliver));
    assert!(letter.raw_truncated);
    assert!(encoded[0].json.len() <= LIMIT);
    assert!(matches!(encoded[1].outcome, Outcome::Flagged(_)));
}

#[test]
fn a_trace_is_named_in_the_record() {
    let trace = crate::TraceContext::from_headers(
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        None,
    );
    let traced = RawMessage { trace, ..message(0, r#"{"id":"1","text":"震惊"}"#) };
    let outcomes = engine(1000).classify_batch(&[traced]);
    let Outcome::Flagged(flagged) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(flagged.trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
}
