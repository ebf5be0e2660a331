//! What an error of librdkafka's means for the service.

use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::ServeError;

/// Why a batch was not delivered, by what has to be done about it.
#[derive(Debug)]
pub(super) enum Failure {
    /// The transaction is aborted: read the batch again.
    Aborted(String),
    /// The breaker holds the batch back: read it again when the breaker says so.
    TooManyDeadLetters(String),
    /// A record is larger than a topic takes, although the brokers did not say so before. The
    /// transaction is aborted: read the batch again with a lower bound.
    RecordTooLarge,
    /// The clients cannot go on: make new ones.
    SessionLost(String),
    /// No retry helps.
    Fatal(ServeError),
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::Fatal(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted(reason)
            | Self::TooManyDeadLetters(reason)
            | Self::SessionLost(reason) => formatter.write_str(reason),
            Self::RecordTooLarge => formatter.write_str("a record is larger than its topic takes"),
            Self::Fatal(error) => write!(formatter, "{error}"),
        }
    }
}

/// Errors that end the service, because waiting does not mend them.
pub(super) fn end_of_service(operation: &'static str, error: &KafkaError) -> Option<ServeError> {
    match error.rdkafka_error_code()? {
        Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed => {
            Some(ServeError::NotAuthorised { operation, error: error.clone() })
        }
        Code::ProducerFenced | Code::Fenced | Code::InvalidProducerEpoch => {
            Some(ServeError::Fenced { key: "kafka.transactional_id", error: error.clone() })
        }
        Code::FencedInstanceId => {
            Some(ServeError::Fenced { key: "kafka.group_instance_id", error: error.clone() })
        }
        _ => None,
    }
}

/// librdkafka's word on settings that it refuses. Its own text would quote the value, which may be
/// a password.
pub(super) fn cannot_create(error: &KafkaError) -> ServeError {
    ServeError::Client(match error {
        KafkaError::ClientConfig(_, description, key, _) => format!("{key}: {description}"),
        other => other.to_string(),
    })
}
