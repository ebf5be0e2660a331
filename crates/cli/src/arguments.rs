//! Flags: their names, their help texts and examples. What they mean stands in `command`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Mingjian 明鉴: flags malicious-marketing conduct in Chinese posts for human review.
///
/// It reads posts from Kafka or from a file, scores each in six categories, and hands what
/// deserves a second look to people, with the evidence marked in the post's own text.
#[derive(Debug, Parser)]
#[command(name = "mingjian", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Replay(Replay),
    Explain(Explain),
    Serve(Serve),
    Soak(Soak),
    Validate(Validate),
    Train(Train),
    Evaluate(Evaluate),
    Bench(Bench),
    Top(Top),
}

/// Which model and lexicon to use.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Assets {
    /// Model folder; the bundled model if absent
    #[arg(long, value_name = "DIR", env = "MINGJIAN_MODEL")]
    pub(crate) model: Option<PathBuf>,
    /// Folder of the encoder for the second look; the bundled encoder if absent
    #[arg(long, value_name = "DIR", env = "MINGJIAN_ENCODER")]
    pub(crate) encoder: Option<PathBuf>,
    /// Leave out the second look: faster, at the first look's accuracy
    #[arg(long, conflicts_with = "encoder")]
    pub(crate) no_second_look: bool,
    /// Look twice at every post, not only at those above the model's gate: the most accurate, and
    /// some fifty times slower
    #[arg(long, conflicts_with = "no_second_look")]
    pub(crate) no_gate: bool,
    /// Look twice at no more than this share of the posts (0 to 1, default 1)
    #[arg(long, value_name = "SHARE")]
    pub(crate) second_look_max_share: Option<f64>,
    /// Lexicon file (TOML), may be repeated; the bundled lexicon if absent
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Vec<PathBuf>,
    /// Flag a category at or above this probability instead of the model's threshold, for example
    /// `clickbait=0.8`; may be repeated
    #[arg(long, value_name = "CATEGORY=P", value_parser = category_number)]
    pub(crate) threshold: Vec<(mingjian_schema::Category, f64)>,
    /// Posts with this score or more are marked `priority` (50 to 100, default 90)
    #[arg(long, value_name = "SCORE")]
    pub(crate) priority_score: Option<f64>,
}

/// `10%` or `0.1`.
fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = text.strip_suffix('%').map_or((text, 1.0), |percent| (percent, 100.0));
    let share = number.trim().parse::<f64>().ok().map(|number| number / unit);
    share
        .filter(|share| share.is_finite() && *share >= 0.0)
        .ok_or_else(|| format!("`{text}` is not a share such as 10% or 0.1"))
}

fn category_number(text: &str) -> Result<(mingjian_schema::Category, f64), String> {
    let (category, number) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not CATEGORY=NUMBER"))?;
    let category =
        category.parse().map_err(|error: mingjian_schema::UnknownCategory| error.to_string())?;
    let number = number.parse().map_err(|_| format!("`{number}` is not a number"))?;
    Ok((category, number))
}

fn category_statement(
    text: &str,
) -> Result<(mingjian_schema::Category, mingjian_training::Statement), String> {
    let (category, statement) =
        text.split_once(':').ok_or_else(|| format!("`{text}` is not CATEGORY:STATEMENT"))?;
    let category = category
        .trim()
        .parse()
        .map_err(|error: mingjian_schema::UnknownCategory| error.to_string())?;
    Ok((category, statement.trim().parse()?))
}

fn source_weight(text: &str) -> Result<mingjian_training::SourceWeight, String> {
    let (name, weight) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not SOURCE=WEIGHT"))?;
    let weight = weight.parse().map_err(|_| format!("`{weight}` is not a whole number"))?;
    let (category, source) = match name.split_once(':') {
        None => (None, name),
        Some((category, source)) => {
            let category = category
                .parse()
                .map_err(|error: mingjian_schema::UnknownCategory| error.to_string())?;
            (Some(category), source)
        }
    };
    Ok(mingjian_training::SourceWeight { category, source: source.to_owned(), weight })
}

/// Judge the posts of a file, show what is flagged and why
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian replay models/samples/feed.jsonl
  mingjian replay posts.jsonl --out flagged.jsonl --dead-letters dead.jsonl --json
  zcat posts.jsonl.gz | mingjian replay - --quiet --out flagged.jsonl

One JSON object a line, with `id` and at least one of `title` and `text`. A line that cannot be
judged becomes a dead letter with the reason; nothing stops the replay.")]
pub(crate) struct Replay {
    /// Posts, JSON Lines; `-` reads standard input, no FILE replays the bundled sample feed
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Write the flagged posts, JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write what could not be judged, JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) dead_letters: Option<PathBuf>,
    /// Take field mapping, size limits, model and thresholds from this configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Show at most this many flagged posts
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) show: usize,
    /// Show only the summary
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Worker threads; 0 is one a core
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) threads: usize,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) assets: Assets,
}

/// Run the consumer service on Kafka
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian serve --demo                    # no broker needed: a mock cluster and the sample feed
  mingjian serve --config mingjian.toml
  mingjian serve --demo --keep-running     # then look at http://127.0.0.1:9464/metrics

SIGTERM or Ctrl-C finishes the open batch, commits it and leaves; a second one leaves at once.
SIGHUP, or POST /reload from this machine, loads model, lexicon and thresholds again.
Exit code 1: the brokers refuse this user or another instance has its name; 2: the settings.")]
pub(crate) struct Serve {
    /// Configuration (TOML); `mingjian validate --example` prints one with every key
    #[arg(long, value_name = "FILE", required_unless_present = "demo")]
    pub(crate) config: Option<PathBuf>,
    /// Run against a mock cluster inside the process, fed with the sample feed
    #[arg(long)]
    pub(crate) demo: bool,
    /// Feed the demonstration with these posts instead of the sample feed
    #[arg(long, value_name = "FILE", requires = "demo")]
    pub(crate) input: Option<PathBuf>,
    /// Go on serving health and metrics when the demonstration is through
    #[arg(long, requires = "demo")]
    pub(crate) keep_running: bool,
    /// Print one JSON object at the end
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) assets: Assets,
}

/// Put the service under load on a cluster of your own, and look for what was lost or doubled
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian soak --config soak.toml                          # as fast as it goes
  mingjian soak --config soak.toml --rate 5000 --instances 2 --restarts 6

Posts with ids of their own go to the first input topic of the configuration, the service runs in
this process, and both output topics are read back with read_committed. Give the configuration
topics and a group that nobody else uses: what is sent stays in them. Take brokers down meanwhile,
if you like. Exit code 1: something was lost, doubled or went the wrong way.")]
pub(crate) struct Soak {
    /// Configuration (TOML) as of `mingjian serve`, with topics for this purpose
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Posts to send
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    pub(crate) posts: usize,
    /// Posts a second; if absent, all are sent before the service starts
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<f64>,
    /// Instances of the service; names in the configuration get the instance's number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) instances: usize,
    /// How often an instance is stopped and started again on the way
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) restarts: usize,
    /// Seconds without any progress after which what is missing counts as lost
    #[arg(long, value_name = "S", default_value_t = 120)]
    pub(crate) patience: u64,
    /// Posts to send over and over under new ids; the bundled sample feed if absent
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) assets: Assets,
}

/// Check a configuration without running anything
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian validate --config mingjian.toml
  mingjian validate --example > mingjian.toml")]
pub(crate) struct Validate {
    /// Configuration (TOML)
    #[arg(long, value_name = "FILE", required_unless_present = "example")]
    pub(crate) config: Option<PathBuf>,
    /// Print a configuration with every key, its default and what it is for
    #[arg(long, conflicts_with = "config")]
    pub(crate) example: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show the scores of one text and the words that made them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian explain '内部渠道代开发票，加V❤号8820，先验后付'
  mingjian explain --title '震惊！这种水果千万别吃' --body '专家介绍，目前没有证据……'
  mingjian explain '这下有大麻烦了'   # says why a phrase was rejected")]
pub(crate) struct Explain {
    /// The post's text
    #[arg(value_name = "TEXT", required_unless_present = "title")]
    pub(crate) text: Option<String>,
    /// The headline
    #[arg(long, value_name = "T")]
    pub(crate) title: Option<String>,
    /// The article under the headline
    #[arg(long, value_name = "B", requires = "title")]
    pub(crate) body: Option<String>,
    /// Show the evidence of all six categories, not only of those that are flagged
    #[arg(long)]
    pub(crate) all: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) assets: Assets,
}

/// Fit a model on labelled examples
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian train --data models/data/train.jsonl --out /tmp/model
  mingjian train --data models/data/train.jsonl ../shared/data/train/*.jsonl --out models/default \\
      --statement 'clickbait: precision >= 0.85'

A row counts only for the categories in its `annotated` field (absent: all six). Rows with a
`split` other than `train` are left out.")]
pub(crate) struct Train {
    /// Labelled examples, JSON Lines
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) data: Vec<PathBuf>,
    /// Folder to write the model to
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Lexicon file (TOML), may be repeated; the bundled lexicon if absent
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Vec<PathBuf>,
    /// What a category's threshold has to keep, for example `rumour: recall >= 0.8`; may be repeated
    #[arg(long, value_name = "CATEGORY:STATEMENT", value_parser = category_statement)]
    pub(crate) statement: Vec<(mingjian_schema::Category, mingjian_training::Statement)>,
    /// How much each row of a source counts, for example `own=3` or, for one category,
    /// `clickbait:own=1`; may be repeated, the last that fits is used
    #[arg(long, value_name = "[CATEGORY:]SOURCE=N", value_parser = source_weight)]
    pub(crate) weight: Vec<mingjian_training::SourceWeight>,
    /// Folder of a fine-tuned encoder, for a model with a second look
    #[arg(long, value_name = "DIR", requires = "encoder_logits")]
    pub(crate) encoder: Option<PathBuf>,
    /// The encoder's out-of-fold logits for the same data, JSON Lines, as the fine-tuning step
    /// writes them
    #[arg(long, value_name = "FILE", requires = "encoder")]
    pub(crate) encoder_logits: Option<PathBuf>,
    /// How much a row counts for a category that only the encoder has judged
    #[arg(long, default_value_t = 0.15, value_name = "WEIGHT")]
    pub(crate) unjudged_weight: f64,
    /// Of what a second look at every post would flag, the share that its gate keeps
    #[arg(long, default_value_t = 0.98, value_name = "SHARE")]
    pub(crate) gate_keeps: f64,
    /// Inverse strength of the regularisation
    #[arg(long, default_value_t = 10.0)]
    pub(crate) c: f64,
    /// N-grams chosen for each category
    #[arg(long, default_value_t = 80_000, value_name = "N")]
    pub(crate) ngrams: usize,
    /// Seed of the folds
    #[arg(long, default_value_t = 20_261_124)]
    pub(crate) seed: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Measure a model on labelled examples
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian evaluate --data models/data/dev.jsonl
  mingjian evaluate --data ../shared/data/dev/*.jsonl --json --scores /tmp/scores.jsonl
  mingjian evaluate --data mine.jsonl --model /tmp/model --bootstrap 1000
  mingjian evaluate --data models/data/dev.jsonl --attacks
  mingjian evaluate --data models/data/dev.jsonl --attacks homophone,split_glyph --json
  mingjian evaluate --data mine.jsonl --model /tmp/new --against /tmp/old --html evaluation.html")]
pub(crate) struct Evaluate {
    /// Labelled examples, JSON Lines
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(crate) data: Vec<PathBuf>,
    /// Write one JSON object a post: id, probabilities, flagged
    #[arg(long, value_name = "FILE")]
    pub(crate) scores: Option<PathBuf>,
    /// Resamples for 95 % intervals of the average precision; none if absent, 1000 with --html
    #[arg(long, value_name = "N")]
    pub(crate) bootstrap: Option<u64>,
    /// Write one HTML page that stands alone: figures, plots, and the worst errors with their
    /// evidence
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Hold the model against this one on the page: differences, and the posts that flipped
    #[arg(long, value_name = "DIR", requires = "html")]
    pub(crate) against: Option<PathBuf>,
    /// Folder of the second model's encoder, if it is another one
    #[arg(long, value_name = "DIR", requires = "against")]
    pub(crate) against_encoder: Option<PathBuf>,
    /// Also disguise the positives as evasion does and report how many are still flagged; all
    /// families of disguise, or those that are named
    #[arg(long, value_name = "NAME", num_args = 0.., value_delimiter = ',')]
    pub(crate) attacks: Option<Vec<mingjian_training::Attack>>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) assets: Assets,
}

/// Measure speed
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian bench --input posts.jsonl
  mingjian bench --threads 2 --json
  mingjian bench --input posts.jsonl --json > before.json
  mingjian bench --input posts.jsonl --baseline before.json --max-regression 10%
  mingjian bench --kafka 127.0.0.1:9092                     # the service, through these brokers
  mingjian bench --kafka broker:9093 --config mingjian.toml --rate 5000

With --kafka the whole service runs through the brokers, beside three measures of what bounds it:
reading alone, the service without looking at posts, and classification without Kafka. It makes
topics of its own and removes them. --config gives the settings of a service, for brokers that ask
who you are; its topics and names are not used. A second look is taken as `mingjian serve` takes it
(--no-second-look: linear look only).

Times are held against the baseline as multiples of what jieba-rs takes in the same run.
Exit code 1: a figure is worse than the baseline by more than that; 2: bad usage.
Without --input the bundled sample feed is used, over and over; figures on many distinct texts are
lower and more honest.")]
pub(crate) struct Bench {
    /// Posts, JSON Lines; the bundled sample feed if absent
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) input: Vec<PathBuf>,
    /// Worker threads [default: 1; with --kafka what the settings say, by default one a core]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Seconds to measure for; with --kafka, seconds of each of its phases
    #[arg(long, default_value_t = 5.0, value_name = "S")]
    pub(crate) seconds: f64,
    /// Hold this run against an earlier one of the same posts: what `--json` printed then
    #[arg(long, value_name = "FILE", conflicts_with = "kafka")]
    pub(crate) baseline: Option<PathBuf>,
    /// By how much a figure may be worse than the baseline
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = share, requires = "baseline")]
    pub(crate) max_regression: f64,
    /// Measure the service through Kafka: addresses of brokers, `host:port` separated by commas
    #[arg(long, value_name = "BROKERS")]
    pub(crate) kafka: Option<String>,
    /// Settings of the service (TOML) as of `mingjian serve`; the defaults if absent
    #[arg(long, value_name = "FILE", requires = "kafka")]
    pub(crate) config: Option<PathBuf>,
    /// Posts a second at which latency is measured; half of the measured rate if absent
    #[arg(long, value_name = "N", requires = "kafka")]
    pub(crate) rate: Option<f64>,
    /// Partitions of the topics that are made
    #[arg(long, value_name = "N", requires = "kafka", default_value_t = 4)]
    pub(crate) partitions: i32,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) assets: Assets,
}

/// Watch a running service in the terminal
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mingjian top                                   # the service on this machine
  mingjian top 127.0.0.1:9465 --interval 5
  mingjian top http://10.0.0.7:9464 --once
  mingjian top --json | jq .lag

Rates come from two scrapes of /metrics, --interval apart. It speaks plain HTTP to the address it is
given and to no other. In the view, q leaves.
Exit code 1: the address does not answer, or not with the metrics of a service; 2: bad usage.")]
pub(crate) struct Top {
    /// Address of the service, its `http.listen`
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:9464")]
    pub(crate) url: String,
    /// Seconds between two scrapes, 0.1 to 3600
    #[arg(long, value_name = "S", default_value_t = 2.0)]
    pub(crate) interval: f64,
    /// Show the figures once, as text
    #[arg(long)]
    pub(crate) once: bool,
    /// Print the figures once, as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
