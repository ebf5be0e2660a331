//! The service on a real Kafka.

mod broker;
mod feed;
mod missing;
mod service;
mod topics;
mod whole_feed;
