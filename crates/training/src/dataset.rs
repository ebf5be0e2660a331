//! Reading labelled examples from JSON Lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use mingjian_schema::{InvalidExample, LabelledExample, Split};

/// Labelled examples in the order they were read.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    /// The examples. Each has a source: its own, or the name of its file.
    pub rows: Vec<LabelledExample>,
}

/// Why a file of examples cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The file cannot be opened or read.
    #[error("`{path}` cannot be read: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A line is not a labelled example.
    #[error("`{path}` line {line}: {error}")]
    Example {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        error: InvalidExample,
    },
    /// Nothing was read at all.
    #[error("no labelled example was found in {0}")]
    Empty(String),
}

impl Dataset {
    /// Reads all lines of all files, skipping empty ones.
    ///
    /// # Errors
    /// [`DatasetError`] names the file and the line.
    pub fn read(paths: &[PathBuf]) -> Result<Self, DatasetError> {
        let mut dataset = Self::default();
        for path in paths {
            dataset.read_file(path)?;
        }
        if dataset.rows.is_empty() {
            let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            return Err(DatasetError::Empty(names.join(", ")));
        }
        Ok(dataset)
    }

    /// The rows that may be fitted: those that do not belong to another split.
    #[must_use]
    pub fn trainable(&self) -> Vec<LabelledExample> {
        let fits = |row: &&LabelledExample| row.split.is_none_or(|split| split == Split::Train);
        self.rows.iter().filter(fits).cloned().collect()
    }

    fn read_file(&mut self, path: &Path) -> Result<(), DatasetError> {
        let io_error = |error| DatasetError::Io { path: path.to_owned(), error };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file = File::open(path).map_err(io_error)?;
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(io_error)?;
            if line.trim().is_empty() {
                continue;
            }
            let mut row =
                LabelledExample::from_json(&line, || format!("{stem}-{}", index + 1)).map_err(
                    |error| DatasetError::Example { path: path.to_owned(), line: index + 1, error },
                )?;
            row.source.get_or_insert_with(|| stem.clone());
            self.rows.push(row);
        }
        Ok(())
    }
}
