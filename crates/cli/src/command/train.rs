//! `mingjian train`: from labelled examples to a model folder.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use mingjian_encoder::EncoderFiles;
use mingjian_model::{Metadata, write_folder};
use mingjian_schema::{Category, PerCategory};
use mingjian_training::{
    Dataset, Encoded, Progress, Report, Teacher, TrainOptions, evaluate, train,
};
use serde_json::json;

use crate::arguments::Train;
use crate::command::evaluate::print_report;
use crate::{assets, paint};

pub(crate) fn run(options: &Train) -> Result<ExitCode> {
    let started = Instant::now();
    let rows = Dataset::read(&options.data)?.trainable();
    let lexicon = assets::lexicon(&options.lexicon)?;
    let settings = settings(options);
    let steps = rows.len() as u64 + READS_PER_FIT * (settings.folds + 1) * Category::COUNT as u64;
    let bar = progress_bar(steps);
    let teacher = teacher(options)?;
    let encoded = teacher.as_ref().map(|(teacher, digest)| Encoded { teacher, digest });
    let trained = train(&rows, lexicon, encoded.as_ref(), &settings, |progress| match progress {
        Progress::Read => bar.inc(1),
        Progress::Fitted => bar.inc(READS_PER_FIT),
    })?;
    bar.finish_and_clear();
    write_folder(&options.out, &trained.metadata, &trained.table, trained.heads.as_deref())
        .with_context(|| format!("the model cannot be written to `{}`", options.out.display()))?;

    let thresholds = trained.metadata.shipped_thresholds();
    let thresholds = PerCategory::from_fn(|category| thresholds[&category].probability);
    let report = evaluate(&trained.out_of_fold, &thresholds);
    if options.json {
        paint::json(&json!({
            "model": options.out,
            "posts": rows.len(),
            "ngrams": trained.table.len(),
            "thresholds": trained.metadata.shipped_thresholds(),
            "gate": trained.metadata.second_look.as_ref().map(|look| &look.gate),
            "out_of_fold": report,
        }))?;
    } else {
        print(options, &trained.metadata, &report, started.elapsed());
    }
    Ok(ExitCode::SUCCESS)
}

/// One fit of the linear stage takes about as long as reading so many posts.
const READS_PER_FIT: u64 = 2_000;

fn settings(options: &Train) -> TrainOptions {
    let mut settings = TrainOptions {
        seed: options.seed,
        c: options.c,
        ngrams_per_category: options.ngrams,
        unjudged_weight: options.unjudged_weight,
        gate_keeps: options.gate_keeps,
        ..TrainOptions::default()
    };
    settings.source_weights.extend(options.weight.iter().cloned());
    for (category, statement) in &options.statement {
        settings.statements[*category] = *statement;
    }
    settings
}

/// The encoder's opinion of the rows, with the digest of its files.
fn teacher(options: &Train) -> Result<Option<(Teacher, String)>> {
    let (Some(folder), Some(logits)) = (&options.encoder, &options.encoder_logits) else {
        return Ok(None);
    };
    let digest = EncoderFiles::read(folder)?.digest().to_owned();
    Ok(Some((Teacher::read(&folder.join("heads.json"), logits)?, digest)))
}

fn progress_bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("training {wide_bar} {percent:>3} %  {eta} left");
    let bar = ProgressBar::new(steps);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn print(options: &Train, metadata: &Metadata, report: &Report, took: Duration) {
    paint::say(paint::strong("on rows that each fold had not seen"));
    print_report(report);
    paint::say("");
    for (category, threshold) in metadata.shipped_thresholds() {
        let [low, high] = threshold.precision_interval;
        paint::say(format_args!(
            "{category:>15}  {}  → probability {:.3}; precision {:.3} [{low:.3}, {high:.3}] on {} flagged",
            threshold.rule, threshold.probability, threshold.precision, threshold.flagged
        ));
        if !threshold.shown {
            paint::warning(&format!("the data cannot show what `{category}` asks for"));
        }
    }
    if let Some(look) = &metadata.second_look {
        paint::say(format_args!(
            "\nthe gate {}: {:.1} % of an ordinary feed gets a second look",
            look.gate.rule,
            100.0 * look.gate.ordinary_share
        ));
    }
    paint::say(format_args!(
        "\nwritten to {} in {:.0} s: {} n-grams",
        options.out.display(),
        took.as_secs_f64(),
        metadata.ngrams
    ));
}
