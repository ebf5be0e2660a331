//! Every metric of the service, in one place.
//!
//! `received = passed + flagged + dead-lettered` holds at every scrape between batches: the four
//! are counted together once a batch is committed. No label carries post text.

use std::sync::OnceLock;
use std::time::Duration;

use ::metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use mingjian_schema::{Category, DeadLetterReason};

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
/// 1 for each partition that is assigned to this instance, by `topic` and `partition`.
pub const PARTITION_ASSIGNED: &str = "mingjian_partition_assigned";
/// Messages committed, by `topic`, `partition` and `outcome`: `consumed`, which is the sum of
/// `passed`, `flagged` and `dead_lettered`.
pub const PARTITION_MESSAGES: &str = "mingjian_partition_messages_total";
/// Seconds since a partition with waiting messages last came forward, by `topic` and `partition`.
pub const STALLED_SECONDS: &str = "mingjian_partition_stalled_seconds";
/// Seconds from a message's timestamp to the commit of its batch.
pub const END_TO_END_SECONDS: &str = "mingjian_end_to_end_seconds";
/// 1 while no messages are taken: the brokers are slow, a batch was aborted, or the breaker is
/// open.
pub const PAUSED: &str = "mingjian_paused";
/// 1 while too many messages are dead letters and none is delivered.
pub const BREAKER_OPEN: &str = "mingjian_dead_letter_breaker_open";
/// Memory that the process takes at most, in bytes, from its settings and its partitions.
pub const MEMORY_BOUND: &str = "mingjian_memory_bound_bytes";
/// 1, with what makes the verdicts as labels.
pub const VERSIONS: &str = "mingjian_versions_info";
/// Posts by `category` and by the probability that it applies, at most `le`.
pub const PROBABILITY: &str = "mingjian_probability_bucket";
/// Second looks, `taken` or `skipped` as `outcome`.
pub const SECOND_LOOKS: &str = "mingjian_second_looks_total";
/// Reloads, by `result`: `done` or `failed`.
pub const RELOADS: &str = "mingjian_reloads_total";
/// Posts that the candidate judged in earnest.
pub const CANDIDATE_POSTS: &str = "mingjian_candidate_posts_total";
/// Posts on which the candidate failed, so that the live judge stood in.
pub const CANDIDATE_FAILURES: &str = "mingjian_candidate_failures_total";
/// Posts that the candidate judged as a shadow.
pub const SHADOW_POSTS: &str = "mingjian_shadow_posts_total";
/// Posts on which the shadow failed.
pub const SHADOW_FAILURES: &str = "mingjian_shadow_failures_total";
/// Posts on which the shadow differs, by `category` and by what it `does`: `flags` or `passes`.
pub const SHADOW_FLIPS: &str = "mingjian_shadow_flips_total";
/// Records of the shadow topic that could not be written.
pub const SHADOW_DROPPED: &str = "mingjian_shadow_dropped_total";
/// 1 while `/ready` answers 200.
pub const READY: &str = "mingjian_ready";

const SECONDS_BUCKETS: [f64; 14] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0];

mod batch;
mod judging;

pub(crate) use batch::{
    PartitionCounts, batch_committed, end_to_end, oldest_message_age, partition,
};
pub(crate) use judging::{
    CandidateCounts, ProbabilityBins, SecondLookCounter, candidate, probabilities, reloaded,
    shadow_dropped, versions,
};

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

/// How often [`upkeep`] is due.
pub(crate) const UPKEEP_INTERVAL: Duration = Duration::from_secs(1);

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
        (CANDIDATE_POSTS, "posts that the candidate judged in earnest"),
        (CANDIDATE_FAILURES, "posts on which the candidate failed and the live judge stood in"),
        (SHADOW_POSTS, "posts that the candidate judged as a shadow"),
        (SHADOW_FAILURES, "posts on which the shadow failed"),
        (SHADOW_DROPPED, "shadow records that could not be written"),
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
    describe_histogram!(END_TO_END_SECONDS, Unit::Seconds, "from a message's timestamp to commit");
    describe_counter!(PARTITION_MESSAGES, "messages committed, by partition and outcome");
    describe_counter!(PROBABILITY, "posts by category and by probability, at most le");
    describe_counter!(SECOND_LOOKS, "second looks, taken or skipped");
    describe_counter!(SHADOW_FLIPS, "posts on which the shadow differs, by category");
    describe_counter!(RELOADS, "reloads of the model, by result");
    for outcome in ["taken", "skipped"] {
        counter!(SECOND_LOOKS, "outcome" => outcome).absolute(0);
    }
    for result in ["done", "failed"] {
        counter!(RELOADS, "result" => result).absolute(0);
    }
    describe_gauge!(PARTITION_ASSIGNED, "1 for each partition assigned to this instance");
    describe_gauge!(STALLED_SECONDS, "since a partition with waiting messages came forward");
    describe_gauge!(PAUSED, "1 while no messages are taken");
    gauge!(PAUSED).set(0.0);
    describe_gauge!(BREAKER_OPEN, "1 while too many messages are dead letters");
    describe_gauge!(MEMORY_BOUND, Unit::Bytes, "memory that the process takes at most");
    describe_gauge!(VERSIONS, "what makes the verdicts, as labels");
    describe_gauge!(ASSIGNED_PARTITIONS, "partitions assigned to this instance");
    describe_gauge!(CONSUMER_LAG, "messages that wait in a partition");
    describe_gauge!(READY, "1 while the service is ready");
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
    gauge!(CONSUMER_LAG, &place(topic, partition)).set(lag as f64);
}

pub(crate) fn ready(is_ready: bool) {
    gauge!(READY).set(if is_ready { 1.0 } else { 0.0 });
}

pub(crate) fn partition_assigned(topic: &str, partition: i32, is_ours: bool) {
    gauge!(PARTITION_ASSIGNED, &place(topic, partition)).set(if is_ours { 1.0 } else { 0.0 });
}

pub(crate) fn stalled(topic: &str, partition: i32, seconds: f64) {
    gauge!(STALLED_SECONDS, &place(topic, partition)).set(seconds);
}

pub(crate) fn paused(is_paused: bool) {
    gauge!(PAUSED).set(if is_paused { 1.0 } else { 0.0 });
}

pub(crate) fn breaker_open(is_open: bool) {
    gauge!(BREAKER_OPEN).set(if is_open { 1.0 } else { 0.0 });
}

pub(crate) fn memory_bound(bytes: u64) {
    gauge!(MEMORY_BOUND).set(bytes as f64);
}

fn place(topic: &str, partition: i32) -> [(&'static str, String); 2] {
    [("topic", topic.to_owned()), ("partition", partition.to_string())]
}
