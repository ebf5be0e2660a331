//! An encoder as one folder: `encoder.onnx`, `vocab.txt`, `SHA256SUMS`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::encoder::EncodeError;
use crate::tokeniser::Tokeniser;
use crate::transformer::Transformer;
use crate::vocabulary::Vocabulary;

const NETWORK: &str = "encoder.onnx";
const VOCABULARY: &str = "vocab.txt";
const SUMS: &str = "SHA256SUMS";

/// Why an encoder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// A file of the folder cannot be read.
    #[error("encoder file `{path}` cannot be read: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file is not the one that the folder describes.
    #[error("encoder file `{0}` is damaged or foreign: its SHA-256 is not the recorded one")]
    Digest(PathBuf),
    /// The vocabulary lacks the pieces that every sequence needs.
    #[error("the encoder's vocabulary lacks [UNK], [CLS] or [SEP]")]
    Vocabulary,
    /// The network cannot be read.
    #[error(transparent)]
    Network(#[from] EncodeError),
}

enum Network {
    Read(Vec<u8>),
    Carried(&'static [u8]),
}

/// The files of an encoder, read and checked.
pub struct EncoderFiles {
    network: Network,
    vocabulary: String,
    digest: String,
}

impl EncoderFiles {
    /// Reads a folder and checks it against its `SHA256SUMS`.
    ///
    /// # Errors
    /// [`EncoderError`] says which file is missing, damaged or foreign.
    pub fn read(folder: &Path) -> Result<Self, EncoderError> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|error| EncoderError::Io { path, error })
        };
        let sums = String::from_utf8_lossy(&read(SUMS)?).into_owned();
        let checked = |name: &str| {
            let bytes = read(name)?;
            let found = hex(Sha256::digest(&bytes));
            let listed = sums.lines().any(|line| line == format!("{found}  {name}"));
            if listed { Ok(bytes) } else { Err(EncoderError::Digest(folder.join(name))) }
        };
        let network = checked(NETWORK)?;
        let vocabulary = checked(VOCABULARY)?;
        Ok(Self::new(Network::Read(network), &vocabulary))
    }

    /// An encoder from the contents of its files, for a program that carries them inside.
    #[must_use]
    pub fn from_bytes(network: &'static [u8], vocabulary: &[u8]) -> Self {
        Self::new(Network::Carried(network), vocabulary)
    }

    fn new(network: Network, vocabulary: &[u8]) -> Self {
        let bytes = match &network {
            Network::Read(bytes) => bytes.as_slice(),
            Network::Carried(bytes) => bytes,
        };
        let digest = hex(Sha256::new().chain_update(bytes).chain_update(vocabulary).finalize());
        let vocabulary = String::from_utf8_lossy(vocabulary).into_owned();
        Self { network, vocabulary, digest }
    }

    /// SHA-256 over the network and the vocabulary.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The tokeniser.
    ///
    /// # Errors
    /// [`EncoderError::Vocabulary`] if a piece is missing that every sequence needs.
    pub fn tokeniser(&self) -> Result<Tokeniser, EncoderError> {
        let vocabulary = Vocabulary::parse(&self.vocabulary).ok_or(EncoderError::Vocabulary)?;
        Ok(Tokeniser::new(vocabulary))
    }

    /// The tokeniser and the network, ready to run.
    ///
    /// # Errors
    /// [`EncoderError`] if either cannot be used.
    pub fn load(self) -> Result<(Tokeniser, Transformer), EncoderError> {
        let tokeniser = self.tokeniser()?;
        let transformer = match self.network {
            Network::Read(bytes) => Transformer::from_onnx(bytes)?,
            Network::Carried(bytes) => Transformer::from_carried(bytes)?,
        };
        Ok((tokeniser, transformer))
    }
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
