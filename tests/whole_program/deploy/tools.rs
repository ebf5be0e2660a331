//! Programs of others that judge our files.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project;

/// A file or folder of `deploy/`.
pub(crate) fn deploy(path: &str) -> PathBuf {
    project::root().join("deploy").join(path)
}

/// The text of a file of `deploy/`.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(deploy(path)).unwrap()
}

/// A call of a program that may not be there; the test then says what it leaves out.
pub(crate) fn tool(name: &str) -> Option<Command> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .chain([project::root().join("target/ci-tools/usr/bin")])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        eprintln!("left out: {name} is not installed");
    }
    found.map(Command::new)
}

/// Runs a call that must succeed; what it printed.
#[track_caller]
pub(crate) fn passes(call: &mut Command) -> String {
    let output = call.output().unwrap();
    let said = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    let said = said.concat();
    assert!(output.status.success(), "{call:?}: {said}");
    said
}

/// The documents of a YAML file, or of several.
pub(crate) fn documents(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).unwrap();
    serde_yaml_ng::Deserializer::from_str(&text)
        .map(|document| {
            let value = serde::Deserialize::deserialize(document);
            value.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        })
        .collect()
}
