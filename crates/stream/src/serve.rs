//! The consumer service: Kafka on its own thread, health over HTTP beside it.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::{Notify, oneshot, watch};

use crate::breaker::Breaker;
use crate::health::{HealthServer, Office, Readiness};
use crate::judges::JudgeHandle;
use crate::kafka::Service;
use crate::memory::MemoryBound;
use crate::{
    Counts, Engine, EngineError, InvalidConfig, JudgeSource, StopSignal, StreamConfig, metrics,
};

/// What a service did until it stopped. Only committed batches count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ServiceReport {
    /// Where the messages went.
    #[serde(flatten)]
    pub counts: Counts,
    /// Batches committed.
    pub batches: u64,
    /// Batches given up and read again.
    pub aborted_batches: u64,
    /// Times that the Kafka clients were made anew after an error.
    pub lost_sessions: u64,
    /// Whether the last batch was committed before the service left. If not, it will be read
    /// again.
    pub drained: bool,
}

/// Why the service ended by itself. Whatever the error, nothing is lost: what was not committed is
/// read again by whoever gets the partitions.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The settings contradict each other.
    #[error("{0}")]
    Config(#[from] InvalidConfig),
    /// Threads could not be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The thread that talks to Kafka could not be started.
    #[error("cannot start the kafka thread")]
    Thread(#[source] io::Error),
    /// The address for health and metrics is taken or not ours.
    #[error("cannot listen on http.listen = {address}")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// librdkafka refuses a setting.
    #[error("kafka refuses the settings: {0}; look at kafka.properties")]
    Client(String),
    /// The broker refuses this user.
    #[error(
        "{operation} is not authorised ({error}); the user needs read on the input topics \
             and the group, write on the output topics and on the transactional id"
    )]
    NotAuthorised {
        /// What was refused.
        operation: &'static str,
        /// What the broker says.
        error: rdkafka::error::KafkaError,
    },
    /// Another instance took over this one's identity.
    #[error("another instance uses the same identity ({error}); give each its own {key}")]
    Fenced {
        /// The key to look at.
        key: &'static str,
        /// What the broker says.
        error: rdkafka::error::KafkaError,
    },
    /// The thread that talks to Kafka died.
    #[error("the kafka thread panicked")]
    Panicked,
}

/// Runs the service until `stop` is raised or an error ends it.
///
/// # Errors
/// Settings that cannot stand, a port that is taken, a broker that refuses this user, another
/// instance under the same name. An unreachable broker or a missing topic is no error: the service
/// waits and says so in its log and at `/ready`.
pub async fn serve(
    config: &StreamConfig,
    judges: impl Into<JudgeSource>,
    controls: impl Into<Controls>,
) -> Result<ServiceReport, ServeError> {
    serve_watched(config, judges.into(), controls.into(), watch::Sender::default()).await
}

/// The same, with the counts so far published after each batch.
pub(crate) async fn serve_watched(
    config: &StreamConfig,
    judges: JudgeSource,
    controls: Controls,
    progress: watch::Sender<Counts>,
) -> Result<ServiceReport, ServeError> {
    config.check()?;
    metrics::install();
    let judges = Arc::new(JudgeHandle::new(judges));
    metrics::versions(None, judges.current().live.versions());
    let engine = Engine::with_judges(Arc::clone(&judges), &config.into())?;
    let breaker = Arc::new(Breaker::new(&config.dead_letters));
    let (stop, reload) = (controls.stop, controls.reload);
    let server = bind(&config.http.listen).await?;

    let readiness = Readiness::starting();
    let service = Service {
        config: config.clone(),
        engine,
        stop,
        readiness: readiness.clone(),
        runtime: tokio::runtime::Handle::current(),
        progress,
        record_limit: config.kafka.max_record_bytes.into(),
        breaker: Arc::clone(&breaker),
        memory: MemoryBound::measured_now(config),
        #[cfg(feature = "deliberate-faults")]
        faults: controls.faults,
    };
    let finished = spawn_kafka_thread(service)?;

    let done = StopSignal::new();
    let office = Office { readiness, judges: Arc::clone(&judges), breaker };
    let health = tokio::spawn(server.run(office, done.clone()));
    let reloading = tokio::spawn(reload_when_asked(reload, judges));
    // The sender is dropped without a word only if the thread panics.
    let result = finished.await.unwrap_or(Err(ServeError::Panicked));
    done.stop();
    reloading.abort();
    if let Err(error) = health.await {
        tracing::error!(%error, "the health server failed");
    }
    result
}

/// How a running service is told to stop and to load its model again.
#[derive(Debug, Clone, Default)]
pub struct Controls {
    /// Asks it to finish what it holds and leave.
    pub stop: StopSignal,
    /// Asks it to make its judges anew, each time that it is notified. `POST /reload` does the
    /// same and says how it went.
    pub reload: Arc<Notify>,
    /// What a test breaks on purpose.
    #[cfg(feature = "deliberate-faults")]
    pub faults: crate::DeliberateFaults,
}

impl From<StopSignal> for Controls {
    fn from(stop: StopSignal) -> Self {
        Self { stop, ..Self::default() }
    }
}

async fn reload_when_asked(reload: Arc<Notify>, judges: Arc<JudgeHandle>) {
    loop {
        reload.notified().await;
        let judges = Arc::clone(&judges);
        // Success and failure are told in the log and in the metrics.
        let _ = tokio::task::spawn_blocking(move || judges.reload()).await;
    }
}

async fn bind(listen: &str) -> Result<HealthServer, ServeError> {
    let in_vain = |source| ServeError::Listen { address: listen.to_owned(), source };
    let server = HealthServer::bind(listen).await.map_err(in_vain)?;
    let address = server.address().map_err(in_vain)?;
    tracing::info!(%address, "health and metrics over http");
    Ok(server)
}

/// librdkafka blocks, so that it gets a thread of its own.
fn spawn_kafka_thread(
    service: Service,
) -> Result<oneshot::Receiver<Result<ServiceReport, ServeError>>, ServeError> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("kafka".to_owned())
        .spawn(move || {
            // Nobody waits any more if the caller gave up on the future.
            let _ = sender.send(service.run());
        })
        .map_err(ServeError::Thread)?;
    Ok(receiver)
}
