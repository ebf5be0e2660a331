//! `mingjian bench --baseline`: whether a change made it slower.
//!
//! Times are compared as multiples of what jieba-rs took in the same run: a machine that is slow
//! today is slow for both.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::Value;

use crate::paint;

/// How much worse a figure may be: a share, written as `10%` or `0.1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tolerance(f64);

impl FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = match text.strip_suffix('%') {
            Some(percent) => (percent, 0.01),
            None => (text, 1.0),
        };
        let share = number.trim().parse::<f64>().map_or(f64::NAN, |number| number * unit);
        if share.is_finite() && share >= 0.0 {
            Ok(Self(share))
        } else {
            Err("a share such as `10%` or `0.1`, not below 0".to_owned())
        }
    }
}

/// A figure then and now; less is better.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    figure: &'static str,
    before: f64,
    now: f64,
    /// Whether it is worse than is tolerated.
    pub(crate) is_regression: bool,
}

/// What is compared, where it stands in the JSON, and what difference is noise at any size.
const FIGURES: [(&str, &str, f64); 3] = [
    ("pipeline, × jieba-rs alone", "/times_jieba_rs_alone", 0.0),
    ("allocations a passed post", "/allocations_per_post", 0.05),
    ("peak memory, bytes", "/peak_rss_bytes", 4e6),
];

/// Holds this run against a saved one (`mingjian bench --json > FILE`).
pub(crate) fn compare(file: &Path, now: &Value, tolerance: Tolerance) -> Result<Vec<Comparison>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    let before: Value = serde_json::from_str(&text).with_context(|| {
        format!("`{}` is not what `mingjian bench --json` prints", file.display())
    })?;
    for setting in ["posts", "chars"] {
        if before[setting] != now[setting] {
            bail!(
                "`{}` measured other posts ({} {setting}, now {}): give the same --input",
                file.display(),
                before[setting],
                now[setting]
            );
        }
    }
    let compared = FIGURES.into_iter().filter_map(|(figure, place, noise)| {
        let value = |run: &Value| run.pointer(place).and_then(Value::as_f64);
        let (before, now) = (value(&before)?, value(now)?);
        let is_regression = now > before * (1.0 + tolerance.0) + noise;
        Some(Comparison { figure, before, now, is_regression })
    });
    Ok(compared.collect())
}

pub(crate) fn print(compared: &[Comparison]) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["", "baseline", "now", "change", ""]);
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    for one in compared {
        let change = 100.0 * (one.now - one.before) / one.before.max(f64::MIN_POSITIVE);
        table.add_row([
            Cell::new(one.figure),
            right(format!("{:.2}", one.before)),
            right(format!("{:.2}", one.now)),
            right(if one.before == 0.0 { "–".to_owned() } else { format!("{change:+.1} %") }),
            Cell::new(if one.is_regression { "REGRESSION" } else { "" }),
        ]);
    }
    paint::say(table);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tolerance_is_a_share_or_per_cent() {
        let check = |text: &str, share| assert_eq!(text.parse(), Ok(Tolerance(share)), "{text}");
        check("10%", 0.1);
        check("0.25", 0.25);
        check("0", 0.0);
        for wrong in ["", "-1%", "ten", "NaN", "%"] {
            assert!(wrong.parse::<Tolerance>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn slower_than_is_tolerated_is_a_regression_whatever_the_machine_does() {
        let run = |pipeline: f64, memory: f64| {
            json!({"posts": 5, "chars": 50, "times_jieba_rs_alone": pipeline,
                   "allocations_per_post": 0.0, "peak_rss_bytes": memory})
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baseline.json");
        std::fs::write(&file, run(4.0, 1e8).to_string()).unwrap();
        let worse = |now| -> Vec<bool> {
            let compared = compare(&file, &now, Tolerance(0.1)).unwrap();
            compared.iter().map(|one| one.is_regression).collect()
        };
        assert_eq!(worse(run(4.3, 1.02e8)), [false, false, false]);
        assert_eq!(worse(run(4.5, 1.3e8)), [true, false, true]);
        let other = json!({"posts": 6, "chars": 50});
        assert!(compare(&file, &other, Tolerance(0.1)).is_err());
    }
}
