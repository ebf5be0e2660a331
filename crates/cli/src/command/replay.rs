//! `mingjian replay`: the posts of a file, judged as the service would.

use std::fs::File;
use std::io::{BufWriter, Read, Write, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use mingjian_schema::FlaggedPost;
use mingjian_stream::{ReplayOptions, ReplaySinks, ReplaySource, Summary, replay};

use crate::arguments::Replay;
use crate::config::Config;
use crate::{assets, judge, paint, show};

pub(crate) fn run(options: &Replay) -> Result<ExitCode> {
    let config = match &options.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    let judge = judge::of(assets::classifier(&config.assets(&options.assets))?);
    let (source, length) = source(options.file.as_deref())?;
    let mut flagged = create(options.out.as_ref())?;
    let mut dead_letters = create(options.dead_letters.as_ref())?;
    let bar = progress_bar(length);
    let mut shown = 0;
    let mut show = |record: &FlaggedPost| {
        if shown < options.show {
            shown += 1;
            bar.suspend(|| paint::say(show::flagged(record)));
        }
    };
    let quiet = options.quiet || options.json;
    let sinks = ReplaySinks {
        flagged: flagged.as_mut().map(|file| file as &mut dyn Write),
        dead_letters: dead_letters.as_mut().map(|file| file as &mut dyn Write),
        on_flagged: (!quiet).then_some(&mut show),
    };
    let stream = config.stream();
    let settings = ReplayOptions {
        input: stream.input,
        batch: stream.batch,
        dead_letters: stream.dead_letters,
        threads: options.threads,
    };
    let summary = replay(source, judge, sinks, &settings, &mut |progress| {
        bar.set_position(progress.bytes_read);
        bar.set_message(format!("{} flagged", HumanCount(progress.counts.flagged)));
    })?;
    for file in flagged.iter_mut().chain(&mut dead_letters) {
        file.flush().context("the results cannot be written")?;
    }
    bar.finish_and_clear();
    if options.json {
        paint::json(&summary)?;
    } else {
        print(options, &summary);
    }
    Ok(ExitCode::SUCCESS)
}

/// What to read and, where it is known, how long it is.
fn source(file: Option<&Path>) -> Result<(ReplaySource<'static>, Option<u64>)> {
    let (name, reader, length): (String, Box<dyn Read>, _) = match file {
        None => {
            let samples = assets::SAMPLES.as_bytes();
            ("samples".to_owned(), Box::new(samples), Some(samples.len() as u64))
        }
        Some(path) if path == Path::new("-") => ("-".to_owned(), Box::new(stdin()), None),
        Some(path) => {
            let open = || format!("`{}` cannot be read", path.display());
            let opened = File::open(path).with_context(open)?;
            let length = opened.metadata().with_context(open)?.len();
            (path.display().to_string(), Box::new(opened), Some(length))
        }
    };
    Ok((ReplaySource { name, reader }, length))
}

fn create(path: Option<&PathBuf>) -> Result<Option<BufWriter<File>>> {
    let Some(path) = path else { return Ok(None) };
    let file =
        File::create(path).with_context(|| format!("`{}` cannot be written", path.display()))?;
    Ok(Some(BufWriter::new(file)))
}

fn progress_bar(length: Option<u64>) -> ProgressBar {
    let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template = "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left, {msg}";
    let template = if length.is_some() { template } else { "{spinner} {bytes} read, {msg}" };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn print(options: &Replay, summary: &Summary) {
    let hidden = summary.counts.flagged.saturating_sub(options.show as u64);
    if hidden > 0 && !options.quiet {
        paint::say(paint::faint(format_args!(
            "\n… and {hidden} more: --show {} prints all, --out FILE keeps them",
            summary.counts.flagged
        )));
    }
    paint::say(show::counts(&summary.counts));
    let rate = summary.counts.read as f64 / summary.seconds.max(1e-9);
    paint::say(paint::faint(format_args!(
        "{:.2} s on {} threads, {rate:.0} posts/s",
        summary.seconds, summary.threads
    )));
    if summary.counts.dead_lettered > 0 && options.dead_letters.is_none() {
        paint::say("--dead-letters FILE keeps what could not be judged");
    }
}
