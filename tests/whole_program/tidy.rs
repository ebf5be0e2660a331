//! What every source file keeps to.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project;

const LONGEST: usize = 800;

#[test]
fn no_source_file_is_longer_than_a_reader_bears() {
    for file in source_files() {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", file.display());
    }
}

#[test]
fn no_crate_allows_unsafe_code() {
    let roots: Vec<_> = source_files()
        .into_iter()
        .filter(|file| file.ends_with("src/lib.rs") || file.ends_with("src/main.rs"))
        .collect();
    assert!(roots.len() >= 8, "{roots:?}");
    for file in roots {
        let content = fs::read_to_string(&file).unwrap();
        assert!(content.contains("#![forbid(unsafe_code)]"), "{}", file.display());
    }
}

fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["crates", "tests", "benches"] {
        collect(&project::root().join(folder), &mut files);
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
