//! Adding offsets to a transaction, in spite of a call that may never return.
//!
//! librdkafka 2.12 waits without a limit for the end of `send_offsets_to_transaction`, and drops the
//! answer when the broker that it waits for leaves the cluster's metadata meanwhile (a broker that is
//! fenced for a moment is enough). So the call has a thread of its own, which is left behind with
//! its producer if the call does not return.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{BaseProducer, Producer};

use crate::kafka::events::ProducerEvents;

/// How long the call may take when it is asked to take at most a second.
const HUNG_AFTER: Duration = Duration::from_secs(15);

/// Calls in a thread that can be left behind.
#[derive(Debug, Default)]
pub(super) struct OffsetCalls {
    is_hung: AtomicBool,
}

impl OffsetCalls {
    /// Whether a call did not return, so that its producer is of no use any more.
    pub(super) fn is_hung(&self) -> bool {
        self.is_hung.load(Ordering::Acquire)
    }

    /// Makes the call and waits for its end.
    pub(super) fn send(
        &self,
        producer: &Arc<BaseProducer<ProducerEvents>>,
        offsets: &TopicPartitionList,
        group: &Arc<ConsumerGroupMetadata>,
        patience: Duration,
    ) -> KafkaResult<()> {
        let (sender, receiver) = mpsc::channel();
        let (producer, offsets, group) = (Arc::clone(producer), offsets.clone(), Arc::clone(group));
        let spawned = std::thread::Builder::new().name("offsets".to_owned()).spawn(move || {
            // Nobody listens any more if the call took too long.
            let _ = sender.send(producer.send_offsets_to_transaction(&offsets, &group, patience));
        });
        if spawned.is_err() {
            return Err(KafkaError::Canceled);
        }
        match receiver.recv_timeout(HUNG_AFTER) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                self.is_hung.store(true, Ordering::Release);
                tracing::error!("the kafka client does not answer; it is left behind");
                Err(KafkaError::Canceled)
            }
        }
    }
}
