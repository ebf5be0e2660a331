//! The classifier as the stream sees it.

use std::sync::Arc;

use mingjian_schema::{Post, Verdict, Versions};
use mingjian_stream::Judge;
use mingjian_triage::Classifier;

/// Lets the stream use a classifier without knowing one.
struct ClassifierJudge(Classifier);

impl Judge for ClassifierJudge {
    fn judge(&self, post: &Post) -> Verdict {
        self.0.classify(post)
    }

    fn versions(&self) -> &Versions {
        self.0.versions()
    }
}

/// The classifier, for the stream.
pub(crate) fn of(classifier: Classifier) -> Arc<dyn Judge> {
    Arc::new(ClassifierJudge(classifier))
}
