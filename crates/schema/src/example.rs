//! A labelled example: a post and what it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Category, Post, UnknownCategory};

/// A post with its labels. Read through [`LabelledExample::from_json`], which also takes the short
/// form with a single `"label"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LabelledExample {
    /// The post. A set without ids gets the ids its reader gives.
    #[serde(flatten)]
    pub post: Post,
    /// The conduct found; empty for a normal post.
    pub labels: Vec<Category>,
    /// The categories that the source really judged; absent means all six.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotated: Option<Vec<Category>>,
    /// The part of the data that the example belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    /// The set that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it is about; `viewpoint` marks opinion, criticism, satire and reporting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The story it tells; examples of one story never stand on both sides of a split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<String>,
    /// The writer's brief it was written for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<String>,
}

/// A part of a labelled set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// For fitting.
    Train,
    /// For looking at while developing; never fitted.
    Dev,
    /// For measuring once.
    Test,
}

/// Why a line is not a labelled example.
#[derive(Debug, thiserror::Error)]
pub enum InvalidExample {
    /// Not JSON, or not of the right shape.
    #[error("not a labelled example: {0}")]
    Shape(#[from] serde_json::Error),
    /// A label that is none of the six and not `normal`.
    #[error(transparent)]
    Label(#[from] UnknownCategory),
    /// Neither `labels` nor `label`.
    #[error("neither `labels` nor `label` is there")]
    Unlabelled,
    /// A label outside `annotated`.
    #[error("label `{0}` is not among the annotated categories")]
    NotAnnotated(Category),
}

/// The example as it stands in files.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    labels: Option<Vec<String>>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    annotated: Option<Vec<Category>>,
    #[serde(default)]
    split: Option<Split>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    topic: Option<String>,
    #[serde(default)]
    story: Option<String>,
    #[serde(default)]
    brief: Option<String>,
    #[serde(default)]
    platform: Option<String>,
}

impl LabelledExample {
    /// Reads one line. `"labels": [...]` and the short `"label": "clickbait"` are both understood,
    /// and `"normal"` stands for no label in either.
    ///
    /// # Errors
    /// [`InvalidExample`] says what is wrong with the line.
    pub fn from_json(
        line: &str,
        fallback_id: impl FnOnce() -> String,
    ) -> Result<Self, InvalidExample> {
        let line: Line = serde_json::from_str(line)?;
        let names = match (line.labels, line.label) {
            (Some(labels), _) => labels,
            (None, Some(label)) => vec![label],
            (None, None) => return Err(InvalidExample::Unlabelled),
        };
        let mut labels = Vec::with_capacity(names.len());
        for name in names.iter().filter(|name| *name != "normal") {
            labels.push(name.parse()?);
        }
        if let Some(annotated) = &line.annotated
            && let Some(stray) = labels.iter().find(|label| !annotated.contains(label))
        {
            return Err(InvalidExample::NotAnnotated(*stray));
        }
        let post = Post {
            id: line.id.unwrap_or_else(fallback_id),
            title: line.title,
            text: line.text,
            body: line.body,
            platform: line.platform,
            ..Post::default()
        };
        Ok(Self {
            post,
            labels,
            annotated: line.annotated,
            split: line.split,
            source: line.source,
            topic: line.topic,
            story: line.story,
            brief: line.brief,
        })
    }

    /// Whether the source judged this category.
    #[must_use]
    pub fn judges(&self, category: Category) -> bool {
        self.annotated.as_ref().is_none_or(|annotated| annotated.contains(&category))
    }

    /// Whether the post shows this conduct.
    #[must_use]
    pub fn is(&self, category: Category) -> bool {
        self.labels.contains(&category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<LabelledExample, InvalidExample> {
        LabelledExample::from_json(line, || "line-1".to_owned())
    }

    #[test]
    fn both_forms_of_labels_are_read() {
        let long = read(r#"{"id":"a","text":"x","labels":["rumour","clickbait"]}"#).unwrap();
        assert_eq!(long.labels, [Category::Rumour, Category::Clickbait]);
        let short = read(r#"{"text":"x","label":"vulgar"}"#).unwrap();
        assert_eq!((short.labels, short.post.id.as_str()), (vec![Category::Vulgar], "line-1"));
        assert!(read(r#"{"text":"x","label":"normal"}"#).unwrap().labels.is_empty());
        assert!(matches!(read(r#"{"text":"x"}"#), Err(InvalidExample::Unlabelled)));
        assert!(matches!(read(r#"{"text":"x","label":"spam"}"#), Err(InvalidExample::Label(_))));
    }

    #[test]
    fn a_row_counts_only_for_what_its_source_judged() {
        let row = read(r#"{"text":"x","labels":[],"annotated":["clickbait"]}"#).unwrap();
        assert!(row.judges(Category::Clickbait) && !row.judges(Category::Rumour));
        assert!(read(r#"{"text":"x","labels":["rumour"],"annotated":["clickbait"]}"#).is_err());
    }
}
