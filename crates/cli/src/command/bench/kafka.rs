//! `mingjian bench --kafka`: the service through real brokers.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{Cell, CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use mingjian_stream::{KafkaBenchOptions, KafkaBenchReport, kafka_bench};

use crate::arguments::Bench;
use crate::command::serve::run_until_signal;
use crate::config::Config;
use crate::failure::FOUND_A_FAILURE;
use crate::{judge, paint};

pub(crate) fn run(options: &Bench, brokers: &str, lines: Vec<String>) -> Result<ExitCode> {
    if options.partitions < 1 || options.rate.is_some_and(|rate| !(rate > 0.0 && rate < 1e9)) {
        bail!("--partitions must be at least 1, and --rate above 0");
    }
    let config = match &options.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    let judges = judge::all(&config, &options.assets)?;
    let mut settings = config.stream();
    brokers.clone_into(&mut settings.kafka.brokers);
    settings.service.threads = options.threads.unwrap_or(settings.service.threads);
    let samples: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
    let bench = KafkaBenchOptions {
        phase: Duration::from_secs_f64(options.seconds),
        partitions: options.partitions,
        rate: options.rate,
    };

    let spinner = ProgressBar::new_spinner();
    spinner.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}")?);
    spinner.enable_steady_tick(Duration::from_millis(120));
    let report = run_until_signal(async |stop| {
        let on_phase = |phase| spinner.set_message(phase);
        kafka_bench(&settings, judges, &samples, &bench, stop, on_phase).await
    });
    spinner.finish_and_clear();
    let report = report??;
    if options.json {
        paint::json(&report)?;
    } else {
        print(&report);
    }
    Ok(if report.conserved { ExitCode::SUCCESS } else { ExitCode::from(FOUND_A_FAILURE) })
}

fn print(report: &KafkaBenchReport) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["", "posts/s", "of classification alone"]);
    let rates = [
        ("reading alone", report.consume_only),
        ("service without classification", report.without_classification),
        ("classification without Kafka", report.classification_only),
        ("service, end to end", report.end_to_end),
    ];
    for (name, rate) in rates {
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        let share = 100.0 * rate / report.classification_only;
        table.add_row([
            Cell::new(name),
            right(format!("{rate:.0}")),
            right(format!("{share:.0} %")),
        ]);
    }
    paint::say(table);
    paint::say(format_args!(
        "{} posts a phase, {} partitions, {} threads, {:.1} % flagged; {}",
        report.posts,
        report.partitions,
        report.threads,
        100.0 * report.flagged_share,
        if report.conserved { "nothing lost or doubled" } else { "NOT conserved" },
    ));
    let latency = report.latency_ms;
    paint::say(format_args!(
        "from a post to a reader with read_committed, at {:.0} posts/s: p50 {} ms, p95 {} ms, \
         p99 {} ms, longest {} ms",
        report.rate, latency.p50, latency.p95, latency.p99, latency.max,
    ));
}
