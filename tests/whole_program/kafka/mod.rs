//! The service on a real Kafka.

mod audit;
mod bench;
mod broker;
mod broker_restart;
mod feed;
mod fencing;
mod kill;
mod memory;
mod missing;
mod node;
mod operator;
mod security;
mod service;
mod soak;
mod topics;
mod whole_feed;
