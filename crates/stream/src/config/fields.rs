//! `[input.fields]`: JSON Pointers from our names into messages of another shape.

use serde::Deserialize;

/// Where each field of a post stands in the message, as JSON Pointers (`id = "/mid"`). A field
/// that is not named here keeps its own name. Numbers are accepted as ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FieldMap {
    /// The platform's identifier of the post.
    pub id: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The post's own words.
    pub text: Option<String>,
    /// The article under the headline.
    pub body: Option<String>,
    /// Who wrote it, field by field (`author.id = "/user/uid"`).
    pub author: Option<AuthorFieldMap>,
    /// Where it was published.
    pub platform: Option<String>,
    /// The kind of surface; its values are those of a post's `channel`.
    pub channel: Option<String>,
    /// Region of the author or the audience.
    pub region: Option<String>,
    /// When it was published.
    pub published_at: Option<String>,
    /// An object to keep beside the post.
    pub extra: Option<String>,
}

/// Where the fields of the author stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthorFieldMap {
    /// The platform's identifier of the account.
    pub id: Option<String>,
    /// The name that readers see.
    pub name: Option<String>,
    /// Whether the account is verified.
    pub verified: Option<String>,
    /// When the account was opened.
    pub created_at: Option<String>,
}

impl FieldMap {
    /// Our path of each field that is looked for, with its pointer.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [
            ("id", self.id.as_deref().unwrap_or("/id")),
            ("title", self.title.as_deref().unwrap_or("/title")),
            ("text", self.text.as_deref().unwrap_or("/text")),
            ("body", self.body.as_deref().unwrap_or("/body")),
            ("platform", self.platform.as_deref().unwrap_or("/platform")),
            ("channel", self.channel.as_deref().unwrap_or("/channel")),
            ("region", self.region.as_deref().unwrap_or("/region")),
            ("published_at", self.published_at.as_deref().unwrap_or("/published_at")),
            ("extra", self.extra.as_deref().unwrap_or("/extra")),
        ];
        let author = match &self.author {
            None => vec![("author", "/author")],
            Some(author) => author.pointers(),
        };
        fields.into_iter().chain(author)
    }
}

impl AuthorFieldMap {
    fn pointers(&self) -> Vec<(&'static str, &str)> {
        let fields = [
            ("author.id", &self.id),
            ("author.name", &self.name),
            ("author.verified", &self.verified),
            ("author.created_at", &self.created_at),
        ];
        fields
            .into_iter()
            .filter_map(|(path, pointer)| pointer.as_deref().map(|pointer| (path, pointer)))
            .collect()
    }
}
