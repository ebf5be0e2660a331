//! `mingjian serve`: the consumer service, on Kafka or as a demonstration.

use std::process::ExitCode;

use anyhow::{Context, Result};
use mingjian_stream::{DemoOptions, ServiceReport, StopSignal, demo, serve};

use crate::arguments::Serve;
use crate::config::Config;
use crate::{assets, judge, log, paint, show};

pub(crate) fn run(options: &Serve) -> Result<ExitCode> {
    let mut config = match &options.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if options.demo && options.config.is_none() {
        // The demonstration is for looking at posts, not at librdkafka.
        config.log.level = "warn".to_owned();
    }
    log::start(&config.log)?;
    let judge = judge::of(assets::classifier(&config.assets(&options.assets))?);
    let stop = StopSignal::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        tokio::spawn(stop_on_signal(stop.clone()));
        if options.demo {
            let mut stream = config.stream();
            if options.config.is_none() && !options.keep_running {
                // Nobody looks at the health of a demonstration that ends by itself.
                stream.http.listen = "127.0.0.1:0".to_owned();
            }
            let settings = DemoOptions {
                input: stream.input,
                http: stream.http,
                service: stream.service,
                keep_running: options.keep_running,
            };
            let show = Box::new(|post: &_| paint::say(show::flagged(post)));
            Ok(demo(judge, demo_posts(options)?, &settings, stop, show).await?)
        } else {
            serve(&config.stream(), judge, stop).await.map_err(anyhow::Error::from)
        }
    })?;
    if options.json {
        paint::json(&report)?;
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn demo_posts(options: &Serve) -> Result<Vec<Vec<u8>>> {
    let content = match &options.input {
        Some(path) => {
            std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?
        }
        None => assets::SAMPLES.as_bytes().to_vec(),
    };
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    Ok(lines.map(<[u8]>::to_vec).collect())
}

/// The first SIGTERM or Ctrl-C asks the service to finish its batch and leave, the second one
/// leaves at once: what was not committed is read again.
async fn stop_on_signal(stop: StopSignal) {
    if wait_for_signal().await.is_err() {
        return;
    }
    tracing::info!("stopping after the open batch; a second signal stops at once");
    stop.stop();
    if wait_for_signal().await.is_ok() {
        std::process::exit(130);
    }
}

async fn wait_for_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn print(report: &ServiceReport) {
    paint::say(show::counts(&report.counts));
    paint::say(format_args!(
        "{} batches committed, {} given up and read again{}",
        report.batches,
        report.aborted_batches,
        if report.drained { "" } else { "; the last one was not committed and will be read again" },
    ));
}
