//! JSON Lines in and out of files.

use std::fs;
use std::path::Path;

use mingjian_schema::LabelledExample;
use serde_json::Value;

/// All lines of a file.
pub(crate) fn read(path: &Path) -> Vec<Value> {
    let content = fs::read_to_string(path).unwrap();
    content.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All labelled examples of a file.
pub(crate) fn read_examples(path: &Path) -> Vec<LabelledExample> {
    let content = fs::read_to_string(path).unwrap();
    let read = |line| LabelledExample::from_json(line, String::new).unwrap();
    content.lines().map(read).collect()
}

/// Writes one value a line.
pub(crate) fn write<'v>(path: &Path, values: impl IntoIterator<Item = &'v Value>) {
    let lines: String = values.into_iter().map(|value| format!("{value}\n")).collect();
    fs::write(path, lines).unwrap();
}
