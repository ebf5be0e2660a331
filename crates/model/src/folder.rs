//! A model as one folder: `model.toml` for people and machines, `weights.bin`, `SHA256SUMS`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mingjian_schema::Category;

use crate::cue::Cue;
use crate::digest::sha256_hex;
use crate::metadata::{FORMAT_VERSION, Metadata};
use crate::scorer::Model;
use crate::second_look::SecondLook;
use crate::table::AdditiveTable;

const METADATA: &str = "model.toml";
const WEIGHTS: &str = "weights.bin";
const HEADS: &str = "heads.bin";
const SUMS: &str = "SHA256SUMS";

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file of the folder cannot be read or written.
    #[error("model file `{path}` cannot be read or written: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// `model.toml` is not what this program writes.
    #[error("`{path}` is not a model description: {error}")]
    Metadata {
        /// The file.
        path: PathBuf,
        /// Line, column and what is wrong.
        error: Box<toml::de::Error>,
    },
    /// The folder was written for another version of the program.
    #[error(
        "model format {found} is not the format {FORMAT_VERSION} of this program: train the model again"
    )]
    Format {
        /// The version in the folder.
        found: u32,
    },
    /// A file is not the one that the folder describes.
    #[error("`{path}` is damaged or foreign: its SHA-256 is {found}, but {expected} is recorded")]
    Digest {
        /// The file.
        path: PathBuf,
        /// The digest it should have.
        expected: String,
        /// The digest it has.
        found: String,
    },
    /// The weights do not fit the description.
    #[error("the weights are damaged: {0}")]
    Weights(String),
    /// A category or a cue is missing or unknown.
    #[error("the model description is incomplete: {0}")]
    Incomplete(String),
    /// The model was fitted on text normalised in another way.
    #[error(
        "the model was fitted with normaliser {model}, this program has {program}: train it again"
    )]
    Normaliser {
        /// Version in the folder.
        model: String,
        /// Version in the program.
        program: &'static str,
    },
}

/// Writes a model folder; the folder is made if it is missing.
///
/// # Errors
/// [`ModelError::Io`] if a file cannot be written, [`ModelError::Incomplete`] if the metadata
/// cannot be expressed.
pub fn write_folder(
    folder: &Path,
    metadata: &Metadata,
    table: &AdditiveTable,
    heads: Option<&[u8]>,
) -> Result<(), ModelError> {
    let weights = table.to_bytes();
    let described = toml::to_string_pretty(metadata)
        .map_err(|error| ModelError::Incomplete(error.to_string()))?;
    fs::create_dir_all(folder).map_err(|error| io_error(folder, error))?;
    write(&folder.join(WEIGHTS), &weights)?;
    write(&folder.join(METADATA), described.as_bytes())?;
    let mut sums = format!(
        "{}  {METADATA}\n{}  {WEIGHTS}\n",
        sha256_hex([described.as_bytes()]),
        sha256_hex([weights.as_slice()]),
    );
    if let Some(heads) = heads {
        write(&folder.join(HEADS), heads)?;
        sums.push_str(&format!("{}  {HEADS}\n", sha256_hex([heads])));
    }
    write(&folder.join(SUMS), sums.as_bytes())
}

impl Model {
    /// Loads a model folder, checking every digest.
    ///
    /// # Errors
    /// [`ModelError`] says which file is missing, damaged or foreign, and what to do.
    pub fn load(folder: &Path) -> Result<Self, ModelError> {
        let sums = read(&folder.join(SUMS))?;
        let described = read_checked(&folder.join(METADATA), &sums)?;
        let weights = read_checked(&folder.join(WEIGHTS), &sums)?;
        let heads = folder.join(HEADS);
        let heads = if heads.exists() { read_checked(&heads, &sums)? } else { Vec::new() };
        Self::from_parts(&folder.join(METADATA), &described, &weights, &heads)
    }

    /// A model from the content of `model.toml`, `weights.bin` and `heads.bin` (empty for a model
    /// without a second look), for a program that carries them inside.
    ///
    /// # Errors
    /// [`ModelError`] as for [`Model::load`].
    pub fn from_bytes(described: &[u8], weights: &[u8], heads: &[u8]) -> Result<Self, ModelError> {
        Self::from_parts(Path::new(METADATA), described, weights, heads)
    }

    fn from_parts(
        path: &Path,
        described: &[u8],
        weights: &[u8],
        heads: &[u8],
    ) -> Result<Self, ModelError> {
        let text = String::from_utf8_lossy(described);
        let version = format_version(&text);
        if let Some(found) = version.filter(|found| *found != FORMAT_VERSION) {
            return Err(ModelError::Format { found });
        }
        let metadata: Metadata = toml::from_str(&text).map_err(|error| ModelError::Metadata {
            path: path.to_owned(),
            error: Box::new(error),
        })?;
        check(&metadata)?;
        let table = AdditiveTable::from_bytes(weights).ok_or_else(|| {
            ModelError::Weights("not a whole number of finite records".to_owned())
        })?;
        let found = sha256_hex([weights]);
        if found != metadata.weights_sha256 {
            return Err(ModelError::Digest {
                path: path.with_file_name(WEIGHTS),
                expected: metadata.weights_sha256,
                found,
            });
        }
        if table.len() != metadata.ngrams {
            return Err(ModelError::Weights(format!(
                "{} n-grams instead of {}",
                table.len(),
                metadata.ngrams
            )));
        }
        let digest = sha256_hex([described, weights, heads]);
        let second_look = metadata.second_look.clone();
        let model = Self::new(metadata, table, digest);
        let Some(second_look) = second_look else { return Ok(model) };
        let found = sha256_hex([heads]);
        if found != second_look.heads_sha256 {
            return Err(ModelError::Digest {
                path: path.with_file_name(HEADS),
                expected: second_look.heads_sha256,
                found,
            });
        }
        let second_look = SecondLook::new(second_look, heads).ok_or_else(|| {
            ModelError::Incomplete("its second look lacks a category or a head".to_owned())
        })?;
        Ok(model.with_second_look(second_look))
    }
}

fn format_version(described: &str) -> Option<u32> {
    let value: toml::Table = described.parse().ok()?;
    value.get("format_version")?.as_integer()?.try_into().ok()
}

fn check(metadata: &Metadata) -> Result<(), ModelError> {
    if metadata.normaliser != mingjian_text::NORMALISER_VERSION {
        return Err(ModelError::Normaliser {
            model: metadata.normaliser.clone(),
            program: mingjian_text::NORMALISER_VERSION,
        });
    }
    let cues: Vec<_> = Cue::ALL.iter().map(|cue| cue.id()).collect();
    if metadata.cues != cues {
        return Err(ModelError::Incomplete(format!("its cues are not {cues:?}")));
    }
    for category in Category::ALL {
        let decision = metadata.decisions.get(&category);
        let threshold = metadata.thresholds.get(&category);
        let (Some(decision), Some(threshold)) = (decision, threshold) else {
            return Err(ModelError::Incomplete(format!("nothing is said about `{category}`")));
        };
        let numbers = decision.cues.iter().chain([&decision.bias, &decision.lexicon]);
        if decision.cues.len() != cues.len() || numbers.into_iter().any(|n| !n.is_finite()) {
            return Err(ModelError::Incomplete(format!("the decision of `{category}` is damaged")));
        }
        if !(0.0..=1.0).contains(&threshold.probability) {
            return Err(ModelError::Incomplete(format!(
                "the threshold of `{category}` is not between 0 and 1"
            )));
        }
    }
    Ok(())
}

fn read_checked(path: &Path, sums: &[u8]) -> Result<Vec<u8>, ModelError> {
    let bytes = read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let sums = String::from_utf8_lossy(sums);
    let expected = sums
        .lines()
        .filter_map(|line| line.split_once("  "))
        .find_map(|(digest, file)| (file == name).then(|| digest.to_owned()))
        .ok_or_else(|| ModelError::Incomplete(format!("{SUMS} does not list {name}")))?;
    let found = sha256_hex([bytes.as_slice()]);
    if found == expected {
        Ok(bytes)
    } else {
        Err(ModelError::Digest { path: path.to_owned(), expected, found })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    fs::read(path).map_err(|error| io_error(path, error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ModelError> {
    fs::write(path, bytes).map_err(|error| io_error(path, error))
}

fn io_error(path: &Path, error: io::Error) -> ModelError {
    ModelError::Io { path: path.to_owned(), error }
}
