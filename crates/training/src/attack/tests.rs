//! What holds for every family.

use std::sync::atomic::{AtomicUsize, Ordering};

use mingjian_schema::{Category, PerCategory};
use proptest::prelude::*;

use super::*;

const POST: &str =
    "内部渠道代开发票，加微信wx8820或QQ群13800138000！兼职刷单日入500元，手机视频免费看";

fn row(id: &str, text: &str) -> LabelledExample {
    let line = format!(r#"{{"id":"{id}","text":"{text}","labels":["counterfeit"],"story":"s1"}}"#);
    LabelledExample::from_json(&line, String::new).unwrap()
}

fn any_attack() -> impl Strategy<Value = Attack> {
    prop::sample::select(Attack::ALL.to_vec())
}

proptest! {
    #[test]
    fn a_text_is_never_emptied(attack in any_attack(), text in "\\PC{1,40}", seed in any::<u64>()) {
        prop_assert!(!attack.apply(&text, seed).is_empty());
    }

    #[test]
    fn the_same_seed_gives_the_same_disguise(attack in any_attack(), seed in any::<u64>()) {
        prop_assert_eq!(attack.apply(POST, seed), attack.apply(POST, seed));
    }

    #[test]
    fn every_family_changes_a_typical_post(attack in any_attack(), seed in any::<u64>()) {
        prop_assert_ne!(attack.apply(POST, seed), POST);
    }
}

#[test]
fn an_empty_text_stays_empty() {
    for attack in Attack::ALL {
        assert_eq!(attack.apply("", 7), "", "{attack}");
    }
}

#[test]
fn ids_are_read_back() {
    for attack in Attack::ALL {
        assert_eq!(attack.id().parse(), Ok(attack));
    }
    assert!("shouting".parse::<Attack>().unwrap_err().to_string().contains("homophone"));
}

#[test]
fn most_of_a_text_can_still_be_read() {
    for attack in [Attack::Homophone, Attack::ShapeAlike, Attack::SplitGlyph, Attack::Pinyin] {
        for seed in 0..20 {
            let attacked = attack.apply(POST, seed);
            let kept = POST.chars().filter(|ch| attacked.contains(*ch)).count();
            assert!(kept * 10 >= POST.chars().count() * 7, "{attack}: {attacked}");
        }
    }
}

#[test]
fn a_headline_and_its_text_change_but_not_the_body() {
    let mut row = row("a", POST);
    row.post.title = Some(POST.to_owned());
    row.post.body = Some(POST.to_owned());
    let attacked = attack_example(&row, Attack::Symbols, 3);
    assert_ne!(attacked.post.title, row.post.title);
    assert_ne!(attacked.post.text, row.post.text);
    assert_eq!(attacked.post.body, row.post.body);
}

#[test]
fn augmenting_takes_the_share_that_was_asked_for() {
    let rows: Vec<_> = (0..400).map(|n| row(&format!("row-{n}"), POST)).collect();
    let variants = augment(&rows, 0.25, 1);
    assert!((60..140).contains(&variants.len()), "{}", variants.len());
    assert_eq!(variants, augment(&rows, 0.25, 1));
    assert_eq!(augment(&rows, 1.0, 1).len(), 400);
    assert!(augment(&rows, 0.0, 1).is_empty());
    for variant in variants {
        let (id, attack) = variant.post.id.split_once('~').unwrap();
        assert!(id.starts_with("row-") && attack.parse::<Attack>().is_ok());
        assert_eq!((variant.story.as_deref(), variant.labels.len()), (Some("s1"), 1));
        assert_ne!(variant.post.text.as_deref(), Some(POST));
    }
}

#[test]
fn recall_counts_only_posts_that_an_attack_changed() {
    let rows = [row("a", "加微信 123456"), row("b", "没有数字")];
    let scored = AtomicUsize::new(0);
    let finds_ascii = |row: &LabelledExample| {
        let has_digit = row.post.text().contains(|ch: char| ch.is_ascii_digit());
        let has_han = row.post.text().contains("没有");
        PerCategory::from_fn(|category| category == Category::Counterfeit && (has_digit || has_han))
    };
    let on_scored = || {
        scored.fetch_add(1, Ordering::Relaxed);
    };
    let attacks = [Attack::Width, Attack::ZeroWidth];
    let reports = evaluate_attacks(&rows, &attacks, 1, finds_ascii, on_scored);
    assert_eq!(scored.load(Ordering::Relaxed), 2 + 2 * 2);
    let width = &reports["width"];
    assert_eq!((width.all.attacked, width.all.clean_recall), (1, Some(1.0)));
    assert_eq!((width.all.recall, width.all.kept), (Some(0.0), Some(0.0)));
    assert_eq!(width.categories["counterfeit"], width.all);
    assert_eq!(width.categories.len(), 1);
}
