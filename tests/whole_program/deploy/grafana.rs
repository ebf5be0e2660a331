//! The dashboard and its provisioning.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tools::{deploy, documents, read};

const WIDTH: u64 = 24;

fn dashboard() -> Value {
    serde_json::from_str(&read("grafana/dashboards/mingjian.json")).unwrap()
}

fn panels(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().unwrap()
}

/// Every query of the dashboard, with its place.
pub(crate) fn queries() -> Vec<(String, String)> {
    let dashboard = dashboard();
    let of_panels = panels(&dashboard).iter().flat_map(|panel| {
        let targets = panel["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
        targets.iter().map(|target| (panel["title"].clone(), target["expr"].clone()))
    });
    let annotations = dashboard["annotations"]["list"].as_array().unwrap();
    let of_annotations = annotations.iter().map(|it| (it["name"].clone(), it["expr"].clone()));
    let text = |value: Value| value.as_str().unwrap().to_owned();
    of_panels.chain(of_annotations).map(|(place, query)| (text(place), text(query))).collect()
}

#[test]
fn panels_have_their_own_ids_and_places() {
    let dashboard = dashboard();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in panels(&dashboard) {
        let title = &panel["title"];
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title} has the id of another panel");
        let [x, y, width, height] =
            ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().unwrap());
        assert!(x + width <= WIDTH, "{title} does not fit");
        for place in (y..y + height).flat_map(|y| (x..x + width).map(move |x| (x, y))) {
            assert!(taken.insert(place), "{title} lies over another panel");
        }
    }
}

#[test]
fn every_panel_asks_the_chosen_data_source_about_the_chosen_instances() {
    let dashboard = dashboard();
    for panel in panels(&dashboard).iter().filter(|panel| panel["type"] != "row") {
        let title = &panel["title"];
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title} shows nothing");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            let query = target["expr"].as_str().unwrap();
            let named = query.matches("mingjian_").count();
            let chosen = query.matches("job=~\"$job\",instance=~\"$instance\"").count();
            assert_eq!(named, chosen, "{title}: {query}");
        }
    }
}

#[test]
fn variables_in_queries_are_declared() {
    let dashboard = dashboard();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let declared: BTreeSet<&str> =
        variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
    for (place, query) in queries() {
        for used in query.split('$').skip(1) {
            let end = used.find(|it: char| !it.is_alphanumeric() && it != '_');
            let name = &used[..end.unwrap_or(used.len())];
            assert!(name == "__rate_interval" || declared.contains(name), "{place}: ${name}");
        }
    }
}

#[test]
fn the_dashboard_is_provisioned_from_where_the_page_says_it_goes() {
    let provider = &documents(&deploy("grafana/provisioning/dashboards/mingjian.yaml"))[0];
    let path = provider["providers"][0]["options"]["path"].as_str().unwrap();
    let page = std::fs::read_to_string(crate::project::root().join("docs/deployment.md")).unwrap();
    assert!(page.contains(path), "{path}");
    let sources = &documents(&deploy("grafana/provisioning/datasources/mingjian.yaml"))[0];
    assert_eq!(sources["datasources"][0]["type"], "prometheus");
}
