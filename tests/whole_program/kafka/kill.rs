//! Two instances, of which one is killed, or told to stop, at random moments. `MINGJIAN_KILLS`
//! and `MINGJIAN_KILL_POSTS` say how often and over how many posts.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use super::audit::Expected;
use super::feed;
use super::service::{Configuration, Service, configure_with};
use super::topics::{PATIENCE, Topics};

const KILLS: u64 = 10;
const POSTS: u64 = 200_000;

fn number_from(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

fn random_below(end: u64) -> u64 {
    RandomState::new().hash_one(0_u8) % end
}

fn instance(topics: &Topics, number: usize) -> Configuration {
    let name = format!("{}-{number}", topics.group);
    configure_with(
        topics,
        &format!("[kafka]\ntransactional_id = '{name}'\ngroup_instance_id = '{name}'"),
    )
}

#[test]
fn killing_an_instance_loses_and_doubles_nothing() {
    let (kills, posts) =
        (number_from("MINGJIAN_KILLS", KILLS), number_from("MINGJIAN_KILL_POSTS", POSTS));
    let topics = Topics::named("kill", feed::PARTITIONS);
    topics.create_all();
    let messages = feed::messages(posts as usize);
    topics.produce(&messages);
    let configurations = [instance(&topics, 0), instance(&topics, 1)];
    let expected = Expected::of(&messages, &configurations[0]);
    let mut services: Vec<_> = configurations.iter().map(Service::start).collect();
    let mut until_reading = Vec::new();
    for kill in 0..kills {
        topics.wait_until_consumed_to((kill + 1) as f64 / (kills + 2) as f64);
        // A moment that nothing in the service has to do with.
        std::thread::sleep(Duration::from_millis(random_below(300)));
        let number = random_below(2) as usize;
        let victim = services.remove(number);
        match random_below(4) {
            0 => drop(victim.terminate().succeeded()),
            1 => {
                victim.signal("TERM");
                victim.signal("TERM");
                victim.finish();
            }
            // Dropped is killed.
            _ => drop(victim),
        }
        let began = Instant::now();
        let service = Service::start(&configurations[number]);
        if kill + 1 < kills {
            // Not until it has received something: its partitions may be read to the end already.
            while service.metric("mingjian_assigned_partitions") == 0.0 {
                assert!(began.elapsed() < PATIENCE, "it does not get its partitions back");
            }
            until_reading.push(began.elapsed().as_millis());
        }
        services.insert(number, service);
    }
    topics.wait_until_consumed();
    for service in services {
        drop(service.terminate().succeeded());
    }
    expected.check(&topics);
    until_reading.sort_unstable();
    eprintln!("{kills} kills over {posts} posts: partitions back after {until_reading:?} ms");
}
