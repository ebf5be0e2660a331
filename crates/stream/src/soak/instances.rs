//! Instances of the service that come and go.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{SoakError, SoakOptions};
use crate::judges::JudgeSource;
use crate::serve::serve_watched;
use crate::{Controls, Counts, ServeError, ServiceReport, StopSignal, StreamConfig};

/// The instances of one soak. Each has names of its own under which it comes back after a restart.
pub(super) struct Instances<J> {
    config: StreamConfig,
    judges: J,
    running: Vec<Running>,
    progress: Arc<Committed>,
    total: ServiceReport,
    restarts: usize,
    stop: StopSignal,
}

struct Running {
    stop: StopSignal,
    service: JoinHandle<Result<ServiceReport, ServeError>>,
}

/// How many posts all instances have committed, and when.
#[derive(Debug, Default)]
pub(super) struct Committed(Mutex<Pace>);

#[derive(Debug, Default)]
struct Pace {
    posts: u64,
    /// After the first batch: the time and the posts until then.
    first: Option<(Instant, u64)>,
    last: Option<Instant>,
}

impl Committed {
    pub(super) fn committed(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).posts
    }

    /// Blocks until so many posts are committed, or `stop` is raised.
    pub(super) fn wait_for(&self, posts: u64, stop: &StopSignal) {
        while self.committed() < posts && !stop.wait(Duration::from_millis(5)) {}
    }

    fn add(&self, posts: u64) {
        let mut pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pace.posts += posts;
        let (now, so_far) = (Instant::now(), pace.posts);
        pace.first.get_or_insert((now, so_far));
        pace.last = Some(now);
    }

    /// Posts a second from the first batch to the last.
    fn posts_per_second(&self) -> f64 {
        let pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some((first, before)), Some(last)) = (pace.first, pace.last) else { return 0.0 };
        (pace.posts - before) as f64 / last.duration_since(first).as_secs_f64().max(1e-3)
    }
}

impl<J: Fn() -> JudgeSource> Instances<J> {
    pub(super) fn start(
        config: &StreamConfig,
        options: &SoakOptions,
        judges: J,
        stop: &StopSignal,
    ) -> Self {
        let mut instances = Self {
            config: config.clone(),
            judges,
            running: Vec::new(),
            progress: Arc::default(),
            total: ServiceReport::default(),
            restarts: options.restarts,
            stop: stop.clone(),
        };
        for number in 0..options.instances.max(1) {
            let running = instances.run(number);
            instances.running.push(running);
        }
        instances
    }

    pub(super) fn progress(&self) -> Arc<Committed> {
        Arc::clone(&self.progress)
    }

    fn run(&self, number: usize) -> Running {
        let mut config = self.config.clone();
        let name = |name: &mut Option<String>| {
            if let Some(name) = name {
                *name = format!("{name}-{number}");
            }
        };
        name(&mut config.kafka.transactional_id);
        name(&mut config.kafka.group_instance_id);
        if number > 0 {
            // The first instance keeps the address for whoever watches the metrics.
            config.http.listen = "127.0.0.1:0".to_owned();
        }
        let stop = StopSignal::new();
        let (judges, controls) = ((self.judges)(), Controls::from(stop.clone()));
        let sender = watch::Sender::<Counts>::default();
        let mut counts = sender.subscribe();
        let progress = Arc::clone(&self.progress);
        tokio::spawn(async move {
            let mut before = 0;
            while counts.changed().await.is_ok() {
                let read = counts.borrow_and_update().read;
                progress.add(read - before);
                before = read;
            }
        });
        let service =
            tokio::spawn(async move { serve_watched(&config, judges, controls, sender).await });
        Running { stop, service }
    }

    /// Restarts instances in turn, evenly spread over the posts.
    pub(super) async fn restart_on_the_way(
        &mut self,
        posts: u64,
        stop: &StopSignal,
    ) -> Result<(), SoakError> {
        let restarts = self.restarts as u64;
        for restart in 0..restarts {
            let due = posts * (restart + 1) / (restarts + 1);
            while self.progress.committed() < due && !stop.is_stopped() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let number = (restart as usize) % self.running.len();
            // First gone, then back: two at once under one name would fence each other off.
            let leaving = self.running.remove(number);
            leaving.stop.stop();
            self.add(leaving).await?;
            let again = self.run(number);
            self.running.insert(number, again);
        }
        Ok(())
    }

    async fn add(&mut self, running: Running) -> Result<(), SoakError> {
        let report = running.service.await.map_err(|_| SoakError::Thread)??;
        self.total.counts.merge(&report.counts);
        self.total.batches += report.batches;
        self.total.aborted_batches += report.aborted_batches;
        self.total.lost_sessions += report.lost_sessions;
        Ok(())
    }

    /// Stops all instances; what they did together, and posts a second.
    pub(super) async fn finish(mut self) -> Result<(ServiceReport, f64), SoakError> {
        self.stop.stop();
        for running in std::mem::take(&mut self.running) {
            running.stop.stop();
            self.add(running).await?;
        }
        Ok((self.total, self.progress.posts_per_second()))
    }
}
