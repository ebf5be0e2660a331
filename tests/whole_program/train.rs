//! `mingjian train`: the same data give the same model, and the model can be used.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mingjian_schema::Category;
use tempfile::tempdir;

use crate::program::{finish, mingjian};
use crate::{jsonl, project};

/// The files of a model.
pub(crate) const FILES: [&str; 3] = ["SHA256SUMS", "model.toml", "weights.bin"];

/// The content of a model's files.
pub(crate) type Files = [Vec<u8>; FILES.len()];

/// A model of a few hundred n-grams, trained once a run on one of four of our own examples.
pub(crate) fn small_model() -> &'static Files {
    static TRAINED: OnceLock<Files> = OnceLock::new();
    TRAINED.get_or_init(|| {
        let folder = tempdir().unwrap();
        let out = folder.path().join("model");
        train(&rows(folder.path(), 4), &out);
        FILES.map(|file| fs::read(out.join(file)).unwrap())
    })
}

/// Every `step`th of our own training rows, written to a folder.
fn rows(folder: &Path, step: usize) -> PathBuf {
    let all = jsonl::read(&project::own_examples("train"));
    let file = folder.join("rows.jsonl");
    jsonl::write(&file, all.iter().step_by(step));
    file
}

fn train(data: &Path, out: &Path) -> serde_json::Value {
    let call = &mut mingjian("train");
    call.arg("--data").arg(data).arg("--out").arg(out);
    finish(call.args(["--ngrams", "200", "--json"])).json()
}

#[test]
fn two_trainings_give_the_same_bytes_and_a_model_that_works() {
    let folder = tempdir().unwrap();
    let again = folder.path().join("again");
    let report = train(&rows(folder.path(), 4), &again);
    for (file, first) in FILES.iter().zip(small_model()) {
        assert!(*first == fs::read(again.join(file)).unwrap(), "{file} differs");
    }
    for category in Category::ALL {
        assert!(report["thresholds"][category.id()]["rule"].is_string(), "{report}");
    }

    let data = project::own_examples("dev");
    let call = &mut mingjian("evaluate");
    let report =
        finish(call.arg("--model").arg(&again).arg("--data").arg(&data).arg("--json")).json();
    // Even a toy ranks positives well above chance, whose average precision is their share.
    assert!(report["macro_average_precision"].as_f64() > Some(0.2), "{report}");
}

#[test]
fn rows_of_another_split_are_never_fitted() {
    let folder = tempdir().unwrap();
    let data = project::own_examples("dev");
    let call = &mut mingjian("train");
    call.arg("--data").arg(&data).arg("--out").arg(folder.path().join("model"));
    let said = finish(call.args(["--ngrams", "100", "--json"])).refused();
    assert!(!folder.path().join("model").exists(), "{said}");
}
