//! A run of `bench` held against an earlier one.
//!
//! Times are compared as multiples of the time that jieba-rs takes in the same run, so that a
//! busier hour or another machine is no regression; counts and bytes are compared as they are.

use std::path::Path;

use anyhow::{Context, Result, bail};
use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;
use serde_json::Value;

use crate::paint;

/// Stages below this share of the pipeline, in both runs, are shown but not judged: they are as
/// short as the clock is coarse.
const SMALLEST_SHARE: f64 = 0.05;

/// A difference that is none, whatever the share: it lets a count of zero stay zero.
const NOTHING: f64 = 0.005;

/// One figure in both runs. More is worse.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Figure {
    name: String,
    baseline: f64,
    now: f64,
    /// Whether the figure can fail the comparison.
    judged: bool,
    regressed: bool,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Comparison {
    max_regression: f64,
    figures: Vec<Figure>,
}

/// Reads what `bench --json` printed.
pub(super) fn read(path: &Path) -> Result<Value> {
    let name = path.display();
    let content =
        std::fs::read_to_string(path).with_context(|| format!("`{name}` cannot be read"))?;
    let baseline: Value = serde_json::from_str(&content)
        .with_context(|| format!("`{name}` is not what `mingjian bench --json` prints"))?;
    if reference(&baseline).is_none() {
        bail!("`{name}` is not what `mingjian bench --json` prints: no time of jieba-rs in it");
    }
    Ok(baseline)
}

/// Compares two runs over the same posts.
pub(super) fn compare(baseline: &Value, now: &Value, max_regression: f64) -> Result<Comparison> {
    for field in ["posts", "chars", "threads"] {
        if baseline[field] != now[field] {
            bail!(
                "the baseline was measured on other terms: {field} {} instead of {}",
                baseline[field],
                now[field]
            );
        }
    }
    let (Some(before), Some(after)) = (reference(baseline), reference(now)) else {
        bail!("a run has no time of jieba-rs in it");
    };
    let mut figures = Vec::new();
    let mut add = |name: &str, judged: bool, values: [Option<f64>; 2]| {
        if let [Some(baseline), Some(now)] = values {
            let limit = baseline * (1.0 + max_regression) + NOTHING;
            let regressed = judged && now > limit;
            figures.push(Figure { name: name.to_owned(), baseline, now, judged, regressed });
        }
    };
    let both = |pointer: &str| [baseline, now].map(|run| run.pointer(pointer)?.as_f64());
    let by_reference = |[old, new]: [Option<f64>; 2]| {
        [old.map(|time| time / before), new.map(|time| time / after)]
    };
    add("pass path (× jieba-rs)", true, both("/pass_path/times_jieba_rs_alone"));
    add("pipeline (× jieba-rs)", true, both("/times_jieba_rs_alone"));
    for stage in now["stages_ns_per_post"].as_object().into_iter().flat_map(|stages| stages.keys())
    {
        let times = by_reference(both(&format!("/stages_ns_per_post/{stage}")));
        let pipelines = both("/times_jieba_rs_alone");
        let share = |place: usize| Some(times[place]? / pipelines[place]?);
        let is_small = (0..2).all(|place| share(place).is_none_or(|share| share < SMALLEST_SHARE));
        add(&format!("{stage} (× jieba-rs)"), !is_small, times);
    }
    let per_post = both("/posts_per_second").map(|rate| rate.map(|rate| 1e9 / rate));
    add("throughput, time a post (× jieba-rs)", true, by_reference(per_post));
    let latency = |place: &str| both(&format!("/latency_us/{place}")).map(|time| Some(time? * 1e3));
    add("latency p50 (× jieba-rs)", true, by_reference(latency("p50")));
    add("latency p99 (× jieba-rs)", false, by_reference(latency("p99")));
    add("allocations per passed post", true, both("/allocations_per_post"));
    let megabytes = both("/peak_rss_bytes").map(|bytes| bytes.map(|bytes| bytes / 1e6));
    add("peak memory (MB)", true, megabytes);
    Ok(Comparison { max_regression, figures })
}

/// Nanoseconds that jieba-rs took for a post.
fn reference(run: &Value) -> Option<f64> {
    run["reference_ns_per_post"]["jieba_rs_alone"].as_f64().filter(|time| *time > 0.0)
}

impl Comparison {
    /// How many figures are worse than they may be.
    pub(super) fn regressions(&self) -> usize {
        self.figures.iter().filter(|figure| figure.regressed).count()
    }

    /// Prints the comparison for people.
    pub(super) fn print(&self) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["figure", "baseline", "now", "change", ""]);
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        for figure in &self.figures {
            let change = match figure.baseline {
                0.0 => String::new(),
                baseline => format!("{:+.1} %", 100.0 * (figure.now / baseline - 1.0)),
            };
            table.add_row([
                Cell::new(&figure.name),
                right(format!("{:.2}", figure.baseline)),
                right(format!("{:.2}", figure.now)),
                right(change),
                Cell::new(figure.verdict()),
            ]);
        }
        paint::say(table);
    }
}

impl Figure {
    fn verdict(&self) -> &'static str {
        match (self.judged, self.regressed) {
            (_, true) => "REGRESSED",
            (true, false) => "ok",
            (false, false) => "not judged",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(score: f64, allocations: f64, jieba: f64) -> Value {
        json!({
            "posts": 10, "chars": 210, "threads": 1,
            "posts_per_second": 1e9 / (3.0 * jieba),
            "stages_ns_per_post": { "score": score, "evidence": 0.01 * jieba },
            "reference_ns_per_post": { "jieba_rs_alone": jieba },
            "times_jieba_rs_alone": 2.0,
            "latency_us": { "p50": 3.0 * jieba / 1e3, "p99": 9.0 * jieba / 1e3 },
            "allocations_per_post": allocations,
            "peak_rss_bytes": 100e6,
        })
    }

    fn regressed(baseline: &Value, now: &Value) -> Vec<String> {
        let figures = compare(baseline, now, 0.1).unwrap().figures;
        figures.into_iter().filter(|figure| figure.regressed).map(|figure| figure.name).collect()
    }

    #[test]
    fn a_slower_stage_is_named() {
        let baseline = run(1_000.0, 0.0, 1_000.0);
        assert!(regressed(&baseline, &baseline).is_empty());
        assert!(regressed(&baseline, &run(1_090.0, 0.0, 1_000.0)).is_empty());
        assert_eq!(regressed(&baseline, &run(1_150.0, 0.0, 1_000.0)), ["score (× jieba-rs)"]);
    }

    #[test]
    fn a_slower_machine_is_no_regression() {
        assert!(regressed(&run(1_000.0, 0.0, 1_000.0), &run(2_000.0, 0.0, 2_000.0)).is_empty());
    }

    #[test]
    fn the_first_allocation_is_a_regression_and_a_short_stage_is_none() {
        let baseline = run(1_000.0, 0.0, 1_000.0);
        assert_eq!(
            regressed(&baseline, &run(1_000.0, 1.0, 1_000.0)),
            ["allocations per passed post"]
        );
        let mut now = baseline.clone();
        now["stages_ns_per_post"]["evidence"] = json!(50.0);
        assert!(regressed(&baseline, &now).is_empty());
    }

    #[test]
    fn runs_over_other_posts_are_not_compared() {
        let baseline = run(1_000.0, 0.0, 1_000.0);
        let mut now = baseline.clone();
        now["posts"] = json!(11);
        assert!(compare(&baseline, &now, 0.1).unwrap_err().to_string().contains("posts 10"));
    }
}
