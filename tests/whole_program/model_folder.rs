//! A model that is damaged, foreign or incomplete is refused, and the message says what to do.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::{TempDir, tempdir};

use crate::program::{Finished, finish, mingjian};
use crate::train::{FILES, small_model};

/// A copy of the small model that may be spoilt.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        for (file, content) in FILES.iter().zip(small_model()) {
            fs::write(folder.path().join(file), content).unwrap();
        }
        Self(folder)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn replace_in_metadata(&self, from: &str, to: &str) {
        let path = self.path("model.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "no {from} in {text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }

    /// Records the digests of the files as they are, as somebody would who edits a model.
    fn sign_again(&self) {
        let sums: String = ["model.toml", "weights.bin"]
            .map(|file| format!("{}  {file}\n", digest(&self.path(file))))
            .concat();
        fs::write(self.path("SHA256SUMS"), sums).unwrap();
    }

    fn explain(&self) -> Finished {
        finish(mingjian("explain").arg("--model").arg(self.0.path()).args(["你好", "--json"]))
    }

    fn is_refused(&self, words: &[&str]) {
        let said = self.explain().refused();
        for word in words {
            assert!(said.contains(word), "no {word:?} in {said}");
        }
    }
}

fn digest(path: &Path) -> String {
    let digest = Sha256::digest(fs::read(path).unwrap());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn an_untouched_copy_is_accepted() {
    let copy = Copy::new();
    copy.explain().json();
    copy.sign_again();
    copy.explain().json();
}

#[test]
fn a_flipped_bit_in_the_weights_is_noticed() {
    let copy = Copy::new();
    let mut weights = fs::read(copy.path("weights.bin")).unwrap();
    let middle = weights.len() / 2;
    weights[middle] ^= 1;
    fs::write(copy.path("weights.bin"), weights).unwrap();
    copy.is_refused(&["weights.bin` is damaged or foreign"]);
    copy.sign_again();
    copy.is_refused(&["weights.bin` is damaged or foreign"]);
}

#[test]
fn weights_cut_short_are_noticed() {
    let copy = Copy::new();
    let weights = fs::read(copy.path("weights.bin")).unwrap();
    fs::write(copy.path("weights.bin"), &weights[..weights.len() - 5]).unwrap();
    copy.is_refused(&["weights.bin` is damaged or foreign"]);
    copy.sign_again();
    copy.is_refused(&["weights are damaged"]);
}

#[test]
fn an_edited_description_is_noticed() {
    let copy = Copy::new();
    copy.replace_in_metadata("seed = ", "seed = 1");
    copy.is_refused(&["model.toml` is damaged or foreign"]);
}

#[test]
fn a_description_that_is_not_toml_is_refused() {
    let copy = Copy::new();
    fs::write(copy.path("model.toml"), "\u{0}\u{1}[[[").unwrap();
    copy.sign_again();
    copy.is_refused(&["model.toml` is not a model description"]);
}

#[test]
fn a_missing_file_is_named() {
    for file in FILES {
        let copy = Copy::new();
        fs::remove_file(copy.path(file)).unwrap();
        copy.is_refused(&[file, "cannot be read"]);
    }
    let said = finish(mingjian("explain").args(["--model", "no/such/model", "你好"])).refused();
    assert!(said.contains("no/such/model"), "{said}");
}

#[test]
fn another_format_asks_for_training() {
    let copy = Copy::new();
    copy.replace_in_metadata("format_version = 1", "format_version = 999");
    copy.sign_again();
    copy.is_refused(&["model format 999", "train the model again"]);
}

#[test]
fn another_normaliser_asks_for_training() {
    let copy = Copy::new();
    copy.replace_in_metadata("normaliser = \"", "normaliser = \"another-");
    copy.sign_again();
    copy.is_refused(&["normaliser another-", "train it again"]);
}
