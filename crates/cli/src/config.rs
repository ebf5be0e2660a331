//! The configuration file: which sections there are, and good errors for what is wrong in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mingjian_schema::Category;
use mingjian_stream::{
    BatchConfig, CandidateConfig, DeadLetterConfig, HttpConfig, InputConfig, KafkaConfig,
    ServiceConfig, StreamConfig,
};
use serde::Deserialize;

use crate::arguments::Assets;
use crate::environment;

/// An example with every key, its default and what it is for. A test keeps it valid.
pub(crate) const EXAMPLE: &str = include_str!("../../../deploy/mingjian.example.toml");

/// A configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) model: ModelSection,
    pub(crate) policy: PolicySection,
    pub(crate) log: LogSection,
    kafka: KafkaConfig,
    batch: BatchConfig,
    input: InputConfig,
    dead_letters: DeadLetterConfig,
    http: HttpConfig,
    service: ServiceConfig,
    pub(crate) candidate: CandidateSection,
}

/// A model on trial beside the one in force.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CandidateSection {
    pub(crate) dir: Option<PathBuf>,
    pub(crate) encoder: Option<PathBuf>,
    pub(crate) lexicon: Vec<PathBuf>,
    pub(crate) share: f64,
    pub(crate) shadow: bool,
    pub(crate) shadow_topic: Option<String>,
}

/// Where the model, its encoder and the lexicon are; the bundled ones if nothing is said.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ModelSection {
    pub(crate) dir: Option<PathBuf>,
    pub(crate) encoder: Option<PathBuf>,
    pub(crate) lexicon: Vec<PathBuf>,
    pub(crate) second_look: bool,
    pub(crate) second_look_gate: bool,
    pub(crate) second_look_max_share: f64,
}

impl Default for ModelSection {
    fn default() -> Self {
        Self {
            dir: None,
            encoder: None,
            lexicon: Vec::new(),
            second_look: true,
            second_look_gate: true,
            second_look_max_share: 1.0,
        }
    }
}

/// Thresholds other than the model's, and what is urgent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PolicySection {
    pub(crate) thresholds: BTreeMap<Category, f64>,
    pub(crate) priority_score: Option<f64>,
}

/// How log lines look.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogSection {
    pub(crate) format: LogFormat,
    pub(crate) level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for LogSection {
    fn default() -> Self {
        Self { format: LogFormat::default(), level: "info".to_owned() }
    }
}

impl Config {
    /// Reads a file. Paths in it are relative to the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?;
        let mut config = Self::parse(&text).with_context(|| format!("`{}`", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let Self { model, candidate, .. } = &mut config;
        let model =
            [&mut model.dir, &mut model.encoder].into_iter().flatten().chain(&mut model.lexicon);
        let candidate = [&mut candidate.dir, &mut candidate.encoder]
            .into_iter()
            .flatten()
            .chain(&mut candidate.lexicon);
        for file in model.chain(candidate) {
            *file = folder.join(&file);
        }
        Ok(config)
    }

    /// Reads the text of a file; an unknown key comes with the nearest right one. Strings may name
    /// variables of the environment.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match toml::from_str(text) {
            // The text itself goes first, because its errors know the line.
            Ok::<Self, _>(_) if environment::is_asked_by(text) => {
                let table = environment::filled(text, |name| std::env::var(name).ok())?;
                Ok(table.try_into()?)
            }
            Ok(config) => Ok(config),
            Err(error) => match suggestion(error.message()) {
                Some(nearest) => bail!("{error}did you mean `{nearest}`?"),
                None => bail!("{error}"),
            },
        }
    }

    /// What the stream needs.
    pub(crate) fn stream(&self) -> StreamConfig {
        StreamConfig {
            kafka: self.kafka.clone(),
            batch: self.batch.clone(),
            input: self.input.clone(),
            dead_letters: self.dead_letters.clone(),
            http: self.http.clone(),
            service: self.service.clone(),
            candidate: CandidateConfig {
                share: self.candidate.share,
                shadow: self.candidate.shadow,
                shadow_topic: self.candidate.shadow_topic.clone(),
            },
        }
    }

    /// Model and lexicon of the candidate, under the thresholds that the candidate brings; none if
    /// there is none.
    pub(crate) fn candidate_assets(&self) -> Option<Assets> {
        let section = &self.candidate;
        let is_named = section.dir.is_some() || !section.lexicon.is_empty();
        is_named.then(|| Assets {
            model: section.dir.clone(),
            lexicon: section.lexicon.clone(),
            encoder: section.encoder.clone(),
            no_second_look: !self.model.second_look,
            no_gate: !self.model.second_look_gate,
            second_look_max_share: Some(self.model.second_look_max_share),
            priority_score: self.policy.priority_score,
            ..Assets::default()
        })
    }

    /// Model, lexicon and thresholds; what the flags say goes before what the file says.
    pub(crate) fn assets(&self, flags: &Assets) -> Assets {
        let mut assets = flags.clone();
        assets.model = assets.model.or_else(|| self.model.dir.clone());
        if assets.lexicon.is_empty() {
            assets.lexicon.clone_from(&self.model.lexicon);
        }
        assets.encoder = assets.encoder.or_else(|| self.model.encoder.clone());
        assets.no_second_look |= !self.model.second_look;
        assets.no_gate |= !self.model.second_look_gate;
        assets.second_look_max_share.get_or_insert(self.model.second_look_max_share);
        let mut thresholds = self.policy.thresholds.clone();
        thresholds.extend(flags.threshold.iter().copied());
        assets.threshold = thresholds.into_iter().collect();
        assets.priority_score = flags.priority_score.or(self.policy.priority_score);
        assets
    }
}

/// The nearest of the names that serde expected, from its message ("unknown field `topc`,
/// expected one of `topic`, `group`").
fn suggestion(message: &str) -> Option<String> {
    let (unknown, expected) = message.split_once("expected")?;
    if !unknown.starts_with("unknown") {
        return None;
    }
    let unknown = unknown.split('`').nth(1)?;
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .filter(|(similarity, _)| *similarity > 0.7)
        .map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_valid_and_shows_the_defaults() {
        let example = Config::parse(EXAMPLE).unwrap();
        example.stream().check().unwrap();
        let defaults = StreamConfig::default();
        assert_eq!(example.stream().batch, defaults.batch);
        assert_eq!(example.stream().dead_letters, defaults.dead_letters);
        assert_eq!(example.stream().http, defaults.http);
        assert_eq!(example.stream().service, defaults.service);
        assert_eq!(example.stream().candidate, defaults.candidate);
        let (kafka, defaults) = (example.stream().kafka, defaults.kafka);
        assert_eq!(kafka.prefetch_bytes, defaults.prefetch_bytes);
        assert_eq!(kafka.output_queue_bytes, defaults.output_queue_bytes);
        assert_eq!(kafka.max_record_bytes, defaults.max_record_bytes);
    }

    #[test]
    fn an_unknown_key_comes_with_the_nearest_right_one() {
        let wrong = |text| Config::parse(text).unwrap_err().to_string();
        assert!(wrong("[kafka]\nbroker = 'x'").contains("did you mean `brokers`?"));
        assert!(wrong("[polcy]").contains("did you mean `policy`?"));
        assert!(wrong("[policy.thresholds]\nrumor = 0.5").contains("did you mean `rumour`?"));
        assert!(!wrong("[kafka]\nzzz = 1").contains("did you mean"));
        assert!(wrong("[kafka]\ngroup = 3").contains("group"));
    }

    #[test]
    fn flags_go_before_the_file() {
        let config = Config::parse("[policy.thresholds]\nrumour = 0.5\nvulgar = 0.6").unwrap();
        let flags = Assets { threshold: vec![(Category::Rumour, 0.9)], ..Assets::default() };
        let thresholds: BTreeMap<_, _> = config.assets(&flags).threshold.into_iter().collect();
        assert_eq!(thresholds, BTreeMap::from([(Category::Rumour, 0.9), (Category::Vulgar, 0.6)]));
    }
}
