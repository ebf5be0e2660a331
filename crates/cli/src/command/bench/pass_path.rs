//! What a post costs that passes: most of a stream, and so nearly all of the bill.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use jieba_rs::Jieba;
use mingjian_schema::Post;
use mingjian_triage::Classifier;

use super::turns::nanoseconds_each;

/// Time per post from bytes to verdict, and that of jieba-rs alone on the same texts.
pub(super) struct PassPath {
    pub(super) posts: usize,
    pub(super) nanoseconds: f64,
    pub(super) jieba_alone: f64,
}

impl PassPath {
    /// Measures the posts that pass.
    pub(super) fn measure(
        lines: &[&str],
        posts: &[Post],
        classifier: &Classifier,
        jieba: &Jieba,
        budget: Duration,
    ) -> Self {
        let both = lines.iter().zip(posts);
        let passed: Vec<(&&str, &Post)> =
            both.filter(|(_, post)| !classifier.classify(post).is_flagged()).collect();
        let mut whole = |range: Range<usize>| {
            for (line, _) in &passed[range] {
                let post = serde_json::from_str::<Post>(line).ok();
                black_box(post.map(|post| classifier.classify(&post)));
            }
        };
        let mut alone = |range: Range<usize>| {
            for text in passed[range].iter().flat_map(|(_, post)| [post.title(), post.text()]) {
                black_box(jieba.cut(text, false));
            }
        };
        let [nanoseconds, jieba_alone] =
            nanoseconds_each(passed.len(), budget, [&mut whole, &mut alone]);
        Self { posts: passed.len(), nanoseconds, jieba_alone }
    }
}
