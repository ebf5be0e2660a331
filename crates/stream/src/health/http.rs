//! `/live`, `/ready`, `/metrics` and `/version`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use mingjian_schema::Versions;
use tokio::net::TcpListener;

use super::Readiness;
use crate::{StopSignal, metrics};

const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// A server that is bound, so that a taken port is told before Kafka is touched.
pub(crate) struct HealthServer {
    listener: TcpListener,
}

impl HealthServer {
    pub(crate) async fn bind(address: &str) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await? })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `done` is raised.
    pub(crate) async fn run(self, readiness: Readiness, versions: Versions, done: StopSignal) {
        let upkeep = tokio::spawn(async {
            loop {
                tokio::time::sleep(UPKEEP_INTERVAL).await;
                metrics::upkeep();
            }
        });
        let shutdown = async move { done.stopped().await };
        let result = axum::serve(self.listener, routes(readiness, versions))
            .with_graceful_shutdown(shutdown)
            .await;
        if let Err(error) = result {
            tracing::error!(%error, "the health server stopped");
        }
        upkeep.abort();
    }
}

fn routes(readiness: Readiness, versions: Versions) -> Router {
    Router::new()
        .route("/live", get(|| async { "live\n" }))
        .route("/ready", get(ready))
        .with_state(readiness)
        .route("/version", get(|| async move { Json(versions) }))
        .route("/metrics", get(prometheus))
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    match readiness.reason() {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn prometheus() -> Response {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], metrics::render()).into_response()
}
