//! Takes jieba's dictionary out of the jieba-rs package, which keeps it to itself: the words with
//! their frequencies, sorted by bytes, one a line, in `$OUT_DIR/jieba-dictionary.txt`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Where the dictionary lies in the package: `word frequency part-of-speech` a line.
const DICTIONARY: &str = "src/data/dict.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let dictionary = package_folder("jieba-rs")?.join(DICTIONARY);
    let text = fs::read_to_string(&dictionary)
        .map_err(|error| format!("`{}` cannot be read: {error}", dictionary.display()))?;
    let mut words = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let mut fields = line.split(' ');
        let (Some(word), Some(frequency)) = (fields.next(), fields.next()) else {
            return Err(format!("line {} is not `word frequency`: {line}", number + 1).into());
        };
        words.push((word, frequency.parse::<u64>()?));
    }
    words.sort_unstable();
    let lines: String =
        words.iter().map(|(word, frequency)| format!("{word} {frequency}\n")).collect();
    let out = PathBuf::from(env::var("OUT_DIR")?).join("jieba-dictionary.txt");
    fs::write(out, lines)?;
    Ok(())
}

/// The folder of a package that this one is built with, as cargo has it.
fn package_folder(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(env::var("CARGO")?)
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform"])
        .args([&env::var("TARGET")?, "--manifest-path"])
        .arg(Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|package| package["name"] == name)
        .find_map(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("cargo knows no package `{name}`"))?;
    let folder = Path::new(manifest).parent().ok_or("a manifest stands in a folder")?;
    Ok(folder.to_owned())
}
