//! Every metric of the service, in one place.
//!
//! `received = passed + flagged + dead-lettered` holds at every scrape between batches: the four
//! are counted together once a batch is committed. No label carries post text.

use std::sync::OnceLock;
use std::time::Duration;

use ::metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use mingjian_schema::{Category, DeadLetterReason};

use crate::Counts;

/// Messages taken from the input topics and committed.
pub const RECEIVED: &str = "mingjian_received_total";
/// Their bytes.
pub const RECEIVED_BYTES: &str = "mingjian_received_bytes_total";
/// Posts that nobody needs to look at.
pub const PASSED: &str = "mingjian_passed_total";
/// Posts handed to reviewers.
pub const FLAGGED: &str = "mingjian_flagged_total";
/// The same by `category`; a post may count in several.
pub const FLAGGED_BY_CATEGORY: &str = "mingjian_flagged_by_category_total";
/// Messages that could not be judged or delivered, by `reason`.
pub const DEAD_LETTERS: &str = "mingjian_dead_letters_total";
/// Batches committed.
pub const BATCHES: &str = "mingjian_batches_total";
/// Batches given up and read again.
pub const BATCHES_ABORTED: &str = "mingjian_batches_aborted_total";
/// Times that the clients were made anew after an error.
pub const SESSIONS_LOST: &str = "mingjian_sessions_lost_total";
/// Seconds to judge a batch.
pub const CLASSIFY_SECONDS: &str = "mingjian_batch_classify_seconds";
/// Seconds to produce and commit a batch.
pub const DELIVER_SECONDS: &str = "mingjian_batch_deliver_seconds";
/// Age of a batch's oldest message, by its timestamp, when the batch was committed, in seconds.
pub const AGE_SECONDS: &str = "mingjian_oldest_message_age_seconds";
/// Partitions assigned to this instance.
pub const ASSIGNED_PARTITIONS: &str = "mingjian_assigned_partitions";
/// Messages that wait in a partition, by `topic` and `partition`.
pub const CONSUMER_LAG: &str = "mingjian_consumer_lag";
/// 1 while `/ready` answers 200.
pub const READY: &str = "mingjian_ready";

const SECONDS_BUCKETS: [f64; 14] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0];

static EXPORTER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts collecting, once in the life of the process. Without effect where the program has
/// installed a recorder of its own.
pub(crate) fn install() {
    EXPORTER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
            .ok()?;
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        ::metrics::set_global_recorder(recorder).ok()?;
        describe();
        Some(handle)
    });
}

/// The metrics as Prometheus text.
pub(crate) fn render() -> String {
    match EXPORTER.get() {
        Some(Some(handle)) => handle.render(),
        _ => String::from("# the program that runs the service collects the metrics\n"),
    }
}

/// Moves what histograms have gathered, so that it does not pile up between scrapes.
pub(crate) fn upkeep() {
    if let Some(Some(handle)) = EXPORTER.get() {
        handle.run_upkeep();
    }
}

/// Names every metric, and starts the counters at zero so that rates are right from the first.
fn describe() {
    for (name, what) in [
        (RECEIVED, "messages taken from the input topics and committed"),
        (RECEIVED_BYTES, "bytes of the messages received"),
        (PASSED, "posts that nobody needs to look at"),
        (FLAGGED, "posts handed to reviewers"),
        (BATCHES, "batches committed"),
        (BATCHES_ABORTED, "batches given up and read again"),
        (SESSIONS_LOST, "times that the Kafka clients were made anew after an error"),
    ] {
        describe_counter!(name, what);
        counter!(name).absolute(0);
    }
    describe_counter!(FLAGGED_BY_CATEGORY, "posts handed to reviewers, by category");
    for category in Category::ALL {
        counter!(FLAGGED_BY_CATEGORY, "category" => category.id()).absolute(0);
    }
    describe_counter!(DEAD_LETTERS, "messages that could not be judged or delivered, by reason");
    for reason in DeadLetterReason::ALL {
        counter!(DEAD_LETTERS, "reason" => reason.id()).absolute(0);
    }
    describe_histogram!(CLASSIFY_SECONDS, Unit::Seconds, "time to judge a batch");
    describe_histogram!(DELIVER_SECONDS, Unit::Seconds, "time to produce and commit a batch");
    describe_histogram!(AGE_SECONDS, Unit::Seconds, "age of a batch's oldest message at commit");
    describe_gauge!(ASSIGNED_PARTITIONS, "partitions assigned to this instance");
    describe_gauge!(CONSUMER_LAG, "messages that wait in a partition");
    describe_gauge!(READY, "1 while the service is ready");
}

/// Records a batch that was committed.
pub(crate) fn batch_committed(counts: &Counts, classify: Duration, deliver: Duration) {
    counter!(RECEIVED).increment(counts.read);
    counter!(RECEIVED_BYTES).increment(counts.bytes);
    counter!(PASSED).increment(counts.passed);
    counter!(FLAGGED).increment(counts.flagged);
    for (category, count) in counts.flagged_by_category.iter().filter(|(_, count)| **count > 0) {
        counter!(FLAGGED_BY_CATEGORY, "category" => category.id()).increment(*count);
    }
    for (reason, count) in &counts.dead_lettered_by_reason {
        counter!(DEAD_LETTERS, "reason" => *reason).increment(*count);
    }
    counter!(BATCHES).increment(1);
    histogram!(CLASSIFY_SECONDS).record(classify.as_secs_f64());
    histogram!(DELIVER_SECONDS).record(deliver.as_secs_f64());
}

pub(crate) fn oldest_message_age(age: Duration) {
    histogram!(AGE_SECONDS).record(age.as_secs_f64());
}

pub(crate) fn batch_aborted() {
    counter!(BATCHES_ABORTED).increment(1);
}

pub(crate) fn session_lost() {
    counter!(SESSIONS_LOST).increment(1);
}

pub(crate) fn assigned_partitions(count: usize) {
    gauge!(ASSIGNED_PARTITIONS).set(count as f64);
}

pub(crate) fn consumer_lag(topic: &str, partition: i32, lag: i64) {
    let labels = [("topic", topic.to_owned()), ("partition", partition.to_string())];
    gauge!(CONSUMER_LAG, &labels).set(lag as f64);
}

pub(crate) fn ready(is_ready: bool) {
    gauge!(READY).set(if is_ready { 1.0 } else { 0.0 });
}
