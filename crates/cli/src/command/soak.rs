//! `mingjian soak`: the service under load on a cluster of one's own.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mingjian_stream::{SoakOptions, SoakReport, soak};

use crate::arguments::Soak;
use crate::command::serve::run_until_signal;
use crate::config::Config;
use crate::failure::FOUND_A_FAILURE;
use crate::{assets, judge, log, paint};

pub(crate) fn run(options: &Soak) -> Result<ExitCode> {
    if options.rate.is_some_and(|rate| rate.is_nan() || rate <= 0.0) || options.posts == 0 {
        bail!("--posts and --rate must be above 0");
    }
    let config = Config::read(&options.config)?;
    log::start(&config.log)?;
    let judges = judge::all(&config, &options.assets)?;
    let samples = match &options.input {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?,
        None => assets::SAMPLES.to_owned(),
    };
    let samples: Vec<Vec<u8>> = samples.lines().map(|line| line.as_bytes().to_vec()).collect();
    let settings = SoakOptions {
        posts: options.posts,
        rate: options.rate,
        instances: options.instances,
        restarts: options.restarts,
        patience: Duration::from_secs(options.patience),
    };
    let report = run_until_signal(async |stop| {
        soak(&config.stream(), judges, &samples, &settings, stop).await
    })??;
    if options.json {
        paint::json(&report)?;
    } else {
        print(&report);
    }
    Ok(if report.conserved { ExitCode::SUCCESS } else { ExitCode::from(FOUND_A_FAILURE) })
}

fn print(report: &SoakReport) {
    paint::say(format_args!(
        "{} posts: {} must be flagged, {} must be dead letters",
        report.posts, report.flagged, report.dead_lettered
    ));
    paint::say(format_args!(
        "{} lost, {} doubled, {} on the wrong way: {}",
        report.lost,
        report.doubled,
        report.misplaced,
        if report.conserved { "conserved" } else { "NOT conserved" },
    ));
    paint::say(format_args!(
        "{} restarts, {} batches given up and read again, {} sessions lost",
        report.restarts, report.aborted_batches, report.lost_sessions
    ));
    paint::say(format_args!(
        "{:.0} posts/s through Kafka, {:.0} posts/s without; from post to reader p50 {} ms, \
         p99 {} ms, longest {} ms",
        report.posts_per_second,
        report.classify_posts_per_second,
        report.latency_ms.p50,
        report.latency_ms.p99,
        report.latency_ms.max,
    ));
}
