//! A post as the platform sends it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A post or headline to be judged. Fields that are not listed here are ignored by the judge and
/// reach the reviewer untouched, because a flagged post carries the original JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Post {
    /// The platform's own identifier. Never empty.
    pub id: String,
    /// The headline. At least one of `title` and `text` is non-empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The post's own words (a microblog post, a message, a caption).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The article under the headline, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// Where it was published, in the platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// The kind of surface it was published on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Region of the author or the audience, in the platform's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When it was published: RFC 3339 is preferred, seconds or milliseconds since 1970 are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// Anything else the platform wants to keep beside the post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Map<String, Value>>,
}

impl Post {
    /// A post that consists of a text only.
    #[must_use]
    pub fn from_text(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: Some(text.into()), ..Self::default() }
    }

    /// The headline, or an empty string.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or_default()
    }

    /// The text, or an empty string.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The article body, or an empty string.
    #[must_use]
    pub fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// Checks what the type system cannot: an id, and something to judge.
    ///
    /// # Errors
    /// [`InvalidPost`] names the rule that the post breaks.
    pub fn check(&self) -> Result<(), InvalidPost> {
        if self.id.is_empty() {
            return Err(InvalidPost::EmptyId);
        }
        let fields = [&self.id, self.title(), self.text(), self.body()];
        if fields.iter().any(|field| field.contains('\0')) {
            return Err(InvalidPost::NullCharacter);
        }
        if self.title().trim().is_empty() && self.text().trim().is_empty() {
            return Err(InvalidPost::NothingToJudge);
        }
        Ok(())
    }
}

/// Why a well-formed JSON object is not a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPost {
    /// `id` is there but empty.
    #[error("`id` is empty")]
    EmptyId,
    /// Neither `title` nor `text` holds anything but white space.
    #[error("`title` and `text` are both empty")]
    NothingToJudge,
    /// U+0000 in the id or in one of the texts.
    #[error("a null character (U+0000) stands in the id or the text")]
    NullCharacter,
}

/// The account that published a post.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// The platform's own identifier of the account.
    pub id: String,
    /// The name that readers see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the platform has verified the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// When the account was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// The kind of surface a post was published on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// News feeds and portals.
    News,
    /// Adverts and shops.
    Commercial,
    /// WeChat accounts and groups.
    Wechat,
    /// Search results.
    Search,
    /// Video captions.
    Video,
    /// Live rooms.
    Live,
    /// Everything else.
    Other,
}

/// A moment as platforms write it: RFC 3339 text, or a number since 1970. It is carried, not read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Timestamp {
    /// Seconds or milliseconds since 1970-01-01.
    Number(#[schemars(with = "f64")] serde_json::Number),
    /// RFC 3339, or whatever text the platform uses.
    Text(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_needs_an_id_and_something_to_judge() {
        let check = |json: &str| serde_json::from_str::<Post>(json).unwrap().check();
        assert_eq!(check(r#"{"id":"1","text":"你好"}"#), Ok(()));
        assert_eq!(check(r#"{"id":"1","title":"标题","text":""}"#), Ok(()));
        assert_eq!(check(r#"{"id":"","text":"你好"}"#), Err(InvalidPost::EmptyId));
        assert_eq!(check(r#"{"id":"1","text":" \n"}"#), Err(InvalidPost::NothingToJudge));
        assert_eq!(check(r#"{"id":"1","body":"只有正文"}"#), Err(InvalidPost::NothingToJudge));
        assert_eq!(check(r#"{"id":"1","text":"a\u0000b"}"#), Err(InvalidPost::NullCharacter));
    }

    #[test]
    fn wrong_types_are_refused() {
        for json in [
            r#"{"id":1,"text":"x"}"#,
            r#"{"id":"1","text":["x"]}"#,
            r#"{"id":"1","text":"x","extra":"y"}"#,
            r#"{"id":"1","text":"x","channel":"telepathy"}"#,
            r#"{"text":"x"}"#,
            r#"[]"#,
        ] {
            assert!(serde_json::from_str::<Post>(json).is_err(), "{json}");
        }
    }
}
