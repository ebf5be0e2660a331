//! `mingjian bench`: posts a second, where the time goes, and what is allocated.
//!
//! Every figure comes from passes over the same distinct posts; `jieba_rs_alone` segments the
//! same texts with jieba-rs and nothing else, in the same run, so that a ratio survives a noisy
//! machine.

mod baseline;
mod kafka;
mod pass_path;
mod turns;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use comfy_table::{Cell, CellAlignment, Table, presets};
use mingjian_model::{Reader, Reading, Scratch};
use mingjian_schema::Post;
use mingjian_text::{Analyser, Document, Normalised, Normaliser, Segmenter};
use mingjian_triage::Classifier;
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region};

use self::pass_path::PassPath;
use self::turns::nanoseconds_each;
use crate::arguments::Bench;
use crate::failure::FOUND_A_FAILURE;
use crate::{assets, paint};

/// Longest measurement, in seconds.
const LONGEST_RUN: f64 = 3_600.0;

pub(crate) fn run(options: &Bench) -> Result<ExitCode> {
    if !(options.seconds > 0.0 && options.seconds <= LONGEST_RUN) || options.threads == Some(0) {
        bail!("--threads must be above 0, --seconds above 0 and at most {LONGEST_RUN}");
    }
    let lines = read_lines(&options.input)?;
    if let Some(brokers) = &options.kafka {
        return kafka::run(options, brokers, lines);
    }
    let (good, posts): (Vec<&str>, Vec<Post>) = lines
        .iter()
        .filter_map(|line| Some((line.as_str(), serde_json::from_str::<Post>(line).ok()?)))
        .filter(|(_, post)| post.check().is_ok())
        .unzip();
    if posts.is_empty() {
        bail!(
            "no post was found in the input: one JSON object a line, with `id` and `text` or `title`"
        );
    }
    let baseline = options.baseline.as_deref().map(baseline::read).transpose()?;
    let classifier = assets::classifier(&options.assets)?;
    let budget = Duration::from_secs_f64(options.seconds / 4.0);

    let jieba = jieba_rs::Jieba::new();
    let stages = Stages::measure(&good, &posts, &classifier, options, &jieba, budget)?;
    let passed = PassPath::measure(&good, &posts, &classifier, &jieba, budget);
    let latency = Latency::measure(&posts, &classifier, budget);
    let allocations = allocations_per_passed_post(&posts, &classifier);
    let threads = options.threads.unwrap_or(1);
    let throughput = Throughput::measure(&lines, &classifier, threads, budget)?;

    let bytes: usize = lines.iter().map(String::len).sum();
    let chars: usize =
        posts.iter().map(|post| post.title().chars().count() + post.text().chars().count()).sum();
    let mut result = json!({
        "posts": posts.len(),
        "bytes": bytes,
        "chars": chars,
        "threads": threads,
        "posts_per_second": throughput.posts_per_second,
        "megabytes_per_second": throughput.bytes_per_second / 1e6,
        "stages_ns_per_post": stages.as_json(),
        "reference_ns_per_post": { "jieba_rs_alone": stages.jieba_alone },
        "times_jieba_rs_alone": stages.pipeline() / stages.jieba_alone,
        "pass_path": {
            "posts": passed.posts,
            "ns_per_post": passed.nanoseconds,
            "jieba_rs_ns_per_post": passed.jieba_alone,
            "times_jieba_rs_alone": passed.nanoseconds / passed.jieba_alone.max(1.0),
        },
        "latency_us": { "p50": latency.p50, "p99": latency.p99, "p999": latency.p999 },
        "allocations_per_post": allocations,
        "peak_rss_bytes": peak_rss_bytes(),
    });
    let comparison = baseline
        .map(|baseline| baseline::compare(&baseline, &result, options.max_regression))
        .transpose()?;
    if options.json {
        if let Some(comparison) = &comparison {
            result["comparison"] = serde_json::to_value(comparison)?;
        }
        paint::json(&result)?;
    } else {
        print(&result, &stages);
    }
    let Some(comparison) = comparison else { return Ok(ExitCode::SUCCESS) };
    comparison.print();
    match comparison.regressions() {
        0 => Ok(ExitCode::SUCCESS),
        regressions => {
            let allowed = 100.0 * options.max_regression;
            paint::error(&format!("{regressions} figures are more than {allowed} % worse"));
            Ok(ExitCode::from(FOUND_A_FAILURE))
        }
    }
}

fn read_lines(files: &[PathBuf]) -> Result<Vec<String>> {
    let mut text = String::new();
    for path in files {
        let content = std::fs::read_to_string(path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?;
        text.push_str(&content);
        text.push('\n');
    }
    let text = if files.is_empty() { assets::SAMPLES } else { &text };
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

/// Nanoseconds per post, stage by stage.
struct Stages {
    decode: f64,
    normalise: f64,
    segment: f64,
    lexicon: f64,
    score: f64,
    evidence: f64,
    jieba_alone: f64,
}

impl Stages {
    fn measure(
        lines: &[&str],
        posts: &[Post],
        classifier: &Classifier,
        options: &Bench,
        jieba: &jieba_rs::Jieba,
        budget: Duration,
    ) -> Result<Self> {
        let lexicon = assets::lexicon(&options.assets.lexicon)?;
        let reader = Reader::new(assets::lexicon(&options.assets.lexicon)?);
        let (normaliser, segmenter, analyser) =
            (Normaliser::new(), Segmenter::new(), Analyser::new());
        let fields = |post: &Post| [post.title(), post.text()].map(str::to_owned);
        let fields: Vec<[String; 2]> = posts.iter().map(fields).collect();
        let of_each = |of: &[String; 2]| [0, 1].map(|field| normaliser.normalise(&of[field]));
        let texts: Vec<[Normalised; 2]> = fields.iter().map(of_each).collect();
        let of_each = |of: &[String; 2]| [0, 1].map(|field| analyser.analyse(&of[field]));
        let documents: Vec<[Document; 2]> = fields.iter().map(of_each).collect();
        let readings: Vec<Reading> = posts.iter().map(|post| reader.read(post)).collect();
        let mut normalised = Normalised::default();
        let (mut tokens, mut hits, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());

        let [decode, normalise, segment, lexicon, score, whole, plain, jieba_alone] =
            nanoseconds_each(
                posts.len(),
                budget,
                [
                    &mut |range| {
                        for line in &lines[range] {
                            black_box(serde_json::from_str::<Post>(line).ok());
                        }
                    },
                    &mut |range| {
                        for text in fields[range].as_flattened() {
                            normaliser.normalise_into(text, &mut normalised);
                        }
                    },
                    &mut |range| {
                        for text in texts[range].as_flattened() {
                            segmenter.segment(text, &mut tokens);
                        }
                    },
                    &mut |range| {
                        for document in documents[range].as_flattened() {
                            hits.clear();
                            lexicon.hits_into(document, &mut hits);
                        }
                    },
                    &mut |range| {
                        for reading in &readings[range] {
                            black_box(classifier.model().score(reading, &mut scratch));
                        }
                    },
                    &mut |range| {
                        for post in &posts[range] {
                            black_box(classifier.classify(post));
                        }
                    },
                    &mut |range| {
                        for post in &posts[range] {
                            black_box(classifier.score(post));
                        }
                    },
                    &mut |range| {
                        for text in fields[range].as_flattened() {
                            black_box(jieba.cut(text, false));
                        }
                    },
                ],
            );
        let evidence = (whole - plain).max(0.0);
        Ok(Self { decode, normalise, segment, lexicon, score, evidence, jieba_alone })
    }

    fn all(&self) -> [(&'static str, f64); 6] {
        [
            ("decode", self.decode),
            ("normalise", self.normalise),
            ("segment", self.segment),
            ("lexicon", self.lexicon),
            ("score", self.score),
            ("evidence", self.evidence),
        ]
    }

    fn pipeline(&self) -> f64 {
        self.all().iter().map(|(_, time)| time).sum()
    }

    fn as_json(&self) -> serde_json::Value {
        self.all().into_iter().map(|(name, time)| (name.to_owned(), json!(time))).collect()
    }
}

struct Latency {
    p50: f64,
    p99: f64,
    p999: f64,
}

impl Latency {
    fn measure(posts: &[Post], classifier: &Classifier, budget: Duration) -> Self {
        let mut times = Vec::new();
        let started = Instant::now();
        while times.is_empty() || started.elapsed() < budget {
            for post in posts {
                let one = Instant::now();
                black_box(classifier.classify(post));
                times.push(one.elapsed().as_nanos() as f64 / 1e3);
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        Self { p50: at(0.5), p99: at(0.99), p999: at(0.999) }
    }
}

/// Allocations per post of a post that is read, scored and passed, with warm buffers.
fn allocations_per_passed_post(posts: &[Post], classifier: &Classifier) -> f64 {
    let passed: Vec<&Post> =
        posts.iter().filter(|post| !classifier.classify(post).is_flagged()).collect();
    let region = Region::new(&INSTRUMENTED_SYSTEM);
    for post in &passed {
        black_box(classifier.classify(post));
    }
    region.change().allocations as f64 / passed.len().max(1) as f64
}

struct Throughput {
    posts_per_second: f64,
    bytes_per_second: f64,
}

impl Throughput {
    /// From bytes to verdicts, on this many threads.
    fn measure(
        lines: &[String],
        classifier: &Classifier,
        threads: usize,
        budget: Duration,
    ) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let bytes: usize = lines.iter().map(String::len).sum();
        let pass = || {
            use rayon::prelude::*;
            lines.par_chunks(64).for_each(|chunk| {
                for line in chunk {
                    if let Ok(post) = serde_json::from_str::<Post>(line) {
                        black_box(classifier.classify(&post));
                    }
                }
            });
        };
        let seconds = pool.install(|| fastest(budget, pass)).as_secs_f64();
        Ok(Self {
            posts_per_second: lines.len() as f64 / seconds,
            bytes_per_second: bytes as f64 / seconds,
        })
    }
}

/// The fastest of the runs that the budget allows.
fn fastest(budget: Duration, run: impl Fn()) -> Duration {
    let started = Instant::now();
    let mut fastest = Duration::MAX;
    while fastest == Duration::MAX || started.elapsed() < budget {
        let one = Instant::now();
        run();
        fastest = fastest.min(one.elapsed());
    }
    fastest
}

/// The most memory the process ever held, where the system tells.
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn print(result: &serde_json::Value, stages: &Stages) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["stage", "µs per post", "share"]);
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    for (name, time) in stages.all() {
        let share = 100.0 * time / stages.pipeline();
        table.add_row([
            Cell::new(name),
            right(format!("{:.2}", time / 1e3)),
            right(format!("{share:.0} %")),
        ]);
    }
    table.add_row([
        Cell::new("jieba-rs alone"),
        right(format!("{:.2}", stages.jieba_alone / 1e3)),
        Cell::new(""),
    ]);
    paint::say(table);
    let number = |name: &str| result[name].as_f64().unwrap_or_default();
    paint::say(format_args!(
        "{} posts of {:.0} characters on {} threads: {:.0} posts/s, {:.1} MB/s; the pipeline takes \
         {:.2} × jieba-rs alone",
        result["posts"],
        number("chars") / number("posts"),
        result["threads"],
        number("posts_per_second"),
        number("megabytes_per_second"),
        number("times_jieba_rs_alone"),
    ));
    let passed = |name: &str| result["pass_path"][name].as_f64().unwrap_or_default();
    paint::say(format_args!(
        "a post that passes takes {:.2} µs from bytes to verdict, {:.2} × jieba-rs alone",
        passed("ns_per_post") / 1e3,
        passed("times_jieba_rs_alone"),
    ));
    paint::say(format_args!(
        "latency p50 {:.0} µs, p99 {:.0} µs, p99.9 {:.0} µs; {:.2} allocations per passed post; \
         peak memory {:.0} MB",
        result["latency_us"]["p50"].as_f64().unwrap_or_default(),
        result["latency_us"]["p99"].as_f64().unwrap_or_default(),
        result["latency_us"]["p999"].as_f64().unwrap_or_default(),
        number("allocations_per_post"),
        number("peak_rss_bytes") / 1e6,
    ));
}
