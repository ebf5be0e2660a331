//! Measures one Rust library over the texts of a folder.
//!
//!     mingjian-peers TOOL FOLDER SECONDS WARM_UP START

#![forbid(unsafe_code)]

mod stopwatch;

use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use daachorse::CharwiseDoubleArrayAhoCorasick;
use jieba_rs::Jieba;
use sensitive_rs::Filter;

use stopwatch::{Stopwatch, lines};

type Work = Box<dyn FnMut(&str)>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tool, folder, seconds, warm_up, start] = arguments.as_slice() else {
        return Err("usage: mingjian-peers TOOL FOLDER SECONDS WARM_UP START".into());
    };
    let folder = Path::new(folder);
    let watch =
        Stopwatch { seconds: seconds.parse()?, warm_up: warm_up.parse()?, start: start.parse()? };
    let mut work = tool_named(tool, &lines(&folder.join("words.txt"))?)?;
    let mut results = Vec::new();
    for name in ["headlines", "posts"] {
        let texts = lines(&folder.join(format!("{name}.txt")))?;
        results.push(format!("\"{name}\": {}", watch.measure(&texts, &mut work)));
    }
    println!("{{{}}}", results.join(", "));
    Ok(())
}

/// Each library in the way its own documentation shows.
fn tool_named(tool: &str, words: &[String]) -> Result<Work, Box<dyn Error>> {
    let words: BTreeSet<&str> = words.iter().map(String::as_str).collect();
    match tool {
        "sensitive-rs" => {
            let mut filter = Filter::new();
            filter.add_words(&words.into_iter().collect::<Vec<_>>());
            Ok(Box::new(move |text| {
                black_box(filter.find_all(text));
            }))
        }
        "daachorse" => {
            let automaton = CharwiseDoubleArrayAhoCorasick::<u32>::new(words)
                .map_err(|error| error.to_string())?;
            Ok(Box::new(move |text| {
                for found in automaton.find_overlapping_iter(text) {
                    black_box(found);
                }
            }))
        }
        "jieba-rs" => {
            let jieba = Jieba::new();
            Ok(Box::new(move |text| {
                black_box(jieba.cut(text, false));
            }))
        }
        other => Err(format!("no tool is called `{other}`").into()),
    }
}
