//! What operators and orchestrators ask over HTTP.

mod http;
mod readiness;

pub(crate) use http::{HealthServer, Office};
pub(crate) use readiness::{Condition, Readiness};
