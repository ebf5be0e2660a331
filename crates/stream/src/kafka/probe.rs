//! Asking the brokers before anything is started: are they there, are the topics there, how large
//! may a record be.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseProducer, Producer};
use rdkafka::types::RDKafkaRespErr;

use super::clients;
use super::events::ClientEvents;
use crate::health::Readiness;
use crate::kafka::failure::{cannot_create, end_of_service};
use crate::{KafkaConfig, ServeError};

const PATIENCE: Duration = Duration::from_secs(5);
/// The limit of a topic is worth less waiting: where it stays unknown, a refusal teaches it.
const LIMIT_PATIENCE: Duration = Duration::from_secs(1);

/// Why the service cannot start yet.
#[derive(Debug)]
pub(super) enum NotYet {
    /// Time may mend it.
    Waiting(String),
    /// It will not.
    Never(ServeError),
}

/// Looks for the brokers and for every topic.
pub(super) fn topics_exist(kafka: &KafkaConfig, readiness: &Readiness) -> Result<(), NotYet> {
    let events = ClientEvents::new(readiness.clone());
    let client: BaseProducer<ClientEvents> = clients::probe(kafka)
        .create_with_context(events)
        .map_err(|error| NotYet::Never(cannot_create(&error)))?;
    let outputs = [&kafka.review_topic, &kafka.dead_letter_topic];
    for topic in kafka.input_topics.iter().chain(outputs) {
        let answer = client.client().fetch_metadata(Some(topic), PATIENCE);
        // Errors of the connection say more than the metadata's time-out.
        client.poll(Duration::from_millis(1));
        let metadata = answer.map_err(|error| no_metadata(kafka, &error))?;
        let error = metadata.topics().first().and_then(|topic| topic.error());
        if let Some(error) = error {
            return Err(topic_error(topic, error));
        }
    }
    Ok(())
}

fn no_metadata(kafka: &KafkaConfig, error: &KafkaError) -> NotYet {
    match end_of_service("reading metadata", error) {
        Some(end) => NotYet::Never(end),
        None => NotYet::Waiting(format!(
            "no broker answers at kafka.brokers = {} ({error})",
            kafka.brokers
        )),
    }
}

fn topic_error(topic: &str, error: RDKafkaRespErr) -> NotYet {
    let code = Code::from(error);
    let error = KafkaError::MetadataFetch(code);
    match (end_of_service("reading a topic's metadata", &error), code) {
        (Some(end), _) => NotYet::Never(end),
        (None, Code::UnknownTopicOrPartition | Code::UnknownTopic) => {
            NotYet::Waiting(format!("the topic `{topic}` does not exist; create it"))
        }
        (None, _) => NotYet::Waiting(format!("the topic `{topic}` is not available ({code})")),
    }
}

/// The largest record that both output topics take, as far as the brokers tell this user; none if
/// they do not.
pub(super) fn topics_record_limit(
    kafka: &KafkaConfig,
    runtime: &tokio::runtime::Handle,
) -> Option<usize> {
    let admin: AdminClient<DefaultClientContext> = clients::probe(kafka).create().ok()?;
    let topics = [
        ResourceSpecifier::Topic(&kafka.review_topic),
        ResourceSpecifier::Topic(&kafka.dead_letter_topic),
    ];
    let options = AdminOptions::new().request_timeout(Some(LIMIT_PATIENCE));
    let answer = runtime.block_on(admin.describe_configs(&topics, &options));
    let resources = answer
        .inspect_err(|error| tracing::debug!(%error, "the topics' settings are not shown to us"))
        .ok()?;
    resources
        .into_iter()
        .filter_map(Result::ok)
        .filter_map(|resource| resource.get("max.message.bytes")?.value.as_ref()?.parse().ok())
        .min()
}
