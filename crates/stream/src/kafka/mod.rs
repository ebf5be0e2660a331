//! Kafka: connect, consume, deliver, drain.
//!
//! The life cycle is written as types. A [`Connecting`](connect::Connecting) becomes
//! [`Consuming`](consuming::Consuming) clients; these end as a [`Draining`](draining::Draining)
//! last batch when a stop was asked for, or are dropped whole when their session is lost, and a
//! new `Connecting` begins. Everything happens on one thread; rebalances happen inside `poll`, and
//! no transaction is ever open during a poll.

mod batch;
mod clients;
mod connect;
mod consuming;
mod deadline;
mod delivery;
mod draining;
mod events;
mod failure;
mod probe;
mod records;
mod service;

pub(crate) use service::Service;
