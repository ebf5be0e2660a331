//! Two instances under one name: one of them has to leave, and says why.

use super::audit::Expected;
use super::feed;
use super::service::{Service, configure};
use super::topics::Topics;

#[test]
fn an_instance_whose_name_is_taken_over_leaves_and_says_so() {
    let topics = Topics::named("fencing", feed::PARTITIONS);
    topics.create_all();
    let configuration = configure(&topics);
    let mut first = Service::start(&configuration);
    first.get_until("/ready", |status, _| status == 200);
    let mut second = Service::start(&configuration);
    second.get_until("/ready", |status, _| status == 200);
    let messages = feed::messages(4_000);
    topics.produce(&messages);
    let finished = first.finish();
    assert_eq!(finished.code, Some(1), "{}", finished.err);
    assert!(finished.err.contains("another instance uses the same identity"), "{}", finished.err);
    assert!(finished.err.contains("kafka.transactional_id"), "{}", finished.err);
    topics.wait_until_consumed();
    second.terminate().succeeded();
    Expected::of(&messages, &configuration).check(&topics);
}
