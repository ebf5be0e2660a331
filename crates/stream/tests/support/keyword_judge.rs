//! The smallest possible judge, for tests and for trying out Kafka settings without a model.

use mingjian_schema::{
    Category, CategoryFinding, Look, PerCategory, Post, Recommendation, SecondLookUse, Suggestion,
    Verdict, Versions,
};
use mingjian_stream::Judge;

/// Flags as clickbait what contains a phrase, and panics on `崩溃`, quoting the text as string
/// handling does.
pub(crate) struct KeywordJudge {
    phrase: String,
    versions: Versions,
}

impl Default for KeywordJudge {
    fn default() -> Self {
        Self::new("震惊")
    }
}

impl KeywordJudge {
    pub(crate) fn new(phrase: &str) -> Self {
        let versions = Versions { code: "test".to_owned(), ..Versions::default() };
        Self { phrase: phrase.to_owned(), versions }
    }
}

impl Judge for KeywordJudge {
    fn judge(&self, post: &Post) -> Verdict {
        let text = post.text();
        assert!(!text.contains("崩溃"), "cannot judge {text}");
        let is_flagged = [post.title(), text].iter().any(|field| field.contains(&self.phrase));
        let finding = CategoryFinding {
            category: Category::Clickbait,
            score: 80.0,
            probability: 0.9,
            threshold: 0.5,
            margin: 2.0,
            bias: 2.0,
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
            findings: if is_flagged { vec![finding] } else { Vec::new() },
        }
    }

    fn versions(&self) -> &Versions {
        &self.versions
    }
}
