//! The last stage: finish what is held, then leave.

use std::time::{Duration, Instant};

use super::batch::Batch;
use super::consuming::Consuming;
use super::failure::Failure;
use crate::{ServeError, ServiceReport};

/// A stop was asked for; at most one batch is left.
pub(super) struct Draining<'s> {
    clients: Consuming<'s>,
    batch: Batch,
}

impl<'s> Draining<'s> {
    pub(super) fn new(clients: Consuming<'s>, batch: Batch) -> Self {
        Self { clients, batch }
    }

    /// Judges and commits the last batch within the time to drain, and closes the clients, which
    /// leaves the group. Whether the batch was committed; if not, it will be read again.
    pub(super) fn finish(mut self, report: &mut ServiceReport) -> Result<bool, ServeError> {
        if self.batch.is_empty() {
            return Ok(true);
        }
        let time_to_drain = Duration::from_millis(self.clients.service().config.service.drain_ms);
        let deadline = Instant::now() + time_to_drain;
        match self.clients.process(&self.batch, deadline, report) {
            Ok(()) => Ok(true),
            Err(Failure::Fatal(error)) => Err(error),
            Err(failure) => {
                tracing::warn!(reason = %failure, "the last batch was not committed");
                Ok(false)
            }
        }
    }
}
