//! The model, the lexicon and the samples: those that ship inside the program, or the caller's.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use mingjian_lexicon::Lexicon;
use mingjian_model::Model;
use mingjian_triage::{Classifier, Policy};

use crate::arguments::Assets;
use crate::paint;

/// A feed to try the program on. None of its posts was trained on.
pub(crate) const SAMPLES: &str = include_str!("../../../models/samples/feed.jsonl");

const BUNDLED_METADATA: &[u8] = include_bytes!("../../../models/default/model.toml");
const BUNDLED_WEIGHTS: &[u8] = include_bytes!("../../../models/default/weights.bin");

/// Builds the classifier that the flags ask for.
pub(crate) fn classifier(assets: &Assets) -> Result<Classifier> {
    let model = model(assets.model.as_ref())?;
    let lexicon = lexicon(&assets.lexicon)?;
    if model.metadata().lexicon != lexicon.digest() {
        paint::warning(
            "the lexicon is not the one the model was trained with: its hits weigh what the \
             model learnt from the other one",
        );
    }
    let overrides: BTreeMap<_, _> = assets.threshold.iter().copied().collect();
    let policy = Policy::new(&model, &overrides, assets.priority_score)?;
    Ok(Classifier::new(lexicon, model, policy))
}

/// The lexicon of these files, or the bundled one.
pub(crate) fn lexicon(files: &[PathBuf]) -> Result<Lexicon> {
    if files.is_empty() {
        return Ok(Lexicon::bundled()?);
    }
    let texts: Result<Vec<String>> = files
        .iter()
        .map(|path| {
            fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
        })
        .collect();
    let texts = texts?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Ok(Lexicon::from_files(&texts)?)
}

fn model(folder: Option<&PathBuf>) -> Result<Model> {
    match folder {
        Some(folder) => Ok(Model::load(folder)?),
        None => Model::from_bytes(BUNDLED_METADATA, BUNDLED_WEIGHTS)
            .context("the bundled model does not fit this program"),
    }
}
