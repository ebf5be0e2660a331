//! One schedule in a process of its own: this test binary, told to run a single test.

use std::process::Command;
use std::time::Duration;

use mingjian_stream::{DeliberateFaults, Delivery};

use super::run::{Ending, Run};

const ORDER: &str = "MINGJIAN_FAULT_ORDER";
/// How long a schedule may take: twice what its own patience adds up to.
const LIMIT: Duration = Duration::from_secs(360);
const GOOD: &str = "verdict: good";
const BAD: &str = "verdict: bad: ";

/// What the service is made to do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    OffsetsLeftOut,
    DeadLettersNotAwaited,
}

/// What to run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) seed: u64,
    pub(super) delivery: Delivery,
    pub(super) fault: Fault,
}

/// How it ended.
pub(super) enum Outcome {
    Good,
    Bad(String),
    /// The mock cluster ended the process by one of its assertions.
    MockCrashed,
}

impl Order {
    fn write(self) -> String {
        format!("{} {:?} {:?}", self.seed, self.delivery, self.fault)
    }

    fn read(text: &str) -> Self {
        let words: Vec<&str> = text.split(' ').collect();
        let delivery = match words[1] {
            "ExactlyOnce" => Delivery::ExactlyOnce,
            _ => Delivery::AtLeastOnce,
        };
        let fault = match words[2] {
            "OffsetsLeftOut" => Fault::OffsetsLeftOut,
            "DeadLettersNotAwaited" => Fault::DeadLettersNotAwaited,
            _ => Fault::None,
        };
        Self { seed: words[0].parse().unwrap(), delivery, fault }
    }
}

/// Runs a schedule in a process of its own.
pub(super) fn run(order: &Order) -> Outcome {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["faults::child::the_schedule_that_was_ordered", "--exact", "--nocapture"])
        .env(ORDER, order.write())
        .output()
        .unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let verdict = out.lines().chain(err.lines()).find(|line| line.starts_with("verdict: "));
    match verdict {
        Some(GOOD) => Outcome::Good,
        Some(bad) => Outcome::Bad(bad.trim_start_matches(BAD).to_owned()),
        None if err.contains("rdkafka_mock") && err.contains("Assertion") => Outcome::MockCrashed,
        None => {
            let end: Vec<&str> = err.lines().rev().take(12).collect();
            Outcome::Bad(format!("no verdict, {}: {end:?}", output.status))
        }
    }
}

#[test]
fn the_schedule_that_was_ordered() {
    // Without an order there is nothing to run.
    let Ok(order) = std::env::var(ORDER) else { return };
    let Order { seed, delivery, fault } = Order::read(&order);
    let faults = DeliberateFaults {
        offsets_left_out: fault == Fault::OffsetsLeftOut,
        dead_letters_not_awaited: fault == Fault::DeadLettersNotAwaited,
        ..DeliberateFaults::default()
    };
    std::thread::spawn(|| {
        // A service that does not stop is a failure, and not a reason to wait for ever.
        std::thread::sleep(LIMIT);
        eprintln!("{BAD}not at its end after {LIMIT:?}");
        std::process::exit(1);
    });
    match (Run { seed, delivery, faults }).finish() {
        Ending::Good => eprintln!("{GOOD}"),
        Ending::Bad(what) => eprintln!("{BAD}{}", what.replace('\n', " ")),
    }
}
