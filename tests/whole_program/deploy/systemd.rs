//! The unit, judged by systemd itself.

use std::fs;

use super::tools::{deploy, passes, read, tool};

/// Exposure that is borne, in tenths: systemd calls up to 20 safe, and an ordinary unit has 96.
const EXPOSURE: &str = "15";

#[test]
fn systemd_accepts_the_unit() {
    let Some(mut analyze) = tool("systemd-analyze") else { return };
    // It looks whether the program is there; where tests run it is not installed.
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("mingjian.service");
    let text = read("systemd/mingjian.service").replace("/usr/bin/mingjian", "/bin/true");
    fs::write(&unit, text).unwrap();
    let said = passes(analyze.args(["verify", "--man=no"]).arg(&unit));
    let of_ours: Vec<_> = said.lines().filter(|line| line.contains("mingjian")).collect();
    assert!(of_ours.is_empty(), "{of_ours:?}");
}

#[test]
fn the_unit_exposes_next_to_nothing() {
    let Some(mut analyze) = tool("systemd-analyze") else { return };
    let threshold = format!("--threshold={EXPOSURE}");
    let call = analyze.args(["security", "--offline=true", "--no-pager", &threshold]);
    let said = passes(call.arg(deploy("systemd/mingjian.service")));
    assert!(said.contains("Overall exposure level"), "{said}");
}

#[test]
fn the_unit_waits_longer_than_the_service_drains() {
    let unit = read("systemd/mingjian.service");
    let example: toml::Table = read("mingjian.example.toml").parse().unwrap();
    let drain = example["service"]["drain_ms"].as_integer().unwrap() / 1_000;
    let stop: i64 = setting(&unit, "TimeoutStopSec").parse().unwrap();
    assert!(stop >= drain + 10, "{stop} s for a drain of {drain} s");
}

/// The value of a key that stands once in the unit.
pub(crate) fn setting<'a>(unit: &'a str, key: &str) -> &'a str {
    let values: Vec<&str> =
        unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect();
    assert_eq!(values.len(), 1, "{key}");
    values[0]
}
