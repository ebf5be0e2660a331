//! Random faults on librdkafka's mock cluster, under seeds that are printed when something is
//! lost or doubled.
//!
//! `MINGJIAN_FAULT_SCHEDULES` says how many schedules are run, `MINGJIAN_FAULT_SEED` from which
//! seed on. Each runs in a process of its own, because the mock cluster ends its process by an
//! assertion when a member of the group comes back on a new connection in the middle of a
//! rebalance. Such a schedule is no schedule; another one takes its place, and how many these were
//! is printed.

mod child;
mod cluster;
mod messages;
mod random;
mod run;
mod store;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use child::{Fault, Order, Outcome};
use mingjian_stream::Delivery;

/// Schedules of a run without instructions.
const SCHEDULES: u64 = 200;
/// A schedule mostly waits, so that many run side by side.
const AT_ONCE: usize = 24;
/// Enough schedules for a deliberate fault to be noticed in one of them.
const TRIES: u64 = 16;

fn number_from(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// What `count` schedules found, from this seed on: the failures.
fn failures(first_seed: u64, count: u64, order: impl Fn(u64) -> Order + Sync) -> Vec<String> {
    let (next, good) = (AtomicU64::new(first_seed), AtomicU64::new(0));
    let (failures, crashed) = (Mutex::new(Vec::new()), AtomicU64::new(0));
    let left = AtomicU64::new(count);
    let take = |left| if left > 0 { Some(left - 1) } else { None };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(count as usize) {
            scope.spawn(|| {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                    assert!(crashed.load(Ordering::Relaxed) < 2 * count + 20, "the mock crashes");
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    match child::run(&order(seed)) {
                        Outcome::Good => drop(good.fetch_add(1, Ordering::Relaxed)),
                        Outcome::MockCrashed => {
                            crashed.fetch_add(1, Ordering::Relaxed);
                            left.fetch_add(1, Ordering::Relaxed);
                        }
                        Outcome::Bad(what) => {
                            eprintln!("seed {seed}: {what}");
                            failures.lock().unwrap().push(format!("seed {seed}: {what}"));
                        }
                    }
                }
            });
        }
    });
    let good = good.into_inner();
    let failures = failures.into_inner().unwrap();
    eprintln!(
        "{good} schedules were good, {} were not, {} crashed the mock cluster",
        failures.len(),
        crashed.into_inner()
    );
    failures
}

#[test]
fn whatever_happens_nothing_is_lost_or_doubled() {
    let count = number_from("MINGJIAN_FAULT_SCHEDULES").unwrap_or(SCHEDULES);
    let first = number_from("MINGJIAN_FAULT_SEED").unwrap_or_else(random::fresh_seed);
    eprintln!("{count} fault schedules from seed {first}");
    let failures = failures(first, count, |seed| Order {
        seed,
        delivery: if seed % 4 == 0 { Delivery::AtLeastOnce } else { Delivery::ExactlyOnce },
        fault: Fault::None,
    });
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn offsets_left_out_of_the_transaction_are_noticed() {
    let order =
        |seed| Order { seed, delivery: Delivery::ExactlyOnce, fault: Fault::OffsetsLeftOut };
    let failures = failures(1, TRIES, order);
    assert!(failures.iter().any(|what| what.contains("doubled")), "{failures:?}");
}

#[test]
fn dead_letters_that_are_not_awaited_are_noticed() {
    let order =
        |seed| Order { seed, delivery: Delivery::AtLeastOnce, fault: Fault::DeadLettersNotAwaited };
    let failures = failures(1, TRIES, order);
    assert!(failures.iter().any(|what| what.contains("lost")), "{failures:?}");
}
