//! Kafka: connect, consume, deliver, drain.
//!
//! The life cycle is written as types. A [`Connecting`](connect::Connecting) becomes
//! [`Consuming`](consuming::Consuming) clients; these end as [`Draining`](draining::Draining) when
//! a stop was asked for, or are dropped whole when their session is lost, and a new `Connecting`
//! begins.
//!
//! Three threads share the work of a session. The first polls: it fills the open batch, and
//! rebalances happen inside its polls. The second judges a batch on all workers. The third
//! delivers the batch before it in a transaction. A rebalance that takes partitions away waits,
//! inside the poll, until the other two are done, so that no partition is released with a
//! transaction open on it.

mod account;
mod batch;
mod clients;
mod connect;
mod consuming;
mod deadline;
mod delivery;
mod draining;
mod events;
mod failure;
mod hold;
mod in_flight;
mod left_behind;
mod pipeline;
mod probe;
mod progress;
mod records;
mod rewind;
mod service;
mod shadow_sink;

pub(crate) use service::Service;

pub(crate) use clients::{
    SHADOW_QUEUE_BYTES, bench_consumer, fetch_bytes, probe as admin_client, soak_producer,
    soak_reader,
};
