//! What two scrapes say about a service.

use std::collections::BTreeMap;

use mingjian_stream::metrics;
use serde::Serialize;

use super::Observation;
use super::exposition::Exposition;
use super::histogram::{Histogram, Quantiles};

/// A counter: how much since the service began, and how much of it a second between the scrapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Flow {
    pub(crate) total: f64,
    pub(crate) per_second: Option<f64>,
}

/// What waits in a topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Lag {
    pub(crate) waiting: f64,
    /// Partitions of this instance.
    pub(crate) partitions: u64,
}

/// A service at a glance. Rates and quantiles are of the time between the scrapes; a quantile is
/// of the whole life of the service if nothing was observed between them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figures {
    pub(crate) url: String,
    /// Seconds between the scrapes.
    pub(crate) seconds: Option<f64>,
    pub(crate) ready: bool,
    pub(crate) not_ready_because: Option<String>,
    pub(crate) paused: bool,
    pub(crate) breaker_open: bool,
    pub(crate) received: Flow,
    pub(crate) received_bytes: Flow,
    pub(crate) passed: Flow,
    pub(crate) flagged: Flow,
    pub(crate) dead_letters: Flow,
    pub(crate) flagged_by_category: BTreeMap<String, Flow>,
    pub(crate) dead_letters_by_reason: BTreeMap<String, Flow>,
    /// `taken` and `skipped`.
    pub(crate) second_looks: BTreeMap<String, Flow>,
    pub(crate) shadow_posts: Flow,
    pub(crate) shadow_flips: Flow,
    pub(crate) candidate_posts: Flow,
    /// By topic.
    pub(crate) lag: BTreeMap<String, Lag>,
    pub(crate) assigned_partitions: u64,
    /// Of the partition that has stood still longest although messages wait.
    pub(crate) stalled_seconds: f64,
    /// By what is timed.
    pub(crate) seconds_spent: BTreeMap<&'static str, Option<Quantiles>>,
    pub(crate) batches: Flow,
    pub(crate) batches_aborted: Flow,
    pub(crate) sessions_lost: Flow,
    pub(crate) memory_bound_bytes: Option<f64>,
    pub(crate) versions: BTreeMap<String, String>,
}

/// What is timed, and by which histogram.
const TIMED: [(&str, &str); 4] = [
    ("end_to_end", metrics::END_TO_END_SECONDS),
    ("oldest_in_batch", metrics::AGE_SECONDS),
    ("classify_batch", metrics::CLASSIFY_SECONDS),
    ("deliver_batch", metrics::DELIVER_SECONDS),
];

impl Figures {
    /// The figures of the later scrape, with rates if there is an earlier one.
    pub(crate) fn between(before: Option<&Observation>, now: &Observation) -> Self {
        let seconds = before.map(|before| (now.at - before.at).as_secs_f64());
        let pair = Pair { before: before.map(|it| &it.exposition), now: &now.exposition, seconds };
        let is_on = |name| now.exposition.sum(name).unwrap_or(0.0) > 0.0;
        Self {
            url: now.url.clone(),
            seconds,
            ready: is_on(metrics::READY),
            not_ready_because: now.reason.clone(),
            paused: is_on(metrics::PAUSED),
            breaker_open: is_on(metrics::BREAKER_OPEN),
            received: pair.flow(metrics::RECEIVED),
            received_bytes: pair.flow(metrics::RECEIVED_BYTES),
            passed: pair.flow(metrics::PASSED),
            flagged: pair.flow(metrics::FLAGGED),
            dead_letters: pair.flow(metrics::DEAD_LETTERS),
            flagged_by_category: pair.flows(metrics::FLAGGED_BY_CATEGORY, "category"),
            dead_letters_by_reason: pair.flows(metrics::DEAD_LETTERS, "reason"),
            second_looks: pair.flows(metrics::SECOND_LOOKS, "outcome"),
            shadow_posts: pair.flow(metrics::SHADOW_POSTS),
            shadow_flips: pair.flow(metrics::SHADOW_FLIPS),
            candidate_posts: pair.flow(metrics::CANDIDATE_POSTS),
            lag: lag(pair.now),
            assigned_partitions: pair.now.sum(metrics::ASSIGNED_PARTITIONS).unwrap_or(0.0) as u64,
            stalled_seconds: pair
                .now
                .named(metrics::STALLED_SECONDS)
                .fold(0.0, |longest, sample| sample.value.max(longest)),
            seconds_spent: TIMED.map(|(what, name)| (what, pair.quantiles(name))).into(),
            batches: pair.flow(metrics::BATCHES),
            batches_aborted: pair.flow(metrics::BATCHES_ABORTED),
            sessions_lost: pair.flow(metrics::SESSIONS_LOST),
            memory_bound_bytes: pair.now.sum(metrics::MEMORY_BOUND),
            versions: versions(pair.now),
        }
    }

    /// Whether the service does its work, in one line.
    pub(crate) fn state(&self) -> String {
        let mut state = match (self.ready, &self.not_ready_because) {
            (true, _) => "ready".to_owned(),
            (false, Some(reason)) => format!("not ready: {reason}"),
            (false, None) => "not ready".to_owned(),
        };
        if self.breaker_open {
            state.push_str(", dead-letter breaker open");
        } else if self.paused {
            state.push_str(", paused");
        }
        format!("{}  {state}", self.url)
    }
}

/// Two scrapes and the time between them.
struct Pair<'a> {
    before: Option<&'a Exposition>,
    now: &'a Exposition,
    seconds: Option<f64>,
}

impl Pair<'_> {
    fn flow(&self, name: &str) -> Flow {
        let total = self.now.sum(name).unwrap_or(0.0);
        let before = self.before.map(|before| before.sum(name).unwrap_or(0.0));
        Flow { total, per_second: self.rate(before, total) }
    }

    fn flows(&self, name: &str, label: &str) -> BTreeMap<String, Flow> {
        let before = self.before.map(|before| before.by(name, label));
        let flow = |key: &str, total| {
            let before = before.as_ref().map(|before| before.get(key).copied().unwrap_or(0.0));
            Flow { total, per_second: self.rate(before, total) }
        };
        let now = self.now.by(name, label);
        now.into_iter().map(|(key, total)| (key.clone(), flow(&key, total))).collect()
    }

    /// A counter that went back began anew, so that all it shows is new.
    fn rate(&self, before: Option<f64>, now: f64) -> Option<f64> {
        let (before, seconds) = (before?, self.seconds.filter(|seconds| *seconds > 0.0)?);
        let grown = if now >= before { now - before } else { now };
        Some(grown / seconds)
    }

    fn quantiles(&self, name: &str) -> Option<Quantiles> {
        let now = Histogram::read(self.now, name)?;
        let before = self.before.and_then(|before| Histogram::read(before, name));
        now.since(before.as_ref()).quantiles().or_else(|| now.quantiles())
    }
}

/// What waits in the partitions that are ours. The lag of one that was given away stays in the
/// metrics as it was then.
fn lag(now: &Exposition) -> BTreeMap<String, Lag> {
    let place = |label: &dyn Fn(&str) -> String| (label("topic"), label("partition"));
    let assigned: BTreeMap<_, _> = now
        .named(metrics::PARTITION_ASSIGNED)
        .map(|sample| (place(&|name| sample.label(name).to_owned()), sample.value > 0.0))
        .collect();
    let mut lag: BTreeMap<String, Lag> = BTreeMap::new();
    for ((topic, _), _) in assigned.iter().filter(|(_, is_ours)| **is_ours) {
        lag.entry(topic.clone()).or_default().partitions += 1;
    }
    for sample in now.named(metrics::CONSUMER_LAG) {
        let place = place(&|name| sample.label(name).to_owned());
        if assigned.get(&place) == Some(&true) {
            // Before the first answer of the broker the lag is told as -1.
            lag.entry(place.0).or_default().waiting += sample.value.max(0.0);
        }
    }
    lag
}

fn versions(now: &Exposition) -> BTreeMap<String, String> {
    let in_force = now.named(metrics::VERSIONS).find(|sample| sample.value > 0.0);
    in_force.map(|sample| sample.labels.clone()).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const BEFORE: &str = "mingjian_ready 1\nmingjian_received_total 100\n\
        mingjian_flagged_by_category_total{category=\"rumour\"} 5\n\
        mingjian_end_to_end_seconds_bucket{le=\"0.1\"} 90\n\
        mingjian_end_to_end_seconds_bucket{le=\"+Inf\"} 90\n";
    const NOW: &str = "mingjian_ready 0\nmingjian_paused 1\nmingjian_received_total 300\n\
        mingjian_flagged_total 30\n\
        mingjian_flagged_by_category_total{category=\"rumour\"} 25\n\
        mingjian_flagged_by_category_total{category=\"vulgar\"} 2\n\
        mingjian_dead_letters_total{reason=\"not_json\"} 4\n\
        mingjian_end_to_end_seconds_bucket{le=\"0.1\"} 290\n\
        mingjian_end_to_end_seconds_bucket{le=\"+Inf\"} 290\n\
        mingjian_consumer_lag{topic=\"posts\",partition=\"0\"} 70\n\
        mingjian_consumer_lag{topic=\"posts\",partition=\"1\"} 900\n\
        mingjian_partition_assigned{topic=\"posts\",partition=\"0\"} 1\n\
        mingjian_partition_assigned{topic=\"posts\",partition=\"1\"} 0\n\
        mingjian_versions_info{model=\"old\"} 0\nmingjian_versions_info{model=\"new\"} 1\n";

    /// Two scrapes, two seconds apart.
    pub(crate) fn figures() -> Figures {
        let at = Instant::now();
        let observation = |text: &str, at| Observation {
            url: "http://127.0.0.1:9464/metrics".to_owned(),
            at,
            exposition: text.parse().unwrap(),
            reason: Some("no broker answers".to_owned()),
        };
        let now = observation(NOW, at + Duration::from_secs(2));
        Figures::between(Some(&observation(BEFORE, at)), &now)
    }

    #[test]
    fn rates_come_from_two_scrapes() {
        let figures = figures();
        assert_eq!(figures.received, Flow { total: 300.0, per_second: Some(100.0) });
        assert_eq!(figures.flagged_by_category["rumour"].per_second, Some(10.0));
        // It was not there before, so that it was zero.
        assert_eq!(figures.flagged_by_category["vulgar"].per_second, Some(1.0));
        assert_eq!(figures.dead_letters.total, 4.0);
        let spent = figures.seconds_spent["end_to_end"].unwrap();
        assert_eq!((spent.observations, spent.p50), (200.0, 0.05));
        assert_eq!(figures.seconds_spent["deliver_batch"], None);
    }

    #[test]
    fn a_partition_that_was_given_away_does_not_wait_here() {
        let expected = Lag { waiting: 70.0, partitions: 1 };
        assert_eq!(figures().lag, BTreeMap::from([("posts".to_owned(), expected)]));
    }

    #[test]
    fn the_state_says_what_is_wrong() {
        let figures = figures();
        assert_eq!(
            figures.state(),
            "http://127.0.0.1:9464/metrics  not ready: no broker answers, paused"
        );
        assert_eq!(figures.versions["model"], "new");
    }

    #[test]
    fn a_counter_that_went_back_began_anew() {
        let empty = Exposition::default();
        let pair = Pair { before: None, now: &empty, seconds: Some(2.0) };
        assert_eq!(pair.rate(Some(100.0), 10.0), Some(5.0));
        assert_eq!(pair.rate(None, 10.0), None);
    }
}
