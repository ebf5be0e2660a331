//! Finding the phrases and checking them against the segmentation.

use std::fmt::Write as _;

use daachorse::charwise::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};
use mingjian_schema::Category;
use mingjian_text::Document;
use sha2::{Digest, Sha256};

use crate::beginnings::Beginnings;
use crate::rule::{self, LexiconError, Rule};

/// The rules compiled into one automaton. Cheap to share between threads.
pub struct Lexicon {
    rules: Vec<Rule>,
    /// `None` when there is no phrase at all: an automaton needs one.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    beginnings: Beginnings,
    /// What a pattern of the automaton stands for.
    patterns: Vec<Pattern>,
    digest: String,
}

/// The rules that one string belongs to.
struct Pattern {
    uses: Vec<(u32, Role)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Phrase,
    Companion,
}

/// An accepted phrase. Offsets count characters of the normalised text, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Position of the rule in [`Lexicon::rules`].
    pub rule: u32,
    /// The rule's category.
    pub category: Category,
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// A phrase that was found, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Where and by which rule.
    pub hit: Hit,
    /// Whether it counts.
    pub boundary: Boundary,
}

/// What the segmentation says of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// Words begin and end where the phrase does.
    Agrees,
    /// The phrase begins inside a word.
    StartsInsideWord,
    /// The phrase ends inside a word.
    EndsInsideWord,
    /// The phrase stands alone, but the rule asks for a companion near by.
    NoCompanion,
}

impl Lexicon {
    /// The rules that ship with the program.
    ///
    /// # Errors
    /// None for a build that passes its tests.
    pub fn bundled() -> Result<Self, LexiconError> {
        Self::from_files(&[
            include_str!("../rules/political.toml"),
            include_str!("../rules/rumour.toml"),
            include_str!("../rules/counterfeit.toml"),
            include_str!("../rules/clickbait.toml"),
            include_str!("../rules/fake_reporting.toml"),
            include_str!("../rules/vulgar.toml"),
        ])
    }

    /// Compiles the rules of one TOML file.
    ///
    /// # Errors
    /// [`LexiconError`] names the rule, or the line and column, that is wrong.
    pub fn from_toml(file: &str) -> Result<Self, LexiconError> {
        Self::from_files(&[file])
    }

    /// Compiles the rules of several TOML files; ids are unique across all of them.
    ///
    /// # Errors
    /// [`LexiconError`] names the rule, or the line and column, that is wrong.
    pub fn from_files(files: &[&str]) -> Result<Self, LexiconError> {
        let rules = rule::parse(files)?;
        let mut strings: Vec<(String, u32, Role)> = Vec::new();
        for (index, rule) in (0u32..).zip(&rules) {
            let phrases = rule.phrases.iter().map(|phrase| (phrase, Role::Phrase));
            let companions = rule.with.iter().map(|phrase| (phrase, Role::Companion));
            strings.extend(
                phrases.chain(companions).map(|(phrase, role)| (phrase.clone(), index, role)),
            );
        }
        strings.sort_by(|left, right| left.0.cmp(&right.0));
        let phrases = strings.iter().filter(|(.., role)| *role == Role::Phrase);
        let beginnings = Beginnings::of(phrases.map(|(phrase, ..)| phrase.as_str()));
        let mut unique: Vec<(String, u32)> = Vec::new();
        let mut patterns: Vec<Pattern> = Vec::new();
        for (string, rule, role) in strings {
            if unique.last().is_none_or(|(last, _)| *last != string) {
                unique.push((string, patterns.len() as u32));
                patterns.push(Pattern { uses: Vec::new() });
            }
            if let Some(pattern) = patterns.last_mut()
                && !pattern.uses.contains(&(rule, role))
            {
                pattern.uses.push((rule, role));
            }
        }
        let automaton = if unique.is_empty() {
            None
        } else {
            let built = CharwiseDoubleArrayAhoCorasickBuilder::new().build_with_values(unique);
            Some(built.map_err(|error| LexiconError::Automaton(error.to_string()))?)
        };
        Ok(Self { digest: digest(&rules), rules, automaton, beginnings, patterns })
    }

    /// The rules, in the order that [`Hit::rule`] counts.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of a hit.
    #[must_use]
    pub fn rule(&self, hit: &Hit) -> &Rule {
        &self.rules[hit.rule as usize]
    }

    /// SHA-256 over the rules' ids, categories and normalised phrases, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The accepted phrases of a document, by position.
    #[must_use]
    pub fn hits(&self, document: &Document) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.hits_into(document, &mut hits);
        hits
    }

    /// Like [`Lexicon::hits`], appending to a buffer that the caller keeps.
    pub fn hits_into(&self, document: &Document, hits: &mut Vec<Hit>) {
        self.for_each_match(document, |found| {
            if found.boundary == Boundary::Agrees {
                hits.push(found.hit);
            }
        });
    }

    /// Every phrase that stands in the document, the rejected ones with the reason.
    #[must_use]
    pub fn explain(&self, document: &Document) -> Vec<Match> {
        let mut matches = Vec::new();
        self.for_each_match(document, |found| matches.push(found));
        matches
    }

    fn for_each_match(&self, document: &Document, mut visit: impl FnMut(Match)) {
        let Some(automaton) = &self.automaton else { return };
        if !self.beginnings.occur_in(document) {
            return;
        }
        let text = document.normalised().text();
        for found in automaton.find_overlapping_iter(text) {
            let pattern = &self.patterns[found.value() as usize];
            for &(rule, role) in &pattern.uses {
                if role == Role::Companion {
                    continue;
                }
                let start = char_index(document, found.start());
                let end = char_index(document, found.end());
                let category = self.rules[rule as usize].category;
                let hit = Hit { rule, category, start, end };
                let boundary = self.judge(document, &hit);
                visit(Match { hit, boundary });
            }
        }
    }

    fn judge(&self, document: &Document, hit: &Hit) -> Boundary {
        if !document.is_boundary(hit.start as usize) {
            return Boundary::StartsInsideWord;
        }
        if !document.is_boundary(hit.end as usize) {
            return Boundary::EndsInsideWord;
        }
        let rule = &self.rules[hit.rule as usize];
        if rule.with.is_empty() || has_companion(document, hit, &rule.with) {
            Boundary::Agrees
        } else {
            Boundary::NoCompanion
        }
    }
}

/// Whether one of the companions stands within [`Rule::WITHIN`] characters of the hit.
fn has_companion(document: &Document, hit: &Hit, companions: &[String]) -> bool {
    let normalised = document.normalised();
    let first = hit.start.saturating_sub(Rule::WITHIN) as usize;
    let last = ((hit.end + Rule::WITHIN) as usize).min(normalised.cells().len());
    let text = normalised.text();
    let before = &text[normalised.byte_offset(first)..normalised.byte_offset(hit.start as usize)];
    let after = &text[normalised.byte_offset(hit.end as usize)..normalised.byte_offset(last)];
    companions.iter().any(|companion| before.contains(companion) || after.contains(companion))
}

/// The character at a byte offset of the normalised text.
fn char_index(document: &Document, byte: usize) -> u32 {
    let normalised = document.normalised();
    let (mut low, mut high) = (0, normalised.cells().len());
    while low < high {
        let middle = low.midpoint(high);
        if normalised.byte_offset(middle) < byte {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low as u32
}

fn digest(rules: &[Rule]) -> String {
    let mut hasher = Sha256::new();
    for rule in rules {
        for part in [rule.id.as_str(), rule.category.id()].into_iter().chain(
            rule.phrases
                .iter()
                .map(String::as_str)
                .chain(["|"])
                .chain(rule.with.iter().map(String::as_str)),
        ) {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        hasher.update([1]);
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use mingjian_text::Analyser;

    use super::*;

    const RULES: &str = r#"
        [[rule]]
        id = "deletion"
        category = "fake_reporting"
        phrases = ["删帖", "删除帖子"]
        with = ["报价", "元"]
        note = "an offer, not a topic"

        [[rule]]
        id = "drugs"
        category = "counterfeit"
        phrases = ["大麻"]
        note = "sold openly"
    "#;

    fn boundaries(text: &str) -> Vec<Boundary> {
        let document = Analyser::new().analyse(text);
        let matches = Lexicon::from_toml(RULES).unwrap().explain(&document);
        matches.into_iter().map(|found| found.boundary).collect()
    }

    #[test]
    fn a_phrase_counts_where_words_begin_and_end() {
        assert_eq!(boundaries("有人出售大麻"), [Boundary::Agrees]);
        assert_eq!(boundaries("这下大麻烦了"), [Boundary::EndsInsideWord]);
        assert_eq!(boundaries("今天天气不错"), []);
    }

    #[test]
    fn a_companion_must_stand_near_by() {
        assert_eq!(boundaries("删帖报价私聊"), [Boundary::Agrees]);
        assert_eq!(boundaries("平台又在删帖"), [Boundary::NoCompanion]);
        let far = format!("删帖{}报价", "今天天气不错".repeat(5));
        assert_eq!(boundaries(&far), [Boundary::NoCompanion]);
    }

    #[test]
    fn disguised_phrases_are_found_in_the_normalised_text() {
        assert_eq!(boundaries("出售大\u{200b}麻"), [Boundary::Agrees]);
        assert_eq!(boundaries("刪帖報價"), [Boundary::Agrees]);
    }

    #[test]
    fn what_can_never_match_is_refused() {
        let wrong = |rule: &str| Lexicon::from_toml(rule).err().map(|error| error.to_string());
        let rule = |id: &str, phrases: &str| {
            format!("[[rule]]\nid='{id}'\ncategory='vulgar'\nphrases={phrases}\nnote=''\n")
        };
        assert!(wrong(&rule("a", "['约']")).unwrap().contains("too short"));
        assert!(wrong(&rule("a", "[]")).unwrap().contains("no phrases"));
        let twice = rule("a", "['约拍']") + &rule("a", "['约拍']");
        assert!(wrong(&twice).unwrap().contains("defined twice"));
        assert!(wrong("[[rule]]\nidd=1").unwrap().contains("idd"));
        assert!(Lexicon::from_toml("").unwrap().rules().is_empty());
    }

    #[test]
    fn the_bundled_rules_are_valid() {
        assert!(Lexicon::bundled().unwrap().rules().len() > 25);
    }
}
