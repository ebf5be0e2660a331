//! Dashboards and alerts name what the service exports, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::promql::selectors;
use super::running::DemoService;
use super::{grafana, prometheus};
use crate::project;

/// Labels that Prometheus adds to whatever it scrapes, and those of a histogram's buckets.
const ADDED: [&str; 3] = ["job", "instance", "le"];
/// What the demonstration has no occasion to count.
const UNSEEN: [&str; 1] = ["mingjian_shadow_flips_total"];

#[test]
fn every_query_names_a_metric_of_the_service() {
    let exported = exported();
    let recorded = prometheus::recorded();
    for (place, query) in grafana::queries().into_iter().chain(prometheus::queries()) {
        for selector in selectors(&query) {
            let name = &selector.name;
            let is_known = match name.contains(':') {
                true => recorded.contains(name),
                false => exported.contains(family(name, &exported)),
            };
            assert!(is_known, "{place}: nobody exports {name}");
        }
    }
}

#[test]
fn every_label_in_a_query_is_one_of_its_metric() {
    let service = DemoService::start();
    let seen = service.labels_by_metric();
    let exported = exported();
    assert!(seen.len() > 10, "{seen:?}");
    for name in seen.keys() {
        let family = family(name, &exported);
        assert!(exported.contains(family), "{name} is exported but no constant names it");
    }
    for (place, query) in grafana::queries().into_iter().chain(prometheus::queries()) {
        for selector in selectors(&query) {
            let Some(labels) = seen.get(&selector.name) else {
                let name = selector.name.as_str();
                assert!(
                    name.contains(':') || UNSEEN.contains(&name),
                    "{place}: {name} is not seen"
                );
                continue;
            };
            for label in &selector.labels {
                let is_known = labels.contains(label) || ADDED.contains(&label.as_str());
                assert!(is_known, "{place}: {} has no label {label}", selector.name);
            }
        }
    }
}

/// The metric that a series belongs to: a histogram has three series.
fn family<'a>(name: &'a str, exported: &BTreeSet<String>) -> &'a str {
    let parts = ["_bucket", "_sum", "_count"];
    let stem = parts.iter().find_map(|part| name.strip_suffix(part));
    stem.filter(|stem| exported.contains(*stem)).unwrap_or(name)
}

/// The names that the service has constants for.
fn exported() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    collect(&project::root().join("crates/stream/src"), &mut names);
    assert!(names.len() > 20, "{names:?}");
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let constants = text.split("pub const ").skip(1);
        names.extend(constants.filter_map(|constant| {
            let (_, value) = constant.split(';').next()?.split_once(": &str = \"mingjian_")?;
            Some(format!("mingjian_{}", value.trim_end_matches('"')))
        }));
    }
}

/// The labels of each series in a scrape.
pub(crate) fn labels_by_metric(exposition: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in exposition.lines().filter(|line| !line.starts_with('#')) {
        for selector in selectors(line) {
            labels.entry(selector.name).or_default().extend(selector.labels);
        }
    }
    labels
}
