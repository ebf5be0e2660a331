//! The model, the lexicon and the samples: those that ship inside the program, or the caller's.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use mingjian_encoder::EncoderFiles;
use mingjian_lexicon::Lexicon;
use mingjian_model::Model;
use mingjian_triage::{Classifier, Policy, SecondLook};

use crate::arguments::Assets;
use crate::paint;

/// A feed to try the program on. None of its posts was trained on.
pub(crate) const SAMPLES: &str = include_str!("../../../models/samples/feed.jsonl");

const BUNDLED_METADATA: &[u8] = include_bytes!("../../../models/default/model.toml");
const BUNDLED_WEIGHTS: &[u8] = include_bytes!("../../../models/default/weights.bin");
const BUNDLED_HEADS: &[u8] = include_bytes!("../../../models/default/heads.bin");
const BUNDLED_NETWORK: &[u8] = include_bytes!("../../../models/encoder/encoder.onnx");
const BUNDLED_VOCABULARY: &[u8] = include_bytes!("../../../models/encoder/vocab.txt");

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
    if assets.no_second_look || (model.second_look().is_none() && assets.encoder.is_none()) {
        let policy = Policy::new(&model, &overrides, assets.priority_score)?;
        return Ok(Classifier::new(lexicon, model, policy));
    }
    let policy = Policy::for_cascade(&model, &overrides, assets.priority_score)?;
    let second_look = second_look(assets)?;
    Classifier::new(lexicon, model, policy).with_second_look(second_look).context(
        "name the encoder that the model was trained with by --encoder, or leave the second look \
         out by --no-second-look",
    )
}

fn second_look(assets: &Assets) -> Result<SecondLook> {
    let share = assets.second_look_max_share.unwrap_or(1.0);
    if !(0.0..=1.0).contains(&share) {
        bail!("the second look's share is {share}; it must lie between 0 and 1");
    }
    let files = match &assets.encoder {
        Some(folder) => EncoderFiles::read(folder)?,
        None => EncoderFiles::from_bytes(BUNDLED_NETWORK, BUNDLED_VOCABULARY),
    };
    let digest = files.digest().to_owned();
    let (tokeniser, transformer) = files.load()?;
    let second_look = SecondLook::new(tokeniser, transformer, digest, share);
    Ok(if assets.no_gate { second_look.at_every_post() } else { second_look })
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
        None => Model::from_bytes(BUNDLED_METADATA, BUNDLED_WEIGHTS, BUNDLED_HEADS)
            .context("the bundled model does not fit this program"),
    }
}
