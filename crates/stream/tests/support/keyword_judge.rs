//! The smallest possible judge, for tests and for trying out Kafka settings without a model.

use mingjian_schema::{Category, CategoryFinding, Post, Verdict, Versions};
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
        let finding = || CategoryFinding::bare(Category::Clickbait);
        Verdict::bare(is_flagged.then(finding).into_iter().collect())
    }

    fn versions(&self) -> &Versions {
        &self.versions
    }
}
