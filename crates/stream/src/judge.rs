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
}
