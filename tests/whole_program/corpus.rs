//! Our own examples: enough of each kind, and nothing that stands on both sides.

use std::collections::BTreeSet;

use mingjian_schema::{Category, LabelledExample, Post, Split};

use crate::near_duplicate::Index;
use crate::{jsonl, project};

const SAME: f64 = 0.5;

fn examples(split: &str) -> Vec<LabelledExample> {
    jsonl::read_examples(&project::own_examples(split))
}

/// What nobody may have trained on: one part for all categories, one of nothing but viewpoints.
const UNSEEN: [&str; 2] = ["dev", "neutrality"];

fn unseen() -> Vec<LabelledExample> {
    UNSEEN.map(examples).concat()
}

fn everything() -> Vec<LabelledExample> {
    [examples("train"), unseen()].concat()
}

#[test]
fn ids_are_unique() {
    let mut seen = BTreeSet::new();
    for example in everything() {
        assert!(seen.insert(example.post.id.clone()), "{} stands twice", example.post.id);
    }
}

#[test]
fn every_example_is_a_post_of_its_split() {
    for (name, split) in [("train", Split::Train), ("dev", Split::Dev), ("neutrality", Split::Test)]
    {
        for example in examples(name) {
            assert_eq!(example.post.check(), Ok(()), "{}", example.post.id);
            assert_eq!(example.split, Some(split), "{}", example.post.id);
        }
    }
}

#[test]
fn every_category_has_its_positives_and_there_are_normals() {
    let all = everything();
    for category in Category::ALL {
        let positives = all.iter().filter(|example| example.is(category)).count();
        assert!(positives >= 800, "{positives} examples of {category}");
        let unseen = examples("dev").iter().filter(|example| example.is(category)).count();
        assert!(unseen > 0, "nothing measures {category}");
    }
    let normals = all.iter().filter(|example| example.labels.is_empty()).count();
    assert!(normals >= 4_000, "{normals} normal examples");
}

#[test]
fn no_story_and_no_brief_stands_on_both_sides() {
    type Name = fn(&LabelledExample) -> Option<&String>;
    let names: [(&str, Name); 2] =
        [("story", |example| example.story.as_ref()), ("brief", |example| example.brief.as_ref())];
    let (train, dev) = (examples("train"), unseen());
    for (kind, name) in names {
        let of = |side: &[LabelledExample]| -> BTreeSet<String> {
            side.iter().filter_map(name).cloned().collect()
        };
        let (train, dev) = (of(&train), of(&dev));
        assert!(!dev.is_empty(), "no {kind} is named");
        let shared: Vec<_> = train.intersection(&dev).collect();
        assert!(shared.is_empty(), "{kind} on both sides: {shared:?}");
    }
}

#[test]
fn no_text_stands_on_both_sides() {
    let train = examples("train");
    let index = Index::new(train.iter().map(|example| &example.post));
    let unseen = unseen();
    is_unlike(&index, unseen.iter().map(|example| &example.post));
}

#[test]
fn no_sample_is_an_example() {
    let examples = everything();
    let index = Index::new(examples.iter().map(|example| &example.post));
    let samples: Vec<Post> = jsonl::read(&project::samples())
        .into_iter()
        .map(|sample| serde_json::from_value(sample).unwrap())
        .collect();
    is_unlike(&index, &samples);
}

fn is_unlike<'p>(index: &Index, posts: impl IntoIterator<Item = &'p Post>) {
    let alike: Vec<_> = posts
        .into_iter()
        .map(|post| (&post.id, index.similar(post, SAME)))
        .filter(|(_, similar)| !similar.is_empty())
        .collect();
    assert!(alike.is_empty(), "{} posts have a near duplicate: {alike:?}", alike.len());
}
