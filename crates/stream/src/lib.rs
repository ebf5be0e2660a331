//! Moves posts: from Kafka or a file, through a [`Judge`], to reviewers or to the dead letters.
//!
//! Every message that comes in goes exactly one way: it passes, it is flagged, or it becomes a
//! dead letter ([`Counts::is_conserved`]). [`serve`] does so for Kafka topics, each batch in one
//! transaction with its offsets; [`replay`] does the same for lines of JSON; [`demo`] runs the
//! service against a mock cluster inside the process.
//!
//! This crate must not know how a score is made.

#![forbid(unsafe_code)]

mod breaker;
mod config;
mod counts;
mod dead_letter;
mod decode;
mod demo;
mod engine;
#[cfg(feature = "deliberate-faults")]
mod faults;
mod health;
mod jsonl;
mod judge;
mod judges;
mod kafka;
mod kafka_bench;
mod memory;
mod message;
pub mod metrics;
mod panics;
mod serve;
mod soak;
mod stop;

pub use config::{
    AuthorFieldMap, BatchConfig, CandidateConfig, ConfigProblem, DeadLetterConfig, Delivery,
    FieldMap, HttpConfig, InputConfig, InvalidConfig, KafkaConfig, Properties, ServiceConfig,
    StreamConfig,
};
pub use counts::Counts;
pub use decode::{Decoded, Decoder, Rejection};
pub use demo::{DemoError, DemoOptions, demo};
pub use engine::{Engine, EngineError, EngineOptions, Outcome};
#[cfg(feature = "deliberate-faults")]
pub use faults::{CommittedRecord, CoveredOffsets, DeliberateFaults, TransactionStore};
pub use jsonl::{
    LineBatches, Progress, ReplayError, ReplayOptions, ReplaySinks, ReplaySource, Summary, replay,
};
pub use judge::{Judge, SecondLooks};
pub use judges::{Candidate, JudgeSource, Judges, MakeJudges};
pub use kafka_bench::{KafkaBenchError, KafkaBenchOptions, KafkaBenchReport, kafka_bench};
pub use message::{RawMessage, TraceContext};
pub use serve::{Controls, ServeError, ServiceReport, serve};
pub use soak::{LatencyReport, SoakError, SoakOptions, SoakReport, soak};
pub use stop::StopSignal;

// The judge of the tests names this crate as they do.
#[cfg(test)]
extern crate self as mingjian_stream;
#[cfg(test)]
#[path = "../tests/support/keyword_judge.rs"]
mod keyword_judge;
