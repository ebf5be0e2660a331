//! `mingjian validate`, and what is said about settings that cannot stand.

use std::fs;

use tempfile::tempdir;

use crate::program::{Finished, finish, mingjian};

/// Validates a configuration of this text.
fn validate(text: &str, flags: &[&str]) -> Finished {
    let folder = tempdir().unwrap();
    let file = folder.path().join("mingjian.toml");
    fs::write(&file, text).unwrap();
    finish(mingjian("validate").arg("--config").arg(&file).args(flags))
}

fn example() -> String {
    finish(mingjian("validate").arg("--example")).succeeded().out
}

#[test]
fn the_example_is_valid() {
    let finished = validate(&example(), &[]).succeeded();
    assert_eq!(finished.out, "");
    assert!(finished.err.contains("is valid"), "{}", finished.err);
    let answer = validate(&example(), &["--json"]).json();
    assert_eq!(answer["valid"], true);
    assert!(answer["versions"]["policy"].is_string(), "{answer}");
}

#[test]
fn an_unknown_key_comes_with_the_nearest_right_one() {
    let check = |text: &str, nearest: &str| {
        let said = validate(text, &[]).refused();
        assert!(said.contains(&format!("did you mean `{nearest}`?")), "{said}");
        assert!(said.contains("mingjian.toml"), "{said}");
    };
    check("[kafka]\nbroker = 'localhost:9092'", "brokers");
    check("[kafka]\ninput_topic = ['posts']", "input_topics");
    check("[batch]\nlinger = 50", "linger_ms");
    check("[htpp]", "http");
    check("[policy.thresholds]\nrumor = 0.5", "rumour");
}

#[test]
fn every_missing_setting_is_told_at_once() {
    let said = validate("[kafka]\nbrokers = '127.0.0.1:9092'", &[]).refused();
    for key in ["input_topics", "review_topic", "dead_letter_topic", "transactional_id"] {
        assert!(said.contains(&format!("kafka.{key}")), "no {key} in {said}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_placed() {
    let said = validate("[kafka]\ngroup = 3", &["--json"]).refused();
    assert!(said.contains("line 2") && said.contains("group"), "{said}");
    let said = validate(&format!("{}\n[policy.thresholds]\nvulgar = 7", example()), &[]).refused();
    assert!(said.contains("vulgar"), "{said}");
}

#[test]
fn a_model_that_is_not_there_is_told_before_the_service_runs() {
    let text = example().replacen("[model]", "[model]\ndir = 'no-such-model'", 1);
    let said = validate(&text, &[]).refused();
    assert!(said.contains("no-such-model"), "{said}");
}

#[test]
fn a_missing_configuration_is_named() {
    for command in ["validate", "serve", "replay"] {
        let said = finish(mingjian(command).args(["--config", "no/such.toml"])).refused();
        assert!(said.contains("`no/such.toml` cannot be read"), "{said}");
    }
}

#[test]
fn a_service_without_a_configuration_is_refused() {
    let said = finish(&mut mingjian("serve")).refused();
    assert!(said.contains("--config"), "{said}");
}

#[test]
fn a_service_refuses_settings_that_cannot_stand() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("mingjian.toml");
    fs::write(&file, "[kafka]\ninput_topics = ['posts']").unwrap();
    let said = finish(mingjian("serve").arg("--config").arg(&file)).refused();
    assert!(said.contains("kafka.review_topic"), "{said}");
}
