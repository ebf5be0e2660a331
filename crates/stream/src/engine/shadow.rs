//! A candidate judges what the live judge has judged, without any consequence for the post.

use std::sync::Arc;

use mingjian_schema::{
    Category, PerCategory, Post, SCHEMA_VERSION, SourcePosition, Verdict, Versions,
};
use serde::Serialize;

use crate::Judge;

/// What a shadow says of one post.
#[derive(Debug)]
pub(crate) enum Shadowed {
    /// It panicked, which costs nothing but its word.
    Failed,
    /// It gave a verdict.
    Judged {
        /// Where it differs from the live judge.
        flips: PerCategory<Option<Flip>>,
        /// Its record for the shadow topic; none where neither judge flags anything.
        json: Option<Vec<u8>>,
    },
}

/// How a candidate differs in one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flip {
    /// It flags what the live judge passes.
    Flags,
    /// It passes what the live judge flags.
    Passes,
}

/// A record of the shadow topic. It names the post and does not repeat it.
#[derive(Serialize)]
struct ShadowRecord<'r> {
    schema_version: u32,
    id: &'r str,
    source: &'r SourcePosition,
    live: Vec<Category>,
    candidate: Vec<Category>,
    live_probabilities: Vec<(Category, f64)>,
    candidate_probabilities: Vec<(Category, f64)>,
    live_versions: &'r Versions,
    candidate_versions: &'r Versions,
}

pub(super) fn judge(
    candidate: &Arc<dyn Judge>,
    post: &Post,
    live: &Verdict,
    live_versions: &Versions,
    source: &SourcePosition,
) -> Box<Shadowed> {
    let Some(verdict) = super::judge_guarded(candidate, post) else {
        return Box::new(Shadowed::Failed);
    };
    let flips =
        PerCategory::from_fn(|category| flip(flags(live, category), flags(&verdict, category)));
    let is_shown = live.is_flagged() || verdict.is_flagged();
    let record = || ShadowRecord {
        schema_version: SCHEMA_VERSION,
        id: &post.id,
        source,
        live: categories(live),
        candidate: categories(&verdict),
        live_probabilities: live.probabilities.iter().map(|(one, p)| (one, *p)).collect(),
        candidate_probabilities: verdict.probabilities.iter().map(|(one, p)| (one, *p)).collect(),
        live_versions,
        candidate_versions: candidate.versions(),
    };
    let json = is_shown.then(|| serde_json::to_vec(&record()).ok()).flatten();
    Box::new(Shadowed::Judged { flips, json })
}

fn categories(verdict: &Verdict) -> Vec<Category> {
    verdict.findings.iter().map(|finding| finding.category).collect()
}

fn flags(verdict: &Verdict, category: Category) -> bool {
    verdict.findings.iter().any(|finding| finding.category == category)
}

fn flip(live: bool, candidate: bool) -> Option<Flip> {
    match (live, candidate) {
        (false, true) => Some(Flip::Flags),
        (true, false) => Some(Flip::Passes),
        _ => None,
    }
}
