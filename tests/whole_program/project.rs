//! Where things are in the project.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The feed that a newcomer replays.
pub(crate) fn samples() -> PathBuf {
    root().join("models/samples/feed.jsonl")
}

/// Our own examples of one side of the split.
pub(crate) fn own_examples(split: &str) -> PathBuf {
    root().join(format!("models/data/{split}.jsonl"))
}

/// Public labelled sets that may stand beside the project but do not belong to it; none if they
/// are not there.
pub(crate) fn public_dev_sets() -> Vec<PathBuf> {
    let Ok(folder) = root().join("../shared/data/dev").read_dir() else { return Vec::new() };
    let mut sets: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    sets.sort();
    sets
}
