//! A data set from end to end, as the service would have judged it.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Instant;

use mingjian_schema::FlaggedPost;
use serde::Serialize;

use super::LineBatches;
use super::output::LineOutput;
use crate::engine::Encoded;
use crate::{
    BatchConfig, Counts, DeadLetterConfig, Engine, EngineError, EngineOptions, InputConfig,
    InvalidConfig, Judge, Outcome, RawMessage,
};

/// Where the lines come from.
pub struct ReplaySource<'a> {
    /// Stands as the topic in every record's source: the file's name.
    pub name: String,
    /// The lines. Buffered here.
    pub reader: Box<dyn Read + 'a>,
}

/// Where the results go. What has no writer is only counted.
#[derive(Default)]
pub struct ReplaySinks<'a> {
    /// Flagged posts, one JSON object a line.
    pub flagged: Option<&'a mut dyn Write>,
    /// Dead letters, one JSON object a line.
    pub dead_letters: Option<&'a mut dyn Write>,
    /// Is shown every flagged post, in order.
    pub on_flagged: Option<&'a mut dyn FnMut(&FlaggedPost)>,
}

/// How a replay works; the sections mean what they mean to the service.
#[derive(Debug, Clone, Default)]
pub struct ReplayOptions {
    /// What a line may look like.
    pub input: InputConfig,
    /// How much is judged at once.
    pub batch: BatchConfig,
    /// How lines that cannot be judged are kept.
    pub dead_letters: DeadLetterConfig,
    /// Threads; 0 is one a core.
    pub threads: usize,
}

/// How far a replay is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Bytes taken from the source, line ends included.
    pub bytes_read: u64,
    /// What became of the lines so far.
    pub counts: &'a Counts,
}

/// What a replay found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// What became of the lines.
    #[serde(flatten)]
    pub counts: Counts,
    /// How long it took.
    pub seconds: f64,
    /// Threads that judged posts.
    pub threads: usize,
    /// Whether the reader of an output went away before the end (`| head`).
    pub output_closed: bool,
}

/// Why a replay could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The settings contradict each other.
    #[error("{0}")]
    Config(#[from] InvalidConfig),
    /// Threads could not be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The source could not be read.
    #[error("cannot read {name}")]
    Read {
        /// The source's name.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// An output could not be written.
    #[error("cannot write {what}")]
    Write {
        /// Which output.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl ReplayError {
    fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write { source, .. } if source.kind() == ErrorKind::BrokenPipe)
    }
}

/// Judges every line of `source`. Results keep the order of the lines.
///
/// # Errors
/// If the source cannot be read or an output not be written. An output whose reader goes away
/// ends the replay without an error.
pub fn replay(
    source: ReplaySource<'_>,
    judge: Arc<dyn Judge>,
    sinks: ReplaySinks<'_>,
    options: &ReplayOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>),
) -> Result<Summary, ReplayError> {
    options.input.check()?;
    let started = Instant::now();
    let engine_options = EngineOptions {
        input: options.input.clone(),
        dead_letters: options.dead_letters.clone(),
        threads: options.threads,
        timing: false,
    };
    let engine = Engine::new(judge, &engine_options)?;
    let max_kept = options.input.max_bytes.max(options.dead_letters.max_raw_bytes);
    let mut lines = LineBatches::new(source.reader, &source.name, &options.batch, max_kept);
    let mut outputs = Outputs::new(sinks);
    let mut summary = Summary { threads: engine.threads(), ..Summary::default() };

    loop {
        let messages = lines
            .next_batch()
            .map_err(|error| ReplayError::Read { name: source.name.clone(), source: error })?;
        if messages.is_empty() {
            break;
        }
        let encoded = engine.encode_batch(&messages, usize::MAX);
        match outputs.take(&messages, encoded, &mut summary.counts) {
            Err(error) if error.is_broken_pipe() => {
                summary.output_closed = true;
                break;
            }
            result => result?,
        }
        on_progress(&Progress { bytes_read: lines.bytes_read(), counts: &summary.counts });
    }
    summary.seconds = started.elapsed().as_secs_f64();
    Ok(summary)
}

struct Outputs<'a> {
    flagged: LineOutput<'a>,
    dead_letters: LineOutput<'a>,
    on_flagged: Option<&'a mut dyn FnMut(&FlaggedPost)>,
}

impl<'a> Outputs<'a> {
    fn new(sinks: ReplaySinks<'a>) -> Self {
        Self {
            flagged: LineOutput::new(sinks.flagged),
            dead_letters: LineOutput::new(sinks.dead_letters),
            on_flagged: sinks.on_flagged,
        }
    }

    /// Writes a batch through to its files, so that what was counted is also there.
    fn take(
        &mut self,
        messages: &[RawMessage],
        encoded: Vec<Encoded>,
        counts: &mut Counts,
    ) -> Result<(), ReplayError> {
        for (message, Encoded { outcome, json }) in messages.iter().zip(encoded) {
            match &outcome {
                Outcome::Passed => {}
                Outcome::Flagged(flagged) => {
                    self.flagged.write(json).map_err(cannot_write("flagged posts"))?;
                    if let Some(show) = &mut self.on_flagged {
                        show(flagged);
                    }
                }
                Outcome::Dead(_) => {
                    self.dead_letters.write(json).map_err(cannot_write("dead letters"))?;
                }
            }
            counts.add(message.length, &outcome);
        }
        self.flagged.flush().map_err(cannot_write("flagged posts"))?;
        self.dead_letters.flush().map_err(cannot_write("dead letters"))
    }
}

fn cannot_write(what: &'static str) -> impl Fn(io::Error) -> ReplayError {
    move |source| ReplayError::Write { what, source }
}
