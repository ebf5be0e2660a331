//! `/live`, `/ready`, `/metrics` and `/version` for everybody; `/reload` and `/resume` for programs
//! on the same machine.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;

use super::Readiness;
use crate::breaker::Breaker;
use crate::judges::JudgeHandle;
use crate::{StopSignal, metrics};

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
    pub(crate) async fn run(self, office: Office, done: StopSignal) {
        let upkeep = tokio::spawn(async {
            loop {
                tokio::time::sleep(metrics::UPKEEP_INTERVAL).await;
                metrics::upkeep();
            }
        });
        let shutdown = async move { done.stopped().await };
        let service = routes(office).into_make_service_with_connect_info::<SocketAddr>();
        let result = axum::serve(self.listener, service).with_graceful_shutdown(shutdown).await;
        if let Err(error) = result {
            tracing::error!(%error, "the health server stopped");
        }
        upkeep.abort();
    }
}

/// What the server answers from and acts upon.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) readiness: Readiness,
    pub(crate) judges: Arc<JudgeHandle>,
    pub(crate) breaker: Arc<Breaker>,
}

fn routes(office: Office) -> Router {
    let orders = Router::new()
        .route("/reload", post(reload))
        .route("/resume", post(resume))
        .layer(axum::middleware::from_fn(from_this_machine));
    Router::new()
        .route("/live", get(|| async { "live\n" }))
        .route("/ready", get(ready))
        .route("/version", get(version))
        .route("/metrics", get(prometheus))
        .merge(orders)
        .with_state(office)
}

/// Orders are taken from this machine only, whatever address the server listens on, and not from
/// a page in a browser, which would name its origin.
async fn from_this_machine(
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if !caller.ip().to_canonical().is_loopback() || request.headers().contains_key(header::ORIGIN) {
        let why = "only a program on this machine may order this\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    next.run(request).await
}

async fn reload(State(office): State<Office>) -> Response {
    match tokio::task::spawn_blocking(move || office.judges.reload()).await {
        Ok(Ok(versions)) => Json(versions).into_response(),
        Ok(Err(reason)) => (StatusCode::CONFLICT, format!("{reason}\n")).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the reload panicked\n").into_response(),
    }
}

async fn resume(State(office): State<Office>) -> &'static str {
    if office.breaker.resume() {
        tracing::info!("the dead-letter breaker was closed by order");
        "resumed\n"
    } else {
        "nothing was paused by the dead-letter breaker\n"
    }
}

async fn version(State(office): State<Office>) -> Response {
    Json(office.judges.current().live.versions()).into_response()
}

async fn ready(State(office): State<Office>) -> Response {
    match office.readiness.reason() {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response(),
    }
}

async fn prometheus() -> Response {
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], metrics::render()).into_response()
}
