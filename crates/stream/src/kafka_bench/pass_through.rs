//! A judge that does not look.

use mingjian_schema::{
    Category, CategoryFinding, Look, PerCategory, Post, Recommendation, SecondLookUse, Suggestion,
    Verdict, Versions,
};

use crate::Judge;
use crate::judges::bucket;

/// Flags a share of the posts by their ids, so that as many records travel as with a real judge.
pub(super) struct PassThrough {
    share: f64,
    versions: Versions,
}

impl PassThrough {
    pub(super) fn new(share: f64) -> Self {
        Self { share, versions: Versions::default() }
    }
}

impl Judge for PassThrough {
    fn judge(&self, post: &Post) -> Verdict {
        let is_flagged = bucket(&post.id) < self.share;
        let finding = || CategoryFinding {
            category: Category::Clickbait,
            score: 50.0,
            probability: 0.5,
            threshold: 0.5,
            margin: 0.0,
            bias: 0.0,
            look: Look::Linear,
            evidence: Vec::new(),
            counterfactual: None,
        };
        Verdict {
            second_look: SecondLookUse::NotNeeded,
            recommendation: Recommendation {
                suggestion: if is_flagged { Suggestion::Review } else { Suggestion::Pass },
                reasons: Vec::new(),
            },
            probabilities: PerCategory::default(),
            findings: if is_flagged { vec![finding()] } else { Vec::new() },
        }
    }

    fn versions(&self) -> &Versions {
        &self.versions
    }
}
