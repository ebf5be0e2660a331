//! The broker is killed in the middle and comes back.

use super::audit::Expected;
use super::feed;
use super::node::Node;
use super::service::{Service, configure};
use super::topics::Topics;

const MESSAGES: usize = 40_000;

#[test]
fn a_broker_that_is_killed_and_comes_back_costs_nothing() {
    let node = Node::start();
    let topics = Topics::at(&node.bootstrap, "restart", feed::PARTITIONS);
    topics.create_all();
    let messages = feed::messages(MESSAGES);
    topics.produce(&messages);
    let configuration = configure(&topics);
    let mut service = Service::start(&configuration);
    topics.wait_until_consumed_to(0.2);
    node.signal("KILL");
    service.get_until("/ready", |status, _| status == 503);
    assert_eq!(service.get("/live").0, 200);
    node.start_again();
    topics.wait_until_consumed();
    service.get_until("/ready", |status, _| status == 200);
    service.terminate().succeeded();
    Expected::of(&messages, &configuration).check(&topics);
}
