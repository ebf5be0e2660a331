//! Which texts are nearly the same: Jaccard similarity of their character 3-grams.

use std::collections::{BTreeSet, HashMap, HashSet};

use mingjian_schema::Post;

const SIZE: usize = 3;

/// Everything that a post says, without spaces and punctuation.
fn characters(post: &Post) -> Vec<char> {
    [post.title(), post.text(), post.body()]
        .iter()
        .flat_map(|field| field.chars())
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn grams(post: &Post) -> BTreeSet<[char; SIZE]> {
    let characters = characters(post);
    characters.windows(SIZE).map(|window| window.try_into().unwrap()).collect()
}

/// Texts that can be asked for the ones that resemble another.
pub(crate) struct Index {
    ids: Vec<String>,
    sizes: Vec<usize>,
    holders: HashMap<[char; SIZE], Vec<usize>>,
}

impl Index {
    pub(crate) fn new<'p>(posts: impl IntoIterator<Item = &'p Post>) -> Self {
        let mut index = Self { ids: Vec::new(), sizes: Vec::new(), holders: HashMap::new() };
        for (number, post) in posts.into_iter().enumerate() {
            let grams = grams(post);
            index.ids.push(post.id.clone());
            index.sizes.push(grams.len());
            for gram in grams {
                index.holders.entry(gram).or_default().push(number);
            }
        }
        index
    }

    /// The ids of the texts whose similarity to this one is at least `threshold`.
    pub(crate) fn similar(&self, post: &Post, threshold: f64) -> Vec<&str> {
        let grams = grams(post);
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for holder in grams.iter().filter_map(|gram| self.holders.get(gram)).flatten() {
            *shared.entry(*holder).or_default() += 1;
        }
        shared
            .into_iter()
            .filter(|(other, shared)| {
                let united = grams.len() + self.sizes[*other] - shared;
                *shared as f64 / united as f64 >= threshold
            })
            .map(|(other, _)| self.ids[other].as_str())
            .collect()
    }
}

#[test]
fn a_changed_word_leaves_a_near_duplicate_and_another_story_does_not() {
    let original = Post::from_text("a", "内部渠道代开发票，先验后付，加微信咨询详情");
    let index = Index::new([&original]);
    let found = |text: &str| index.similar(&Post::from_text("b", text), 0.5);
    assert_eq!(found("内部渠道代开发票!先验后付!加QQ咨询详情"), ["a"]);
    assert_eq!(found("今天天气不错，适合出门走走"), Vec::<&str>::new());
    let everything: HashSet<_> =
        found("内部渠道代开发票，先验后付，加微信咨询详情").into_iter().collect();
    assert_eq!(everything, HashSet::from(["a"]));
}
