//! The manifests fit the program, and each other.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::running::DemoService;
use super::systemd;
use super::tools::{deploy, documents, read};
use crate::program::{Finished, finish, mingjian};

const FOLDERS: [&str; 2] = ["kubernetes", "kubernetes/with-operators"];
/// Applied by nothing.
const EXAMPLE: &str = "secret.example.yaml";
const INDEX: &str = "kustomization.yaml";

/// Every manifest, with its file's name.
pub(crate) fn all() -> Vec<(String, Value)> {
    let files = FOLDERS.iter().flat_map(|folder| {
        let names = names(folder).into_iter().filter(|name| name != INDEX);
        names.map(move |name| deploy(folder).join(name))
    });
    files
        .flat_map(|file| {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            documents(&file).into_iter().map(move |document| (name.clone(), document))
        })
        .collect()
}

/// The one manifest of a kind.
pub(crate) fn of_kind(kind: &str) -> (String, Value) {
    let mut found: Vec<_> =
        all().into_iter().filter(|(_, manifest)| manifest["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found.remove(0)
}

/// The configuration in the config map.
fn config() -> toml::Table {
    config_text().parse().unwrap()
}

fn config_text() -> String {
    of_kind("ConfigMap").1["data"]["mingjian.toml"].as_str().unwrap().to_owned()
}

/// The pod's container.
fn container() -> Value {
    at(&of_kind("StatefulSet").1, "/spec/template/spec/containers/0").clone()
}

fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing in {value}"))
}

#[test]
fn an_index_names_every_manifest() {
    for folder in FOLDERS {
        let index = &documents(&deploy(folder).join(INDEX))[0];
        let named: BTreeSet<_> =
            index["resources"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let expected = names(folder);
        let expected =
            expected.iter().map(String::as_str).filter(|it| ![INDEX, EXAMPLE].contains(it));
        for name in expected {
            assert!(named.contains(name), "{folder}: {name} is applied by nothing");
        }
    }
}

#[test]
fn the_program_accepts_the_configuration() {
    validated(&["MINGJIAN_INSTANCE", "KAFKA_USERNAME", "KAFKA_PASSWORD"]).succeeded();
    let said = validated(&["MINGJIAN_INSTANCE", "KAFKA_USERNAME"]).refused();
    let expected = "kafka.properties.sasl.password: the environment variable KAFKA_PASSWORD is not";
    assert!(said.contains(expected), "{said}");
}

/// What the program says of the configuration in an environment with these variables.
fn validated(variables: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mingjian.toml");
    fs::write(&file, config_text()).unwrap();
    let mut call = mingjian("validate");
    call.arg("--config").arg(&file).envs(variables.iter().map(|name| (*name, "mingjian-0")));
    finish(&mut call)
}

#[test]
fn each_pod_has_identities_of_its_own() {
    let config = config();
    for key in ["transactional_id", "group_instance_id"] {
        assert_eq!(config["kafka"][key].as_str(), Some("${MINGJIAN_INSTANCE}"), "{key}");
    }
    let environment = container()["env"].clone();
    let of_pod = environment.as_array().unwrap().iter().any(|variable| {
        variable["name"] == "MINGJIAN_INSTANCE"
            && variable.pointer("/valueFrom/fieldRef/fieldPath") == Some(&"metadata.name".into())
    });
    assert!(of_pod, "{environment}");
    let unit = read("systemd/mingjian.service");
    assert_eq!(systemd::setting(&unit, "Environment"), "MINGJIAN_INSTANCE=%l");
}

#[test]
fn every_variable_of_the_configuration_is_set() {
    let environment = container()["env"].clone();
    let set: Vec<_> = environment.as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    for asked in config_text().split("${").skip(1) {
        let name = asked.split('}').next().unwrap();
        if name != "NAME" {
            assert!(set.contains(&name.into()), "{name}");
        }
    }
}

#[test]
fn probes_scrapes_and_ports_are_those_of_the_service() {
    let service = DemoService::start();
    let container = container();
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let path = at(&container, &format!("/{probe}/httpGet/path")).as_str().unwrap();
        assert_eq!(service.get(path).0, 200, "{path}");
    }
    let monitor = of_kind("ServiceMonitor").1;
    let scraped = at(&monitor, "/spec/endpoints/0/path").as_str().unwrap();
    assert_eq!(service.get(scraped).0, 200);

    let config = config();
    let listen = config["http"]["listen"].as_str().unwrap();
    let port: u64 = listen.rsplit(':').next().unwrap().parse().unwrap();
    let policy = of_kind("NetworkPolicy").1;
    for (manifest, pointer) in [
        (&container, "/ports/0/containerPort"),
        (&of_kind("Service").1, "/spec/ports/0/port"),
        (&policy, "/spec/ingress/0/ports/0/port"),
    ] {
        assert_eq!(at(manifest, pointer), port, "{pointer}");
    }
    let brokers = config["kafka"]["brokers"].as_str().unwrap();
    let broker_port: u64 = brokers.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(at(&policy, "/spec/egress/1/ports/0/port"), broker_port);
}

#[test]
fn a_pod_gets_the_memory_and_the_time_that_it_may_need() {
    let bound = DemoService::start().value("mingjian_memory_bound_bytes");
    let limit = container()["resources"]["limits"]["memory"].clone();
    assert!(bytes(limit.as_str().unwrap()) > bound, "{limit} for {bound}");
    let unit = read("systemd/mingjian.service");
    let most = systemd::setting(&unit, "MemoryMax");
    assert!(bytes(&format!("{most}i")) > bound, "{most} for {bound}");

    let set = of_kind("StatefulSet").1;
    let grace = at(&set, "/spec/template/spec/terminationGracePeriodSeconds").as_i64().unwrap();
    let drain = config()["service"]["drain_ms"].as_integer().unwrap() / 1_000;
    assert!(grace >= drain + 10, "{grace} s for a drain of {drain} s");
    let cores: i64 = container()["resources"]["requests"]["cpu"].as_str().unwrap().parse().unwrap();
    assert_eq!(config()["service"]["threads"].as_integer(), Some(cores));
}

/// A quantity of Kubernetes, as far as we use them.
fn bytes(quantity: &str) -> f64 {
    let scales = [("Mi", 20), ("Gi", 30)];
    let (number, power) = scales
        .iter()
        .find_map(|(unit, power)| Some((quantity.strip_suffix(unit)?, power)))
        .unwrap_or_else(|| panic!("{quantity}"));
    number.parse::<f64>().unwrap() * 2_f64.powi(*power)
}

#[test]
fn every_selector_finds_the_pods() {
    let set = of_kind("StatefulSet").1;
    let labels = at(&set, "/spec/template/metadata/labels");
    for (kind, pointer) in [
        ("StatefulSet", "/spec/selector/matchLabels"),
        ("Service", "/spec/selector"),
        ("PodDisruptionBudget", "/spec/selector/matchLabels"),
        ("NetworkPolicy", "/spec/podSelector/matchLabels"),
    ] {
        assert_eq!(at(&of_kind(kind).1, pointer), labels, "{kind}");
    }
    let of_service = at(&of_kind("Service").1, "/metadata/labels").clone();
    assert_eq!(at(&of_kind("ServiceMonitor").1, "/spec/selector/matchLabels"), &of_service);
    assert_eq!(at(&set, "/spec/serviceName"), at(&of_kind("Service").1, "/metadata/name"));
}

#[test]
fn nothing_may_be_gained_by_breaking_in() {
    let set = of_kind("StatefulSet").1;
    let pod = at(&set, "/spec/template/spec");
    assert_eq!(at(pod, "/securityContext/runAsNonRoot"), true);
    assert_eq!(at(pod, "/automountServiceAccountToken"), false);
    let container = container();
    assert_eq!(at(&container, "/securityContext/readOnlyRootFilesystem"), true);
    assert_eq!(at(&container, "/securityContext/allowPrivilegeEscalation"), false);
    assert_eq!(at(&container, "/securityContext/capabilities/drop/0"), "ALL");
    let user = at(pod, "/securityContext/runAsUser").as_u64().unwrap();
    assert!(read("container/Containerfile").contains(&format!("\nUSER {user}:{user}\n")));
}

#[test]
fn the_scaler_watches_what_the_service_reads() {
    let (kafka, scaler) = (config()["kafka"].clone(), of_kind("ScaledObject").1);
    let trigger = at(&scaler, "/spec/triggers/0/metadata");
    assert_eq!(trigger["bootstrapServers"].as_str(), kafka["brokers"].as_str());
    assert_eq!(trigger["consumerGroup"].as_str(), kafka["group"].as_str());
    assert_eq!(trigger["topic"].as_str(), kafka["input_topics"][0].as_str());
    let set = of_kind("StatefulSet").1;
    assert_eq!(at(&scaler, "/spec/scaleTargetRef/name"), at(&set, "/metadata/name"));
}

fn names(folder: &str) -> Vec<String> {
    let entries = deploy(folder).read_dir().unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}
