//! The manifests against the API of Kubernetes: every field is one that its type knows.

use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::custom_resources::{ScaledObject, ServiceMonitor, TriggerAuthentication};
use super::manifests;

#[test]
fn the_api_knows_every_field_of_every_manifest() {
    let manifests = manifests::all();
    assert!(manifests.len() >= 10, "{}", manifests.len());
    for (file, manifest) in manifests {
        if let Err(problem) = check(&manifest) {
            panic!("{file}: {problem}");
        }
    }
}

#[test]
fn a_slip_is_found() {
    let (_, set) = manifests::of_kind("StatefulSet");
    let slips: [(&str, Value); 4] = [
        ("/spec/replica", json!(2)),
        ("/spec/template/spec/containers/0/readinessprobe", json!({})),
        ("/spec/replicas", json!("two")),
        ("/spec/template/spec/containers/0/resources/limits", json!(["1Gi"])),
    ];
    for (place, value) in slips {
        let mut wrong = set.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        wrong.pointer_mut(parent).unwrap()[key] = value;
        assert!(check(&wrong).is_err(), "{place}");
    }
    let (_, scaler) = manifests::of_kind("ScaledObject");
    let mut wrong = scaler;
    wrong["spec"]["maxReplicas"] = json!(3);
    assert!(check(&wrong).is_err());
}

fn check(manifest: &Value) -> Result<(), String> {
    let text = |key: &str| manifest[key].as_str().unwrap_or_default();
    match (text("apiVersion"), text("kind")) {
        ("v1", "Namespace") => reads_whole::<Namespace>(manifest),
        ("v1", "ServiceAccount") => reads_whole::<ServiceAccount>(manifest),
        ("v1", "ConfigMap") => reads_whole::<ConfigMap>(manifest),
        ("v1", "Secret") => reads_whole::<Secret>(manifest),
        ("v1", "Service") => reads_whole::<Service>(manifest),
        ("apps/v1", "StatefulSet") => reads_whole::<StatefulSet>(manifest),
        ("policy/v1", "PodDisruptionBudget") => reads_whole::<PodDisruptionBudget>(manifest),
        ("networking.k8s.io/v1", "NetworkPolicy") => reads_whole::<NetworkPolicy>(manifest),
        ("monitoring.coreos.com/v1", "ServiceMonitor") => reads_whole::<ServiceMonitor>(manifest),
        ("keda.sh/v1alpha1", "ScaledObject") => reads_whole::<ScaledObject>(manifest),
        ("keda.sh/v1alpha1", "TriggerAuthentication") => {
            reads_whole::<TriggerAuthentication>(manifest)
        }
        other => Err(format!("{other:?} is no kind that is used here")),
    }
}

/// The types of Kubernetes pass over fields that they do not know, as its server once did. What
/// they read is therefore written again: a field that is missing then was not read.
fn reads_whole<T: DeserializeOwned + Serialize>(manifest: &Value) -> Result<(), String> {
    let typed: T = serde_json::from_value(manifest.clone()).map_err(|error| error.to_string())?;
    let read = serde_json::to_value(typed).map_err(|error| error.to_string())?;
    match first_difference(manifest, &read, "") {
        None => Ok(()),
        Some(place) => Err(format!("{place} is not known")),
    }
}

/// The place of something that was written but not read.
fn first_difference(written: &Value, read: &Value, place: &str) -> Option<String> {
    match (written, read) {
        (Value::Object(written), Value::Object(_)) => written.iter().find_map(|(key, value)| {
            first_difference(value, &read[key], &format!("{place}/{key}"))
        }),
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            let mut pairs = written.iter().zip(read).enumerate();
            pairs.find_map(|(index, (written, read))| {
                first_difference(written, read, &format!("{place}/{index}"))
            })
        }
        _ => (written != read).then(|| place.to_owned()),
    }
}
