//! Which judge a post gets: the live one or a candidate, and how both are replaced while the
//! service runs.

mod bucket;
mod handle;

use std::fmt;
use std::sync::Arc;

use crate::Judge;
pub(crate) use bucket::bucket;
pub(crate) use handle::JudgeHandle;

/// The judge in force, and the one that may succeed it.
#[derive(Clone)]
pub struct Judges {
    /// Judges the posts that no candidate gets.
    pub live: Arc<dyn Judge>,
    /// A judge on trial.
    pub candidate: Option<Candidate>,
}

/// A judge on trial.
#[derive(Clone)]
pub struct Candidate {
    /// The judge.
    pub judge: Arc<dyn Judge>,
    /// Share of the posts that it judges in earnest, from 0 to 1. Which posts depends on their
    /// ids alone, and a greater share adds posts without taking any away.
    pub share: f64,
    /// Whether it also judges all other posts without any consequence but metrics and, if one is
    /// configured, records on the shadow topic.
    pub shadow: bool,
}

impl Judges {
    /// One judge for all posts.
    #[must_use]
    pub fn only(live: Arc<dyn Judge>) -> Self {
        Self { live, candidate: None }
    }

    /// The candidate, if this post is one of its share.
    pub(crate) fn candidate_for(&self, id: &str) -> Option<&Arc<dyn Judge>> {
        let candidate = self.candidate.as_ref()?;
        (bucket(id) < candidate.share).then_some(&candidate.judge)
    }

    /// The candidate, if it follows the live judge as a shadow.
    pub(crate) fn shadow(&self) -> Option<&Arc<dyn Judge>> {
        self.candidate.as_ref().filter(|candidate| candidate.shadow).map(|one| &one.judge)
    }
}

impl fmt::Debug for Judges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Judges")
            .field("live", self.live.versions())
            .field("candidate", &self.candidate)
            .finish()
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Candidate")
            .field("judge", self.judge.versions())
            .field("share", &self.share)
            .field("shadow", &self.shadow)
            .finish()
    }
}

/// Makes the judges anew, for a reload. What it says when it fails goes to the log.
pub type MakeJudges =
    dyn Fn() -> Result<Judges, Box<dyn std::error::Error + Send + Sync>> + Send + Sync;

/// The judges to start with, and where later ones come from.
pub struct JudgeSource {
    pub(crate) first: Judges,
    pub(crate) again: Option<Box<MakeJudges>>,
}

impl JudgeSource {
    /// Judges that a reload makes anew.
    #[must_use]
    pub fn reloadable(first: Judges, again: Box<MakeJudges>) -> Self {
        Self { first, again: Some(again) }
    }
}

impl From<Judges> for JudgeSource {
    fn from(first: Judges) -> Self {
        Self { first, again: None }
    }
}

impl<J: Judge> From<Arc<J>> for JudgeSource {
    fn from(judge: Arc<J>) -> Self {
        Judges::only(judge).into()
    }
}

impl From<Arc<dyn Judge>> for JudgeSource {
    fn from(judge: Arc<dyn Judge>) -> Self {
        Judges::only(judge).into()
    }
}
