//! What is not there yet is waited for, and said.

use super::feed;
use super::service::{Service, configure};
use super::topics::Topics;

#[test]
fn a_missing_topic_is_named_until_somebody_creates_it() {
    let topics = Topics::named("missing", feed::PARTITIONS);
    topics.create(&[&topics.input, &topics.dead_letters]);
    let mut service = Service::start(&configure(&topics));
    let reason = service.get_until("/ready", |_, content| content.contains("does not exist"));
    assert!(reason.contains(&topics.review), "{reason}");
    assert_eq!(service.get("/ready").0, 503);
    assert_eq!(service.get("/live").0, 200);

    topics.create(&[&topics.review]);
    service.get_until("/ready", |status, _| status == 200);
    let finished = service.terminate().succeeded();
    assert!(finished.err.contains("does not exist"), "{}", finished.err);
    assert_eq!(finished.json()["read"], 0);
}

#[test]
fn an_unreachable_broker_is_waited_for() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let topics = Topics::unreachable(&nobody.to_string());
    let mut service = Service::start(&configure(&topics));
    let reason = service.get_until("/ready", |_, content| content.contains(&nobody.to_string()));
    assert!(reason.contains("no broker"), "{reason}");
    assert_eq!(service.get("/ready").0, 503);
    let (status, metrics) = service.get("/metrics");
    assert_eq!(status, 200);
    assert!(metrics.contains("mingjian_ready 0"), "{metrics}");
    let finished = service.terminate().succeeded();
    assert_eq!(finished.json()["read"], 0);
}
