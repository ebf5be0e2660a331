//! What a post costs that passes: most of a stream, and so nearly all of the bill.

use std::hint::black_box;
use std::time::{Duration, Instant};

use jieba_rs::Jieba;
use mingjian_schema::Post;
use mingjian_triage::Classifier;

/// Posts that are measured together.
const GROUP: usize = 256;

/// Time per post from bytes to verdict, and that of jieba-rs alone on the same texts.
pub(super) struct PassPath {
    pub(super) posts: usize,
    pub(super) nanoseconds: f64,
    pub(super) jieba_alone: f64,
}

impl PassPath {
    /// Measures the posts that pass. The two take turns over small groups of posts, and for each
    /// group the fastest turn counts: whatever else the machine does can only slow a turn down,
    /// and hardly ever every turn of a group.
    pub(super) fn measure(
        lines: &[String],
        classifier: &Classifier,
        jieba: &Jieba,
        budget: Duration,
    ) -> Self {
        let decoded = lines.iter().filter_map(|line| {
            let post: Post = serde_json::from_str(line).ok()?;
            Some((line.as_str(), post))
        });
        let passed: Vec<(&str, Post)> =
            decoded.filter(|(_, post)| !classifier.classify(post).is_flagged()).collect();
        let mut fastest = vec![[Duration::MAX; 2]; passed.len().div_ceil(GROUP)];
        let started = Instant::now();
        while started.elapsed() < budget && !passed.is_empty() {
            for (group, fastest) in passed.chunks(GROUP).zip(&mut fastest) {
                let whole = time(group, |(line, _)| {
                    let post = serde_json::from_str::<Post>(line).ok();
                    black_box(post.map(|post| classifier.classify(&post)));
                });
                let alone = time(group, |(_, post)| {
                    for text in [post.title(), post.text()] {
                        black_box(jieba.cut(text, false));
                    }
                });
                *fastest = [fastest[0].min(whole), fastest[1].min(alone)];
            }
        }
        let posts = passed.len().max(1) as f64;
        let mean = |which: usize| {
            fastest.iter().map(|turn| turn[which].as_nanos() as f64).sum::<f64>() / posts
        };
        Self { posts: passed.len(), nanoseconds: mean(0), jieba_alone: mean(1) }
    }
}

fn time<T>(items: &[T], work: impl FnMut(&T)) -> Duration {
    let started = Instant::now();
    items.iter().for_each(work);
    started.elapsed()
}
