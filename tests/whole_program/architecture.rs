//! Arrows between crates go down only, and some never reach certain libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::project;

/// From the bottom up; a crate may depend on those before it.
const ORDER: [&str; 9] =
    ["schema", "text", "lexicon", "model", "encoder", "training", "triage", "stream", "cli"];

#[test]
fn a_crate_depends_only_on_crates_below_it() {
    let graph = Graph::read();
    for (height, upper) in ORDER.iter().enumerate() {
        for lower in graph.own_dependencies(upper) {
            let below = ORDER.iter().position(|name| *name == lower);
            assert!(below.is_some_and(|below| below < height), "{upper} depends on {lower}");
        }
    }
}

#[test]
fn every_crate_has_its_place_in_the_order() {
    let graph = Graph::read();
    let known: BTreeSet<_> = ORDER.iter().map(|name| (*name).to_owned()).collect();
    let beside = BTreeSet::from(["tests".to_owned(), "benches".to_owned()]);
    let found: BTreeSet<_> = graph.own.keys().cloned().collect();
    let unplaced: Vec<_> =
        found.difference(&known).filter(|name| !beside.contains(*name)).collect();
    assert!(unplaced.is_empty(), "{unplaced:?} stand nowhere in the order");
    assert!(found.is_superset(&known), "{found:?}");
}

#[test]
fn the_wire_types_depend_on_no_crate_of_ours() {
    assert_eq!(Graph::read().own_dependencies("schema"), BTreeSet::new());
}

#[test]
fn judging_a_post_links_neither_kafka_nor_trainers() {
    let graph = Graph::read();
    for name in ["schema", "text", "lexicon", "model", "triage"] {
        graph.never_links(name, &["rdkafka", "rdkafka-sys", "linfa", "linfa-logistic", "argmin"]);
    }
}

#[test]
fn training_never_links_kafka() {
    Graph::read().never_links("training", &["rdkafka", "rdkafka-sys"]);
}

#[test]
fn moving_posts_knows_nothing_of_how_they_are_judged() {
    let judging =
        ["training", "triage", "model", "lexicon", "text"].map(|name| format!("mingjian-{name}"));
    Graph::read().never_links("stream", &judging);
}

/// The platform that the tests run on.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Which package links which, tests and examples left aside.
struct Graph {
    names: BTreeMap<PackageId, String>,
    links: BTreeMap<PackageId, Vec<PackageId>>,
    /// The crates of the workspace, without the prefix that they share.
    own: BTreeMap<String, PackageId>,
}

impl Graph {
    fn read() -> Self {
        let metadata: Metadata = MetadataCommand::new()
            .cargo_path(env!("CARGO"))
            .current_dir(project::root())
            // What other platforms would link need not be fetched.
            .other_options(["--locked".to_owned(), "--filter-platform".to_owned(), host()])
            .exec()
            .unwrap();
        let names = metadata
            .packages
            .iter()
            .map(|package| (package.id.clone(), package.name.to_string()))
            .collect();
        let own = metadata
            .workspace_packages()
            .into_iter()
            .map(|package| {
                let name = package.name.strip_prefix("mingjian-").unwrap_or(&package.name);
                (name.to_owned(), package.id.clone())
            })
            .collect();
        let nodes = metadata.resolve.unwrap().nodes;
        let links = nodes
            .into_iter()
            .map(|node| {
                let linked = node.deps.into_iter().filter(|dependency| {
                    dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
                });
                (node.id, linked.map(|dependency| dependency.pkg).collect())
            })
            .collect();
        Self { names, links, own }
    }

    /// The crates of ours that a crate of ours names among its dependencies.
    fn own_dependencies(&self, name: &str) -> BTreeSet<String> {
        let linked = &self.links[&self.own[name]];
        let is_linked = |(_, id): &(&String, &PackageId)| linked.contains(id);
        self.own.iter().filter(is_linked).map(|(name, _)| name.clone()).collect()
    }

    fn never_links(&self, name: &str, forbidden: &[impl AsRef<str>]) {
        let linked = self.everything_linked(name);
        for package in forbidden {
            let package = package.as_ref();
            assert!(!linked.contains(package), "{name} links {package}");
        }
    }

    /// The names of all packages that a crate of ours links, directly or not.
    fn everything_linked(&self, name: &str) -> BTreeSet<&str> {
        let mut waiting = vec![&self.own[name]];
        let mut seen = BTreeSet::new();
        while let Some(package) = waiting.pop() {
            for linked in &self.links[package] {
                if seen.insert(linked) {
                    waiting.push(linked);
                }
            }
        }
        seen.into_iter().map(|id| self.names[id].as_str()).collect()
    }
}
