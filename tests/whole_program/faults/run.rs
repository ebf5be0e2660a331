//! One schedule: instances come and go while the cluster is disturbed; then it heals, and what
//! came out is looked at.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use mingjian_schema::{Post, Verdict, Versions};
use mingjian_stream::{
    BatchConfig, Controls, DeadLetterConfig, DeliberateFaults, Delivery, HttpConfig, Judge,
    KafkaConfig, Properties, ServeError, ServiceConfig, ServiceReport, StopSignal, StreamConfig,
    serve,
};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::cluster::Cluster;
use super::messages;
use super::random::Random;
use super::store::Store;

#[path = "../../../crates/stream/tests/support/keyword_judge.rs"]
mod keyword_judge;
use keyword_judge::KeywordJudge;

const INSTANCES: u64 = 3;
/// How long a healed cluster may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// What is run.
pub(super) struct Run {
    pub(super) seed: u64,
    pub(super) delivery: Delivery,
    pub(super) faults: DeliberateFaults,
}

/// Takes its time, so that posts are under way for as long as things go wrong.
#[derive(Default)]
struct Unhurried(KeywordJudge);

const TIME_FOR_A_POST: Duration = Duration::from_millis(6);

impl Judge for Unhurried {
    fn judge(&self, post: &Post) -> Verdict {
        std::thread::sleep(TIME_FOR_A_POST);
        self.0.judge(post)
    }

    fn versions(&self) -> &Versions {
        self.0.versions()
    }
}

/// How it ended.
pub(super) enum Ending {
    Good,
    /// What is wrong, and what was done until then.
    Bad(String),
}

struct Instance {
    stop: StopSignal,
    service: JoinHandle<Result<ServiceReport, ServeError>>,
}

impl Run {
    pub(super) fn finish(mut self) -> Ending {
        let mut random = Random::new(self.seed);
        let cluster = Cluster::start();
        cluster.fill();
        let store = Arc::new(Store::default());
        if self.delivery == Delivery::ExactlyOnce {
            self.faults.store = Some(Arc::clone(&store) as _);
        }
        let mut done = Vec::new();
        let mut instances: [Option<Instance>; INSTANCES as usize] = [None, None, None];
        instances[0] = Some(self.start(&cluster, 0, &mut random));

        let deadline = Instant::now() + PATIENCE;
        while !self.has_begun(&store, &cluster) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.faults.dead_letters_not_awaited {
            // The trouble in which this fault costs something; chance brings it too rarely.
            done.push(cluster.lose_dead_letters());
        }
        let steps = 6 + random.below(14);
        for _ in 0..steps {
            // The pace of the schedule; nothing is waited for.
            std::thread::sleep(random.milliseconds(20, 400));
            if random.below(3) > 0 {
                done.push(cluster.disturb(&mut random));
                continue;
            }
            let number = random.below(INSTANCES);
            match instances[number as usize].take() {
                None => {
                    instances[number as usize] = Some(self.start(&cluster, number, &mut random));
                    done.push(format!("instance {number} joins"));
                }
                Some(instance) => {
                    done.push(format!("instance {number} leaves"));
                    if let Err(error) = finish(instance) {
                        done.push(format!("instance {number} had ended: {error}"));
                    }
                }
            }
        }
        cluster.heal();
        done.push("healed".to_owned());
        // An instance that was told that it is fenced has ended; its supervisor starts it again.
        if let Some(ended) = instances[0].take()
            && let Err(error) = finish(ended)
        {
            done.push(format!("instance 0 had ended: {error}"));
        }
        instances[0] = Some(self.start(&cluster, 0, &mut random));
        let deadline = Instant::now() + PATIENCE;
        while !self.is_done(&store, &cluster) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
        for instance in instances.into_iter().flatten() {
            if let Err(error) = finish(instance) {
                done.push(format!("an instance ended: {error}"));
            }
        }
        match self.wrong(&store, &cluster) {
            None => Ending::Good,
            Some(wrong) => {
                Ending::Bad(format!("{wrong}; {:?}: {}", self.delivery, done.join(", ")))
            }
        }
    }

    fn has_begun(&self, store: &Store, cluster: &Cluster) -> bool {
        match self.delivery {
            Delivery::ExactlyOnce => store.has_begun(),
            Delivery::AtLeastOnce => cluster.committed().into_iter().any(|offset| offset > 0),
        }
    }

    fn is_done(&self, store: &Store, cluster: &Cluster) -> bool {
        match self.delivery {
            Delivery::ExactlyOnce if self.faults.offsets_left_out => store.has_all_records(),
            Delivery::ExactlyOnce => store.is_done(),
            Delivery::AtLeastOnce => is_consumed(cluster),
        }
    }

    fn wrong(&self, store: &Store, cluster: &Cluster) -> Option<String> {
        match self.delivery {
            Delivery::ExactlyOnce => store.wrong(),
            Delivery::AtLeastOnce => {
                let (expected, found) = (messages::expected(), cluster.records());
                let missing: Vec<_> = expected.difference(&found).collect();
                match missing.first() {
                    _ if !is_consumed(cluster) => {
                        Some(format!("stuck at {:?}", cluster.committed()))
                    }
                    Some(one) => Some(format!("lost: {one:?} and {} more", missing.len() - 1)),
                    None => {
                        found.difference(&expected).next().map(|one| format!("never sent: {one:?}"))
                    }
                }
            }
        }
    }

    fn start(&self, cluster: &Cluster, number: u64, random: &mut Random) -> Instance {
        let properties = [
            ("session.timeout.ms", "3000"),
            ("heartbeat.interval.ms", "300"),
            ("max.poll.interval.ms", "30000"),
            ("transaction.timeout.ms", "8000"),
            ("message.timeout.ms", random.one_of(&["500", "1000", "4000"])),
            ("socket.timeout.ms", "2000"),
            ("reconnect.backoff.ms", "20"),
            ("reconnect.backoff.max.ms", "200"),
            ("retry.backoff.ms", "20"),
            ("retry.backoff.max.ms", "200"),
            ("topic.metadata.refresh.fast.interval.ms", "50"),
        ];
        let properties =
            properties.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect();
        let config = StreamConfig {
            kafka: KafkaConfig {
                brokers: cluster.bootstrap(),
                input_topics: vec!["posts".to_owned()],
                review_topic: "review".to_owned(),
                dead_letter_topic: "dead-letters".to_owned(),
                transactional_id: Some(format!("instance-{number}")),
                delivery: self.delivery,
                properties: Properties(properties),
                ..KafkaConfig::default()
            },
            batch: BatchConfig {
                max_posts: 1 + random.below(40) as usize,
                linger_ms: random.below(20),
                ..BatchConfig::default()
            },
            dead_letters: DeadLetterConfig { breaker_ratio: 1.0, ..DeadLetterConfig::default() },
            http: HttpConfig { listen: "127.0.0.1:0".to_owned() },
            // Some leave in order, some as good as at once.
            service: ServiceConfig { threads: 1, drain_ms: random.one_of(&[1, 200, 5_000]) },
            ..StreamConfig::default()
        };
        let stop = StopSignal::new();
        let controls =
            Controls { stop: stop.clone(), faults: self.faults.clone(), ..Controls::default() };
        let service = runtime()
            .spawn(async move { serve(&config, Arc::new(Unhurried::default()), controls).await });
        Instance { stop, service }
    }
}

/// Whether the group has committed everything that went in.
fn is_consumed(cluster: &Cluster) -> bool {
    cluster.committed() == [messages::EACH; messages::PARTITIONS as usize]
}

/// Asks an instance to leave and waits until it is gone.
fn finish(instance: Instance) -> Result<ServiceReport, String> {
    instance.stop.stop();
    match runtime().block_on(instance.service) {
        Ok(Ok(report)) => Ok(report),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panicked) => Err(panicked.to_string()),
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    })
}
