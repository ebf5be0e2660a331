//! How fast the service is through a real Kafka, beside what bounds it from either side.
//!
//! Every phase has topics of its own, made for it and removed after it. The posts of a phase that
//! asks for the highest rate are in their topic before the service starts, so that no generator
//! competes with it; the last phase sends at an even rate and measures the time from a post to a
//! reader with `read_committed`.

mod consume;
mod pass_through;
mod topics;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::error::KafkaError;
use serde::Serialize;

use crate::soak::{Feed, Ledger};
use crate::{
    Engine, EngineError, Judges, LatencyReport, SoakError, SoakOptions, SoakReport, StopSignal,
    StreamConfig, soak,
};
use pass_through::PassThrough;
use topics::Topics;

/// What is measured, and for how long.
#[derive(Debug, Clone)]
pub struct KafkaBenchOptions {
    /// About how long each of the four phases takes; the filling of topics comes on top.
    pub phase: Duration,
    /// Partitions of each topic.
    pub partitions: i32,
    /// Posts a second of the last phase; half of the measured end-to-end rate if absent.
    pub rate: Option<f64>,
}

/// What was measured. All rates are posts a second.
#[derive(Debug, Clone, Serialize)]
pub struct KafkaBenchReport {
    /// Posts of each phase that goes as fast as it can.
    pub posts: usize,
    /// Partitions of each topic.
    pub partitions: i32,
    /// Threads that judge.
    pub threads: usize,
    /// Share of the posts that is flagged.
    pub flagged_share: f64,
    /// Reading the posts, and nothing else.
    pub consume_only: f64,
    /// The whole service, but as many posts flagged without looking at them.
    pub without_classification: f64,
    /// Judging the same posts on as many threads, without Kafka.
    pub classification_only: f64,
    /// The whole service.
    pub end_to_end: f64,
    /// `end_to_end` over `classification_only`.
    pub end_to_end_share: f64,
    /// The rate that the latencies were measured at.
    pub rate: f64,
    /// From a post's timestamp to a reader with `read_committed`, in milliseconds.
    pub latency_ms: LatencyReport,
    /// Whether every post of every phase went exactly one way.
    pub conserved: bool,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum KafkaBenchError {
    /// The topics could not be made.
    #[error(
        "cannot make topics on {brokers}: {error}; is that a broker's address, and may this user \
         create topics?"
    )]
    Topics {
        /// The brokers' addresses.
        brokers: String,
        /// What the client says.
        error: KafkaError,
    },
    /// A phase failed.
    #[error("{phase}: {error}")]
    Phase {
        /// What was being measured.
        phase: &'static str,
        /// Why.
        error: SoakError,
    },
    /// Threads could not be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is nothing to send.
    #[error("no post to send")]
    NoPosts,
    /// It was told to stop.
    #[error("stopped before everything was measured; the topics are removed")]
    Stopped,
}

/// Posts for the first guess of a rate.
const TRIAL: usize = 2_000;
/// Fewer posts than this are too few batches to tell a rate; more would fill disks.
const POSTS: std::ops::RangeInclusive<usize> = 40_000..=2_000_000;
/// How long a phase may stand still.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures on the brokers of `config`, with its settings but topics and names of its own.
/// `on_phase` hears what is about to be measured.
///
/// # Errors
/// If the brokers cannot be reached, topics cannot be made or the service ends by itself.
pub async fn kafka_bench(
    config: &StreamConfig,
    judges: Judges,
    samples: &[Vec<u8>],
    options: &KafkaBenchOptions,
    stop: StopSignal,
    on_phase: impl Fn(&'static str),
) -> Result<KafkaBenchReport, KafkaBenchError> {
    let topics = Topics::new(config, options.partitions);
    let measured = measure(config, judges, samples, options, &topics, &stop, on_phase).await;
    topics.remove().await;
    measured
}

async fn measure(
    config: &StreamConfig,
    judges: Judges,
    samples: &[Vec<u8>],
    options: &KafkaBenchOptions,
    topics: &Topics,
    stop: &StopSignal,
    on_phase: impl Fn(&'static str),
) -> Result<KafkaBenchReport, KafkaBenchError> {
    let rate = trial_rate(config, &judges, samples)?;
    let posts = ((rate * options.phase.as_secs_f64()) as usize).clamp(*POSTS.start(), *POSTS.end());
    let run = async |phase, name, judges: Judges, posts, rate| {
        on_phase(phase);
        let config = topics.make(name).await?;
        let options = SoakOptions { posts, rate, patience: PATIENCE, ..SoakOptions::default() };
        // A soak ends its own signal when it is through.
        let own = StopSignal::new();
        let mut soaking = pin!(soak(&config, judges, samples, &options, own.clone()));
        let report = tokio::select! {
            report = &mut soaking => report,
            () = stop.stopped() => {
                own.stop();
                let _ = soaking.await;
                return Err(KafkaBenchError::Stopped);
            }
        };
        let report = report.map_err(|error| KafkaBenchError::Phase { phase, error })?;
        Ok((config.clone(), report))
    };
    let (filled, whole): (_, SoakReport) =
        run("end to end", "whole", judges.clone(), posts, None).await?;
    on_phase("consume only");
    let consume_only = {
        let (config, posts) = (filled, posts as u64);
        tokio::task::spawn_blocking(move || consume::rate(&config, posts, PATIENCE))
            .await
            .map_err(|_| SoakError::Thread)
            .and_then(|rate| rate.map_err(SoakError::Kafka))
            .map_err(|error| KafkaBenchError::Phase { phase: "consume only", error })?
    };
    let flagged_share = whole.flagged as f64 / whole.posts as f64;
    let idle = Judges::only(Arc::new(PassThrough::new(flagged_share)));
    let (_, without) = run("without classification", "without", idle, posts, None).await?;
    let rate = options.rate.unwrap_or(whole.posts_per_second / 2.0).max(1.0);
    let paced_posts = ((rate * options.phase.as_secs_f64()) as usize).clamp(1, *POSTS.end());
    let (_, paced) = run("latency", "paced", judges, paced_posts, Some(rate)).await?;
    Ok(KafkaBenchReport {
        posts,
        partitions: options.partitions,
        threads: threads(config),
        flagged_share,
        consume_only,
        without_classification: without.posts_per_second,
        classification_only: whole.classify_posts_per_second,
        end_to_end: whole.posts_per_second,
        end_to_end_share: whole.posts_per_second / whole.classify_posts_per_second,
        rate,
        latency_ms: paced.latency_ms,
        conserved: whole.conserved && without.conserved && paced.conserved,
    })
}

fn threads(config: &StreamConfig) -> usize {
    match config.service.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// About how many posts a second are judged, to know how many a phase needs.
fn trial_rate(
    config: &StreamConfig,
    judges: &Judges,
    samples: &[Vec<u8>],
) -> Result<f64, KafkaBenchError> {
    let feed = Feed::new(samples, TRIAL).map_err(|_| KafkaBenchError::NoPosts)?;
    let engine = Engine::new(Arc::clone(&judges.live), &config.into())?;
    Ok(Ledger::expecting(&feed, &engine).1)
}
