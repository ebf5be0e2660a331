//! The last stage: finish what is held, then leave.

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
    /// leaves the group. A batch that is not committed will be read again.
    pub(super) fn finish(mut self, report: &mut ServiceReport) -> Result<(), ServeError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        match self.clients.process(&self.batch, report) {
            Ok(()) => Ok(()),
            Err(Failure::Fatal(error)) => Err(error),
            Err(failure) => {
                report.drained = false;
                tracing::warn!(reason = %failure, "the last batch was not committed");
                Ok(())
            }
        }
    }
}
