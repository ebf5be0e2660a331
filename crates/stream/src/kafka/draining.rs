//! The last stage: finish what is held, then leave.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::consuming::{Ended, Flow};
use super::failure::Failure;
use crate::health::Condition;
use crate::{ServeError, ServiceReport};

/// How long an abort may take once the time to drain is over.
const ABORT_PATIENCE: Duration = Duration::from_secs(5);

/// A stop was asked for; the open batch and those under way are left.
pub(super) struct Draining<'s, 'c> {
    flow: Flow<'s, 'c>,
    end: Instant,
}

impl<'s, 'c> Draining<'s, 'c> {
    pub(super) fn new(flow: Flow<'s, 'c>) -> Self {
        let raised = flow.service.stop.raised_at().unwrap_or_else(Instant::now);
        let end = raised + Duration::from_millis(flow.service.config.service.drain_ms);
        Self { flow, end }
    }

    /// Judges and commits what is held within the time to drain. A batch that is not committed by
    /// then is given up and will be read again.
    pub(super) fn finish(mut self, report: &mut ServiceReport) -> Result<Ended, ServeError> {
        self.flow.service.readiness.pending(Condition::Session, "stopping");
        if self.flow.has_open_batch() {
            report.drained = false;
            if self.flow.pipeline.in_flight().wait_until_free(self.remaining())
                && self.flow.submit().is_err()
            {
                return Ok(Ended::Stopped);
            }
        }
        if !self.flow.pipeline.in_flight().wait_until_empty(self.remaining()) {
            report.drained = false;
            self.flow.pipeline.in_flight().abandon();
            self.flow.pipeline.in_flight().wait_until_empty(ABORT_PATIENCE);
        }
        while let Some(delivered) = self.flow.pipeline.result() {
            match self.flow.take_result(delivered, report) {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(Failure::Fatal(error)) => return Err(error),
                ControlFlow::Break(failure) => {
                    tracing::warn!(reason = %failure, "the last batch was not committed");
                }
            }
        }
        Ok(Ended::Stopped)
    }

    fn remaining(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }
}
