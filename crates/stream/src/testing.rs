//! A judge for tests, whose verdicts can be read off the text.

use mingjian_schema::{
    Category, CategoryFinding, Look, PerCategory, Post, Recommendation, Suggestion, Verdict,
    Versions,
};

use crate::Judge;

/// Flags as clickbait what contains `震惊`, and panics on `崩溃`, quoting the text as string
/// handling does.
pub(crate) struct FakeJudge {
    versions: Versions,
}

impl FakeJudge {
    pub(crate) fn new() -> Self {
        Self { versions: Versions { code: "test".to_owned(), ..Versions::default() } }
    }
}

impl Judge for FakeJudge {
    fn judge(&self, post: &Post) -> Verdict {
        let text = post.text();
        assert!(!text.contains("崩溃"), "cannot judge {text}");
        let is_flagged = text.contains("震惊");
        let finding = CategoryFinding {
            category: Category::Clickbait,
            score: 80.0,
            probability: 0.9,
            threshold: 0.5,
            margin: 2.0,
            bias: -1.0,
            look: Look::Linear,
            evidence: Vec::new(),
            counterfactual: None,
        };
        Verdict {
            recommendation: Recommendation {
                suggestion: if is_flagged { Suggestion::Review } else { Suggestion::Pass },
                reasons: Vec::new(),
            },
            probabilities: PerCategory::default(),
            findings: if is_flagged { vec![finding] } else { Vec::new() },
        }
    }

    fn versions(&self) -> &Versions {
        &self.versions
    }
}
