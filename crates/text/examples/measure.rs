//! How fast posts are read: `cargo run --release -p mingjian-text --example measure < posts.jsonl`.
//!
//! Reads JSON lines with `title` or `text` (or plain lines) and reports the best of several
//! passes over distinct texts, per stage, beside jieba alone on the same normalised texts.

use std::io::Read;
use std::time::{Duration, Instant};

use jieba_rs::Jieba;
use mingjian_text::{Analyser, Document, Normalised, Normaliser, Segmenter};

const PASSES: usize = 25;

fn main() -> std::io::Result<()> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let texts: Vec<String> = input.lines().filter_map(text_of).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let characters: usize = texts.iter().map(|text| text.chars().count()).sum();

    let normaliser = Normaliser::new();
    let segmenter = Segmenter::new();
    let mut normalised = Normalised::default();
    let normalise = best(|| {
        for text in &texts {
            normaliser.normalise_into(text, &mut normalised);
        }
    });
    let all: Vec<Normalised> = texts.iter().map(|text| normaliser.normalise(text)).collect();
    let mut tokens = Vec::new();
    let segment = best(|| {
        for normalised in &all {
            segmenter.segment(normalised, &mut tokens);
        }
    });
    let jieba = Jieba::new();
    let jieba_alone = best(|| {
        for normalised in &all {
            std::hint::black_box(jieba.cut(normalised.text(), false));
        }
    });
    let analyser = Analyser::new();
    let mut document = Document::default();
    let analyse = best(|| {
        for text in &texts {
            analyser.analyse_into(text, &mut document);
        }
    });

    println!("{} texts, {bytes} bytes, {characters} characters", texts.len());
    let stages = [
        ("normalise", normalise),
        ("segment", segment),
        ("analyse", analyse),
        ("(jieba)", jieba_alone),
    ];
    for (stage, time) in stages {
        let seconds = time.as_secs_f64();
        println!(
            "{stage:10} {:7.1} MB/s {:6.1} ns/char {:9.0} texts/s",
            bytes as f64 / seconds / 1e6,
            seconds * 1e9 / characters as f64,
            texts.len() as f64 / seconds,
        );
    }
    Ok(())
}

fn text_of(line: &str) -> Option<String> {
    let Ok(post) = serde_json::from_str::<serde_json::Value>(line) else {
        return Some(line.to_owned());
    };
    let field = |name: &str| post.get(name).and_then(serde_json::Value::as_str);
    field("text").or_else(|| field("title")).map(str::to_owned)
}

fn best(mut work: impl FnMut()) -> Duration {
    let pass = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    (0..PASSES).map(pass).min().unwrap_or_default()
}
