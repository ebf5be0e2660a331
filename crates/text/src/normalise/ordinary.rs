//! How much of ordinary writing the steps change: headlines and comments in which nobody hides
//! anything. Runs where the development sets lie beside the checkout.

use std::collections::BTreeMap;
use std::path::Path;

use super::{MOST_ROUNDS, Normaliser, STEPS, scan};
use crate::{Normalised, dictionary};

/// Sets of ordinary writing.
const SETS: [&str; 3] = ["FewCLUE_TNEWS.jsonl", "NLPCC2017_headlines.jsonl", "COLD.jsonl"];

/// The largest share of texts that a step which guesses at words may change.
const LARGEST_SHARE: f64 = 0.005;

/// The steps that look for words of the dictionary, by their place.
const GUESSING: [usize; 6] = [8, 12, 13, 14, 15, 16];

/// The texts of a set; none if it is not there.
fn texts(set: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dev");
    let lines = std::fs::read_to_string(folder.join(set)).unwrap_or_default();
    let posts = lines.lines().filter_map(|line| serde_json::from_str(line).ok());
    posts
        .flat_map(|post: serde_json::Value| {
            ["title", "text"].map(|field| post[field].as_str().map(str::to_owned))
        })
        .flatten()
        .collect()
}

/// Normalises a text and notes what each step changed, and into what.
fn steps_that_change(text: &str) -> BTreeMap<usize, (String, String)> {
    let normaliser = Normaliser::new();
    let mut normalised = Normalised::default();
    let mut triggers = normaliser.load(text, &mut normalised.cells);
    let written = |normalised: &Normalised| -> String {
        normalised.cells.iter().map(|cell| cell.ch).collect()
    };
    let mut changes = BTreeMap::new();
    for _ in 0..MOST_ROUNDS {
        let mut changed = false;
        for (place, step) in STEPS.iter().enumerate() {
            if !triggers.has(step.triggers()) {
                continue;
            }
            normalised.scratch.clear();
            if step.apply(&normalised.cells, &mut normalised.scratch) {
                let before = written(&normalised);
                std::mem::swap(&mut normalised.cells, &mut normalised.scratch);
                triggers = scan::scan(&normalised.cells, normaliser.table);
                changes.entry(place).or_insert_with(|| (before, written(&normalised)));
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    changes
}

#[test]
fn ordinary_writing_is_hardly_touched() {
    assert!(dictionary::is_word("微信".chars()));
    for set in SETS {
        let texts = texts(set);
        let mut changed: BTreeMap<usize, usize> = BTreeMap::new();
        for text in &texts {
            for (place, (before, after)) in steps_that_change(text) {
                *changed.entry(place).or_default() += 1;
                if std::env::var_os("SHOW_CHANGES").is_some() {
                    println!("{place}\t{before}\t{after}");
                }
            }
        }
        for (place, count) in changed {
            let share = count as f64 / texts.len() as f64;
            println!(
                "{set}: step {place} changes {count} of {} ({:.3} %)",
                texts.len(),
                100.0 * share
            );
            assert!(
                !GUESSING.contains(&place) || share < LARGEST_SHARE,
                "step {place} changes {count} of {} texts of {set}",
                texts.len()
            );
        }
    }
}
