//! What the benchmarks run on: the bundled model and posts, each text distinct.
//!
//! `MINGJIAN_BENCH_INPUT=FILE` benches other posts than the sample feed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mingjian_lexicon::Lexicon;
use mingjian_model::Model;
use mingjian_schema::Post;
use mingjian_triage::{Classifier, Policy};

/// The lines of the feed with their posts.
pub struct Feed {
    /// JSON objects, one a post.
    pub lines: Vec<String>,
    /// The same posts.
    pub posts: Vec<Post>,
}

impl Feed {
    /// Reads the feed.
    ///
    /// # Errors
    /// If the file cannot be read or a line is not a post.
    pub fn read() -> Result<Self> {
        let path = std::env::var_os("MINGJIAN_BENCH_INPUT")
            .map_or_else(|| repository().join("models/samples/feed.jsonl"), PathBuf::from);
        let content = std::fs::read_to_string(&path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?;
        let lines: Vec<String> = content.lines().map(str::to_owned).collect();
        let posts: Result<Vec<Post>, _> =
            lines.iter().map(|line| serde_json::from_str(line)).collect();
        Ok(Self { lines, posts: posts? })
    }

    /// Titles and texts, the empty ones left out.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        let fields = self.posts.iter().flat_map(|post| [post.title(), post.text()]);
        fields.filter(|text| !text.is_empty()).collect()
    }
}

/// The bundled classifier.
///
/// # Errors
/// If the bundled model does not fit the code.
pub fn classifier() -> Result<Classifier> {
    let model = Model::load(&repository().join("models/default"))?;
    let policy = Policy::new(&model, &Default::default(), None)?;
    Ok(Classifier::new(Lexicon::bundled()?, model, policy))
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
