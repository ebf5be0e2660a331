//! The seam between moving posts and judging them.

use mingjian_schema::{Post, Verdict, Versions};

/// Says of one post whether people should look at it. The stream knows nothing else of the
/// classifier, so that neither Kafka nor files ever leak into how a score is made.
pub trait Judge: Send + Sync + 'static {
    /// Judges one post. Called from several threads at once; may panic, which costs that post
    /// only.
    fn judge(&self, post: &Post) -> Verdict;

    /// What made the verdicts; written into every flagged record.
    fn versions(&self) -> &Versions;

    /// How many second looks this judge has taken and left out since it was made. A judge with
    /// one stage only has nothing to report.
    fn second_looks(&self) -> SecondLooks {
        SecondLooks::default()
    }
}

/// Second looks since a judge was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SecondLooks {
    /// Posts that were looked at again.
    pub taken: u64,
    /// Posts that should have been, but for the bound on their share.
    pub skipped: u64,
}
