//! `mingjian bench --kafka`, small.

use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::broker;
use super::topics::PATIENCE;
use crate::program::{finish, mingjian};

fn topics_of_benchmarks(bootstrap: &str) -> Vec<String> {
    let consumer: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", bootstrap).create().unwrap();
    let metadata = consumer.fetch_metadata(None, PATIENCE).unwrap();
    let names = metadata.topics().iter().map(|topic| topic.name().to_owned());
    names.filter(|name| name.starts_with("mingjian-bench-")).collect()
}

#[test]
fn the_service_is_measured_beside_what_bounds_it_and_leaves_no_topic_behind() {
    let bootstrap = broker::bootstrap();
    let mut call = mingjian("bench");
    call.args(["--kafka", bootstrap, "--no-second-look", "--seconds", "0.2", "--rate", "1000"]);
    let report = finish(call.arg("--json")).json();
    assert_eq!(report["conserved"], true, "{report}");
    for rate in
        ["consume_only", "without_classification", "classification_only", "end_to_end", "rate"]
    {
        assert!(report[rate].as_f64() > Some(0.0), "{rate}: {report}");
    }
    assert!(report["latency_ms"]["p99"].as_u64() > Some(0), "{report}");
    // Removing topics is done in the background.
    let began = Instant::now();
    while !topics_of_benchmarks(bootstrap).is_empty() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(topics_of_benchmarks(bootstrap), Vec::<String>::new());
}

#[test]
fn brokers_that_do_not_answer_are_named() {
    let mut call = mingjian("bench");
    call.args(["--kafka", "127.0.0.1:1", "--no-second-look", "--seconds", "0.1"]);
    let finished = finish(&mut call);
    assert_eq!(finished.code, Some(2), "{}", finished.err);
    assert!(finished.err.contains("cannot make topics on 127.0.0.1:1"), "{}", finished.err);
}
