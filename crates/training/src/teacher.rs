//! What the fine-tuned encoder says of the training rows.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mingjian_schema::{Category, LabelledExample, PerCategory};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// The encoder's heads and its logits for the training rows, each by a fine-tuning that had not
/// seen the row.
pub struct Teacher {
    heads: Heads,
    logits: FxHashMap<(String, String), [f64; Category::COUNT]>,
}

/// The linear heads over the mean of the encoder's states.
#[derive(Debug, Clone, Deserialize)]
struct Heads {
    width: usize,
    bias: [f64; Category::COUNT],
    weights: [Vec<f32>; Category::COUNT],
}

#[derive(Deserialize)]
struct Line {
    id: String,
    source: String,
    logits: [f64; Category::COUNT],
}

/// Why a teacher cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TeacherError {
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file is not what the fine-tuning step writes.
    #[error("`{path}` line {line} is not what the fine-tuning step writes: {error}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// The heads do not fit their width.
    #[error("`{0}` does not hold one head of its width for each category")]
    Heads(PathBuf),
    /// Rows without logits.
    #[error(
        "the encoder's logits lack {missing} of {rows} rows, the first is `{first}`: run the \
         fine-tuning step on the same data"
    )]
    Missing {
        /// Rows without logits.
        missing: usize,
        /// All rows.
        rows: usize,
        /// The first of them.
        first: String,
    },
}

impl Teacher {
    /// Reads `heads.json` and the out-of-fold logits, one JSON object a line.
    ///
    /// # Errors
    /// [`TeacherError`] names the file and the line.
    pub fn read(heads: &Path, logits: &Path) -> Result<Self, TeacherError> {
        let text = |path: &Path| {
            fs::read_to_string(path)
                .map_err(|error| TeacherError::Io { path: path.to_owned(), error })
        };
        let wrong =
            |path: &Path, line, error| TeacherError::Line { path: path.to_owned(), line, error };
        let parsed: Heads =
            serde_json::from_str(&text(heads)?).map_err(|error| wrong(heads, 1, error))?;
        if parsed.weights.iter().any(|head| head.len() != parsed.width) {
            return Err(TeacherError::Heads(heads.to_owned()));
        }
        let mut found = FxHashMap::default();
        for (number, line) in text(logits)?.lines().enumerate() {
            let line: Line =
                serde_json::from_str(line).map_err(|error| wrong(logits, number + 1, error))?;
            found.insert((line.source, line.id), line.logits);
        }
        Ok(Self { heads: parsed, logits: found })
    }

    /// The logits of each row.
    ///
    /// # Errors
    /// [`TeacherError::Missing`] if a row has none.
    pub fn logits(&self, rows: &[LabelledExample]) -> Result<Vec<PerCategory<f64>>, TeacherError> {
        let of = |row: &LabelledExample| {
            let key = (row.source.clone().unwrap_or_default(), row.post.id.clone());
            self.logits.get(&key).map(|logits| PerCategory(*logits))
        };
        let found: Vec<_> = rows.iter().map(of).collect();
        if let Some(first) = found.iter().position(Option::is_none) {
            return Err(TeacherError::Missing {
                missing: found.iter().filter(|logits| logits.is_none()).count(),
                rows: rows.len(),
                first: rows[first].post.id.clone(),
            });
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// How many numbers a state has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.heads.width
    }

    /// The bias of a category's head.
    #[must_use]
    pub fn head_bias(&self, category: Category) -> f64 {
        self.heads.bias[category.index()]
    }

    /// The heads as `heads.bin` holds them: `width` little-endian f32 a category.
    #[must_use]
    pub fn heads(&self) -> Vec<u8> {
        self.heads.weights.iter().flatten().flat_map(|weight| weight.to_le_bytes()).collect()
    }
}
