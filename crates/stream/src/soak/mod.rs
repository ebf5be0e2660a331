//! Putting the service under load on somebody's own cluster, and looking for what was lost or
//! doubled.
//!
//! Posts with ids of their own go to the input topic, the service runs inside this process, in one
//! or more instances that may be restarted on the way, and what becomes of the posts is read back
//! with `read_committed`. Every post was judged once before, so that it is known which of them
//! must come out where.

mod feed;
mod instances;
mod ledger;
mod reader;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::error::KafkaError;
use serde::Serialize;

use crate::judges::JudgeSource;
use crate::{Engine, EngineError, Judges, ServeError, StopSignal, StreamConfig};
pub(crate) use feed::Feed;
use feed::Pace;
use instances::Instances;
pub(crate) use ledger::Ledger;

/// What a soak does.
#[derive(Debug, Clone)]
pub struct SoakOptions {
    /// Posts to send.
    pub posts: usize,
    /// Posts a second; none sends everything before the service starts, which then shows how fast
    /// it can go.
    pub rate: Option<f64>,
    /// Instances of the service.
    pub instances: usize,
    /// How often an instance is stopped and started again on the way.
    pub restarts: usize,
    /// How long the last record may take after the last post was sent.
    pub patience: Duration,
}

impl Default for SoakOptions {
    fn default() -> Self {
        Self {
            posts: 200_000,
            rate: None,
            instances: 1,
            restarts: 0,
            patience: Duration::from_secs(300),
        }
    }
}

/// What a soak found.
#[derive(Debug, Clone, Serialize)]
pub struct SoakReport {
    /// Posts sent.
    pub posts: u64,
    /// Of them, those that must be flagged.
    pub flagged: u64,
    /// Of them, those that must become dead letters.
    pub dead_lettered: u64,
    /// Records that never came.
    pub lost: u64,
    /// Records that came again.
    pub doubled: u64,
    /// Records of posts that should have passed, or on the wrong topic.
    pub misplaced: u64,
    /// Whether every post went exactly one way.
    pub conserved: bool,
    /// Instances stopped and started again.
    pub restarts: usize,
    /// Batches given up and read again.
    pub aborted_batches: u64,
    /// Times that Kafka clients were made anew after an error.
    pub lost_sessions: u64,
    /// Posts a second through Kafka, from the first batch to the last.
    pub posts_per_second: f64,
    /// Posts a second on as many threads without Kafka.
    pub classify_posts_per_second: f64,
    /// From a post's timestamp to a reader with `read_committed`, in milliseconds; at an even rate
    /// without the posts before it and those of its first second.
    pub latency_ms: LatencyReport,
}

/// Percentiles over the flagged posts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LatencyReport {
    /// Half of them are faster.
    pub p50: u64,
    /// All but one in twenty are faster.
    pub p95: u64,
    /// All but one in a hundred are faster.
    pub p99: u64,
    /// None is slower.
    pub max: u64,
}

/// Why a soak could not be done.
#[derive(Debug, thiserror::Error)]
pub enum SoakError {
    /// An instance ended by itself.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Threads could not be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The posts could not be sent or the records not be read.
    #[error("kafka: {0}")]
    Kafka(#[from] KafkaError),
    /// There is nothing to send.
    #[error("no post to send")]
    NoPosts,
    /// A thread died.
    #[error("a thread of the soak failed")]
    Thread,
}

/// Sends posts made from `samples`, one JSON object each, through the service, and says what was
/// lost or doubled. `stop` ends it early, with a report on what has come by then.
///
/// # Errors
/// If the service or one of the clients fails for good. What is lost or doubled is no error but
/// stands in the report.
pub async fn soak(
    config: &StreamConfig,
    judges: Judges,
    samples: &[Vec<u8>],
    options: &SoakOptions,
    stop: StopSignal,
) -> Result<SoakReport, SoakError> {
    config.check().map_err(ServeError::from)?;
    let feed = Arc::new(Feed::new(samples, options.posts)?);
    let engine = Engine::new(Arc::clone(&judges.live), &config.into())?;
    let (mut ledger, classify_posts_per_second) = Ledger::expecting(&feed, &engine);
    drop(engine);

    let mut reader = reader::Reader::at_the_end(config, Arc::clone(&feed))?;
    // What was sent ahead, and the first second after it.
    let settling = |rate: f64| feed.warm_up() + (rate as usize).min(options.posts / 4);
    reader.leave_out_the_latency_of(options.rate.map_or(0, settling));
    let produce = |pace: Option<Pace>| {
        let (config, feed, stop) = (config.clone(), Arc::clone(&feed), stop.clone());
        tokio::task::spawn_blocking(move || feed::produce(&config, &feed, pace.as_ref(), &stop))
    };
    if options.rate.is_none() {
        produce(None).await.map_err(|_| SoakError::Thread)??;
    }
    let mut instances =
        Instances::start(config, options, || JudgeSource::from(judges.clone()), &stop);
    let pace = |rate| Pace { rate, progress: instances.progress() };
    let producing = options.rate.map(|rate| produce(Some(pace(rate))));
    let ended_by = stop.clone();
    let patience = options.patience;
    let posts = options.posts as u64;
    let progress = instances.progress();
    let reading = tokio::task::spawn_blocking(move || {
        let mut quiet_since = Instant::now();
        loop {
            // Those that pass leave no record, but are committed too.
            let is_through = ledger.is_complete() && progress.committed() >= posts;
            if is_through || ended_by.is_stopped() || quiet_since.elapsed() > patience {
                break;
            }
            let before = progress.committed();
            if reader.read(&mut ledger)? || progress.committed() > before {
                quiet_since = Instant::now();
            }
        }
        // A double comes after what it doubles.
        reader.read_to_the_end(&mut ledger)?;
        Ok::<_, KafkaError>((ledger, reader))
    });
    instances.restart_on_the_way(posts, &stop).await?;
    let (mut ledger, mut reader) = reading.await.map_err(|_| SoakError::Thread)??;
    if let Some(producing) = producing {
        producing.await.map_err(|_| SoakError::Thread)??;
    }
    let service = instances.finish().await?;
    let ledger = tokio::task::spawn_blocking(move || {
        reader.read_to_the_end(&mut ledger)?;
        Ok::<_, KafkaError>(ledger)
    });
    let ledger = ledger.await.map_err(|_| SoakError::Thread)??;
    Ok(ledger.report(options, &service, classify_posts_per_second))
}
