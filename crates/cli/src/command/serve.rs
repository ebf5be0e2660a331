//! `mingjian serve`: the consumer service, on Kafka or as a demonstration.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use mingjian_stream::{
    Controls, DemoOptions, JudgeSource, MakeJudges, ServeError, ServiceReport, StopSignal, demo,
    serve,
};
use tokio::sync::Notify;

use crate::arguments::Serve;
use crate::config::Config;
use crate::failure::Finding;
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
    let judges = judge::all(&config, &options.assets)?;
    let report = run_until_signal(async |stop| {
        let controls = Controls { stop, ..Controls::default() };
        tokio::spawn(reload_on_signal(Arc::clone(&controls.reload)));
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
            Ok(demo(judges.live, demo_posts(options)?, &settings, controls.stop, show).await?)
        } else {
            let source = JudgeSource::reloadable(judges, again(options));
            serve(&config.stream(), source, controls).await.map_err(outcome)
        }
    })??;
    if options.json {
        paint::json(&report)?;
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the configuration again and makes the judges that it asks for now. Everything else in it
/// takes a restart.
fn again(options: &Serve) -> Box<MakeJudges> {
    let (path, flags) = (options.config.clone(), options.assets.clone());
    Box::new(move || {
        let config = match &path {
            Some(path) => Config::read(path),
            None => Ok(Config::default()),
        };
        let checked = config.and_then(|config| {
            config.stream().check()?;
            judge::all(&config, &flags)
        });
        checked.map_err(Into::into)
    })
}

/// A configuration that cannot stand is the caller's mistake; what the brokers refuse is found
/// only by running.
fn outcome(error: ServeError) -> anyhow::Error {
    match error {
        ServeError::Config(_) | ServeError::Client(_) | ServeError::Listen { .. } => error.into(),
        _ => Finding(error.to_string()).into(),
    }
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

/// Runs something that a signal ends early.
pub(crate) fn run_until_signal<F: Future>(run: impl FnOnce(StopSignal) -> F) -> Result<F::Output> {
    let stop = StopSignal::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(async {
        tokio::spawn(stop_on_signal(stop.clone()));
        run(stop).await
    }))
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

/// SIGHUP loads model, lexicon and thresholds again.
async fn reload_on_signal(reload: Arc<Notify>) {
    #[cfg(unix)]
    if let Ok(mut hangup) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        while hangup.recv().await.is_some() {
            reload.notify_one();
        }
    }
    #[cfg(not(unix))]
    drop(reload);
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
