//! What stands in `deploy/`: that it is valid, that it fits the program, and that its parts fit each
//! other.

mod container;
mod custom_resources;
mod grafana;
mod kubernetes;
mod manifests;
mod metric_names;
mod prometheus;
mod promql;
mod running;
mod systemd;
mod tools;
mod top;
