//! The segmenter cuts as jieba does, token for token.

use std::path::Path;

use jieba_rs::Jieba;
use mingjian_text::{Normalised, Normaliser, Segmenter, TokenKind};
use proptest::prelude::*;

const LISTS: [&str; 2] =
    [include_str!("../data/domain-dictionary.txt"), include_str!("../data/disguised-words.txt")];

/// jieba with the words that the shared dictionary adds, in the same order.
fn jieba() -> Jieba {
    let normaliser = Normaliser::new();
    let mut jieba = Jieba::new();
    for (list, is_kept) in LISTS.into_iter().zip([false, true]) {
        let lines = list.lines().filter(|line| !line.starts_with('#'));
        for word in lines.flat_map(str::split_whitespace) {
            if !is_kept || !jieba.has_word(word) {
                jieba.add_word(normaliser.normalise(word).text(), None, None);
            }
        }
    }
    jieba
}

/// Where jieba's words end that are made of Chinese characters only.
fn ends_by_jieba(jieba: &Jieba, text: &str) -> Vec<usize> {
    let words = jieba.cut(text, false);
    words.iter().filter(|word| is_han(word.word)).map(|word| word.end).collect()
}

fn is_han(word: &str) -> bool {
    word.chars().all(is_han_character)
}

fn is_han_character(ch: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&ch)
}

/// Where the segmenter's words end; `None` for a text with anything that it finds by rule.
fn ends_by_segmenter(segmenter: &Segmenter, normalised: &Normalised) -> Option<Vec<usize>> {
    let mut tokens = Vec::new();
    segmenter.segment(normalised, &mut tokens);
    let by_rule = [TokenKind::Contact, TokenKind::Mention, TokenKind::Topic];
    if tokens.iter().any(|token| by_rule.contains(&token.kind)) {
        return None;
    }
    let text = |range: std::ops::Range<usize>| -> &str {
        &normalised.text()[normalised.byte_offset(range.start)..normalised.byte_offset(range.end)]
    };
    let words = tokens.iter().filter(|token| is_han(text(token.range())));
    Some(words.map(|token| token.end as usize).collect())
}

fn check(jieba: &Jieba, segmenter: &Segmenter, text: &str) -> bool {
    let normalised = Normaliser::new().normalise(text);
    let Some(ends) = ends_by_segmenter(segmenter, &normalised) else { return false };
    // Latin letters are a token of their own, also before a character that jieba joins them with.
    let words = jieba.cut(normalised.text(), false);
    if words.iter().any(|word| !is_han(word.word) && word.word.chars().any(is_han_character)) {
        return false;
    }
    assert_eq!(ends, ends_by_jieba(jieba, normalised.text()), "{}", normalised.text());
    true
}

#[test]
fn real_text_is_cut_as_jieba_cuts_it() {
    let (jieba, segmenter) = (jieba(), Segmenter::new());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut checked = 0;
    for file in ["models/samples/feed.jsonl", "models/data/dev.jsonl", "models/data/train.jsonl"] {
        let lines = std::fs::read_to_string(folder.join(file)).unwrap();
        for line in lines.lines() {
            let post: serde_json::Value = serde_json::from_str(line).unwrap();
            for field in ["title", "text"] {
                let text = post[field].as_str().unwrap_or_default();
                checked += usize::from(check(&jieba, &segmenter, text));
            }
        }
    }
    assert!(checked > 1_000);
}

#[test]
fn any_mixture_of_words_is_cut_as_jieba_cuts_it() {
    let (jieba, segmenter) = (jieba(), Segmenter::new());
    let list = include_str!(concat!(env!("OUT_DIR"), "/jieba-dictionary.txt"));
    let words: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    let piece = prop_oneof![
        8 => prop::sample::select(words),
        1 => prop::sample::select(vec!["的", ",", "·", "〇", "a", "9", " ", "龘", "\u{20000}", "c++"]),
    ];
    let text = prop::collection::vec((piece, 0usize..3), 0..12);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(20_000));
    runner
        .run(&text, |pieces| {
            // Words that are cut short leave beginnings of words, which are harder.
            let text: String = pieces
                .iter()
                .flat_map(|(word, cut)| {
                    word.chars().take(word.chars().count().saturating_sub(*cut))
                })
                .collect();
            check(&jieba, &segmenter, &text);
            Ok(())
        })
        .unwrap();
}
