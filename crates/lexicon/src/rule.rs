//! The rules as people write them.

use std::collections::HashSet;

use mingjian_schema::Category;
use mingjian_text::Normaliser;
use serde::{Deserialize, Serialize};

/// A list of phrases that speak for one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable identifier, shown to reviewers as `rule`.
    pub id: String,
    /// The category that the phrases speak for.
    pub category: Category,
    /// Any of these is a hit. They are normalised like the posts before matching.
    pub phrases: Vec<String>,
    /// If given, one of these must stand in the same field, at most [`Rule::WITHIN`] characters
    /// away: `删帖` is a topic, `删帖` beside `报价` is an offer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// Where the phrases come from or why they are here.
    pub note: String,
}

impl Rule {
    /// How many characters may lie between a phrase and its companion.
    pub const WITHIN: u32 = 20;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// Why a lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The file is not TOML of the right shape; the message carries line and column.
    #[error("lexicon cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// Two rules share an id.
    #[error("lexicon rule `{0}` is defined twice")]
    DuplicateId(String),
    /// A rule that can never match.
    #[error("lexicon rule `{0}` has no phrases")]
    NoPhrases(String),
    /// A phrase that is too short after normalisation: one character would hit everywhere.
    #[error("lexicon rule `{rule}`: phrase `{phrase}` is too short")]
    PhraseTooShort {
        /// The rule.
        rule: String,
        /// The phrase as written.
        phrase: String,
    },
    /// The phrases do not fit into an automaton.
    #[error("lexicon cannot be compiled: {0}")]
    Automaton(String),
}

/// One character hits everywhere.
const SHORTEST_PHRASE: usize = 2;
/// A companion only confirms a phrase, so that one character may do.
const SHORTEST_COMPANION: usize = 1;

/// Parses rules and brings their phrases into the form that posts have after normalisation.
pub(crate) fn parse(files: &[&str]) -> Result<Vec<Rule>, LexiconError> {
    let normaliser = Normaliser::new();
    let mut ids = HashSet::new();
    let mut rules = Vec::new();
    for file in files {
        let parsed: RuleFile = toml::from_str(file)?;
        rules.extend(parsed.rule);
    }
    for rule in &mut rules {
        if !ids.insert(rule.id.clone()) {
            return Err(LexiconError::DuplicateId(rule.id.clone()));
        }
        if rule.phrases.is_empty() {
            return Err(LexiconError::NoPhrases(rule.id.clone()));
        }
        let id = &rule.id;
        normalise(&mut rule.phrases, &normaliser, id, SHORTEST_PHRASE)?;
        normalise(&mut rule.with, &normaliser, id, SHORTEST_COMPANION)?;
    }
    Ok(rules)
}

fn normalise(
    phrases: &mut [String],
    normaliser: &Normaliser,
    rule: &str,
    shortest: usize,
) -> Result<(), LexiconError> {
    for phrase in phrases {
        let normalised = normaliser.normalise(phrase).text().to_owned();
        if normalised.chars().count() < shortest {
            let (rule, phrase) = (rule.to_owned(), phrase.clone());
            return Err(LexiconError::PhraseTooShort { rule, phrase });
        }
        *phrase = normalised;
    }
    Ok(())
}
