//! Rules and alerts, judged by promtool and by each other.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::grafana;
use super::tools::{deploy, documents, passes, read, tool};
use crate::project;

#[test]
fn promtool_accepts_the_rules() {
    let Some(mut promtool) = tool("promtool") else { return };
    passes(promtool.args(["check", "config"]).arg(deploy("prometheus/prometheus.example.yaml")));
}

#[test]
fn alerts_fire_when_they_must_and_only_then() {
    let Some(mut promtool) = tool("promtool") else { return };
    passes(promtool.args(["test", "rules"]).arg(deploy("prometheus/rules.test.yaml")));
}

#[test]
fn promtool_can_read_every_query_of_the_dashboard() {
    let Some(mut promtool) = tool("promtool") else { return };
    let rules: Vec<Value> = grafana::queries()
        .iter()
        .enumerate()
        .map(|(index, (_, query))| {
            let query = query.replace("$__rate_interval", "5m").replace(['$'], "");
            json!({"record": format!("query:{index}"), "expr": query})
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queries.yaml");
    let rules = json!({"groups": [{"name": "dashboard", "rules": rules}]});
    fs::write(&file, rules.to_string()).unwrap();
    passes(promtool.args(["check", "rules"]).arg(&file));
}

#[test]
fn every_alert_is_tested_both_ways() {
    let tests = documents(&deploy("prometheus/rules.test.yaml"));
    let cases: Vec<(String, bool)> = tests[0]["tests"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|test| test["alert_rule_test"].as_array().unwrap())
        .map(|case| {
            let is_silent = case["exp_alerts"].as_array().unwrap().is_empty();
            (case["alertname"].as_str().unwrap().to_owned(), is_silent)
        })
        .collect();
    for alert in alerts() {
        for is_silent in [true, false] {
            let case = (alert.clone(), is_silent);
            assert!(cases.contains(&case), "{alert} has no test with silent = {is_silent}");
        }
    }
}

#[test]
fn every_alert_says_what_to_do() {
    let page = fs::read_to_string(project::root().join("docs/deployment.md")).unwrap();
    for rule in rules() {
        let Some(alert) = rule["alert"].as_str() else { continue };
        assert!(page.contains(&format!("\n### {alert}\n")), "no heading for {alert}");
        let runbook = format!("docs/deployment.md#{}", alert.to_lowercase());
        assert_eq!(rule["annotations"]["runbook"], runbook, "{alert}");
        let severity = rule["labels"]["severity"].as_str().unwrap();
        assert!(["critical", "warning", "info"].contains(&severity), "{alert}");
    }
}

#[test]
fn every_alert_in_the_page_exists() {
    let page = fs::read_to_string(project::root().join("docs/deployment.md")).unwrap();
    let alerts = alerts();
    for heading in page.lines().filter_map(|line| line.strip_prefix("### Mingjian")) {
        assert!(alerts.contains(&format!("Mingjian{heading}")), "{heading}");
    }
}

fn rules() -> Vec<Value> {
    let file = &documents(&deploy("prometheus/rules.yaml"))[0];
    let groups = file["groups"].as_array().unwrap();
    groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).cloned().collect()
}

fn alerts() -> BTreeSet<String> {
    rules().iter().filter_map(|rule| Some(rule["alert"].as_str()?.to_owned())).collect()
}

/// Names that rules record.
pub(crate) fn recorded() -> BTreeSet<String> {
    rules().iter().filter_map(|rule| Some(rule["record"].as_str()?.to_owned())).collect()
}

/// Every query of the rules, and every series that their tests feed them, with its place.
pub(crate) fn queries() -> Vec<(String, String)> {
    let of_rules = rules().into_iter().map(|rule| {
        let name = rule["alert"].as_str().or(rule["record"].as_str()).unwrap().to_owned();
        (name, rule["expr"].as_str().unwrap().to_owned())
    });
    let tests = read("prometheus/rules.test.yaml");
    let of_tests = tests.lines().filter_map(|line| {
        let series = line.trim().strip_prefix("- {series: '")?.split('\'').next()?;
        Some((format!("test of {series}"), series.to_owned()))
    });
    of_rules.chain(of_tests).collect()
}
