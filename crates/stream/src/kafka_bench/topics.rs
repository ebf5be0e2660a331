//! Topics that nobody else has, and a configuration for each phase.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::KafkaError;

use super::KafkaBenchError;
use crate::StreamConfig;
use crate::kafka::admin_client;

/// How long the brokers may take to make or remove topics.
const PATIENCE: Duration = Duration::from_secs(10);
/// The brokers' own default.
const REPLICATION: TopicReplication<'static> = TopicReplication::Fixed(-1);

pub(super) struct Topics {
    config: StreamConfig,
    run: String,
    partitions: i32,
    made: Mutex<Vec<String>>,
}

impl Topics {
    pub(super) fn new(config: &StreamConfig, partitions: i32) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let run = format!("mingjian-bench-{}-{}", now.as_millis(), std::process::id());
        Self { config: config.clone(), run, partitions, made: Mutex::default() }
    }

    /// Makes the topics of a phase; the configuration of a service that uses them.
    pub(super) async fn make(&self, phase: &str) -> Result<StreamConfig, KafkaBenchError> {
        let name = |what: &str| format!("{}-{phase}-{what}", self.run);
        let mut config = self.config.clone();
        let kafka = &mut config.kafka;
        kafka.input_topics = vec![name("posts")];
        kafka.review_topic = name("review");
        kafka.dead_letter_topic = name("dead-letters");
        kafka.group = name("group");
        kafka.transactional_id = Some(name("transactions"));
        kafka.group_instance_id = None;
        config.http.listen = "127.0.0.1:0".to_owned();
        let names = [name("posts"), kafka.review_topic.clone(), kafka.dead_letter_topic.clone()];
        self.create(&names).await.map_err(|error| KafkaBenchError::Topics {
            brokers: self.config.kafka.brokers.clone(),
            error,
        })?;
        Ok(config)
    }

    async fn create(&self, names: &[String]) -> Result<(), KafkaError> {
        // Also those that could only half be made are to be removed.
        self.made.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(names);
        let new: Vec<_> =
            names.iter().map(|name| NewTopic::new(name, self.partitions, REPLICATION)).collect();
        let made = self.admin()?.create_topics(&new, &options()).await?;
        made.into_iter()
            .try_for_each(|topic| topic.map(drop).map_err(|(_, code)| KafkaError::AdminOp(code)))
    }

    fn admin(&self) -> Result<AdminClient<DefaultClientContext>, KafkaError> {
        admin_client(&self.config.kafka).create()
    }

    /// Removes all topics that were made. What cannot be removed is named in the log.
    pub(super) async fn remove(&self) {
        let names = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let Ok(admin) = self.admin() else { return };
        if let Err(error) = admin.delete_topics(&names, &options()).await {
            tracing::warn!(%error, ?names, "the benchmark's topics could not be removed");
        }
    }
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE))
}
