//! Memory stays below the bound that the service itself computes, while nothing can be delivered
//! and a great many posts wait.

use std::time::{Duration, Instant};

use super::feed::Message;
use super::node::Node;
use super::service::{Service, configure_with};
use super::topics::Topics;

const PARTITIONS: i32 = 4;
/// How long the broker is frozen: well within the time-outs of transactions.
const FROZEN: Duration = Duration::from_secs(12);

/// Posts of which one in two is flagged, so that records pile up too.
fn messages(count: usize) -> Vec<Message> {
    let text = "内部渠道代开发票，加V❤号8820，先验后付，稳赚不赔，名额有限，速来咨询。".repeat(4);
    (0..count)
        .map(|number| {
            let text = if number % 2 == 0 {
                text.as_str()
            } else {
                "今天天气很好，出去走走。"
            };
            Message {
                partition: number as i32 % PARTITIONS,
                offset: number as i64 / i64::from(PARTITIONS),
                payload: Some(format!(r#"{{"id":"{number}","text":"{text}"}}"#).into_bytes()),
                broken: None,
            }
        })
        .collect()
}

fn check(count: usize) {
    let node = Node::start();
    let topics = Topics::at(&node.bootstrap, "memory", PARTITIONS);
    topics.create_all();
    topics.produce(&messages(count));
    let service = Service::start(&configure_with(&topics, "[batch]\nmax_posts = 10000"));
    topics.wait_until_consumed_to(0.05);
    let bound = service.metric("mingjian_memory_bound_bytes") as u64;
    assert!(bound > 0);
    let mut most = service.resident_bytes();
    node.signal("STOP");
    let began = Instant::now();
    let mut was_paused = false;
    while began.elapsed() < FROZEN {
        most = most.max(service.resident_bytes());
        was_paused |= service.metric("mingjian_paused") == 1.0;
        // Samples, until the time is over that the test is about.
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(was_paused, "partitions are not paused while nothing can be delivered");
    node.signal("CONT");
    let lag = || {
        (0..PARTITIONS).all(|partition| {
            let labels = format!("{{topic=\"{}\",partition=\"{partition}\"}}", topics.input);
            service.metric(&format!("mingjian_consumer_lag{labels}")) == 0.0
        })
    };
    let mut is_through = false;
    while !is_through {
        most = most.max(service.resident_bytes());
        is_through = service.metric("mingjian_received_total") == count as f64 && lag();
        std::thread::sleep(Duration::from_millis(100));
        assert!(began.elapsed() < Duration::from_secs(1_200), "it does not come to an end");
    }
    let (most_mb, bound_mb) = (most >> 20, bound >> 20);
    eprintln!("{count} posts waiting: at most {most_mb} MiB resident, bound {bound_mb} MiB");
    assert!(most < bound, "{most_mb} MiB resident, bound {bound_mb} MiB");
    let report = service.terminate().succeeded().json();
    assert_eq!(report["read"], count);
}

#[test]
fn memory_stays_below_its_bound_while_the_broker_is_stopped() {
    check(100_000);
}

#[test]
#[ignore = "a million posts take minutes; run with --release and --ignored"]
fn memory_stays_below_its_bound_with_a_million_posts_waiting() {
    check(1_000_000);
}
