use super::*;

/// The keys that `check` objects to, in a configuration that is right but for these lines.
fn objections(section: &str, lines: &str) -> Vec<String> {
    let mut sections = [
        (
            "kafka",
            "input_topics=[\"in\"]\nreview_topic=\"out\"\ndead_letter_topic=\"dead\"\n\
                   transactional_id=\"i\"\n"
                .to_owned(),
        ),
        ("batch", String::new()),
        ("input", String::new()),
        ("dead_letters", String::new()),
        ("http", String::new()),
        ("service", String::new()),
        ("candidate", String::new()),
    ];
    for (name, text) in &mut sections {
        if *name == section {
            text.push_str(lines);
        }
    }
    let text: String = sections.iter().map(|(name, text)| format!("[{name}]\n{text}\n")).collect();
    let config: StreamConfig = toml::from_str(&text).unwrap();
    match config.check() {
        Ok(()) => Vec::new(),
        Err(invalid) => invalid.0.into_iter().map(|problem| problem.key).collect(),
    }
}

#[test]
fn a_setting_that_cannot_stand_is_named() {
    let check =
        |section, lines, key: &str| assert_eq!(objections(section, lines), [key], "{lines}");
    assert_eq!(objections("batch", ""), [""; 0]);
    check("kafka", "brokers=\" \"", "kafka.brokers");
    check("kafka", "group_instance_id=\"\"", "kafka.group_instance_id");
    check("kafka", "properties={\"group.id\"=\"g\"}", "kafka.properties.\"group.id\"");
    check(
        "kafka",
        "properties={\"session.timeout.ms\"=\"soon\"}",
        "kafka.properties.\"session.timeout.ms\"",
    );
    check(
        "kafka",
        "properties={\"message.timeout.ms\"=\"60000\"}",
        "kafka.properties.\"message.timeout.ms\"",
    );
    check(
        "kafka",
        "properties={\"heartbeat.interval.ms\"=\"30000\"}",
        "kafka.properties.\"heartbeat.interval.ms\"",
    );
    check("kafka", "prefetch_bytes=10", "kafka.prefetch_bytes");
    check("kafka", "output_queue_bytes=10", "kafka.output_queue_bytes");
    check("candidate", "share=1.5", "candidate.share");
    check("candidate", "shadow_topic=\"out\"", "candidate.shadow_topic");
    check("dead_letters", "breaker_ratio=0.0", "dead_letters.breaker_ratio");
    check("dead_letters", "breaker_window=0", "dead_letters.breaker_window");
    check("service", "drain_ms=300000", "service.drain_ms");
    check("batch", "linger_ms=60000", "batch.linger_ms");
    check("batch", "max_posts=0", "batch.max_posts");
    check("batch", "max_bytes=10", "batch.max_bytes");
    check("input", "max_depth=500", "input.max_depth");
    check("input", "fields={id=\"mid\"}", "input.fields.id");
    check("input", "fields={author={name=\"/n\"}}", "input.fields.author.id");
    check("dead_letters", "max_raw_bytes=900000", "dead_letters.max_raw_bytes");
    check("http", "listen=\"localhost\"", "http.listen");
}

#[test]
fn topics_must_differ() {
    let mut config = StreamConfig::default();
    config.kafka.transactional_id = Some("i".to_owned());
    config.kafka.input_topics = vec!["a".to_owned()];
    config.kafka.review_topic = "a".to_owned();
    config.kafka.dead_letter_topic = "a".to_owned();
    let keys: Vec<_> = config.check().unwrap_err().0.into_iter().map(|it| it.key).collect();
    assert_eq!(keys, ["kafka.review_topic", "kafka.dead_letter_topic", "kafka.dead_letter_topic"]);
}

#[test]
fn unknown_keys_are_refused_and_secrets_are_not_printed() {
    assert!(toml::from_str::<StreamConfig>("[kafka]\nbroker=\"x\"").is_err());
    let config: StreamConfig =
        toml::from_str("[kafka.properties]\n\"sasl.password\"=\"hunter2\"").unwrap();
    let printed = format!("{config:?}");
    assert!(printed.contains("sasl.password") && !printed.contains("hunter2"));
}
