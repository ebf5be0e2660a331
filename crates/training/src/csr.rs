//! Sparse records for linfa.

use linfa::dataset::Records;
use sprs::CsMatI;

/// A matrix of posts × features in compressed sparse rows, as linfa records.
#[derive(Debug, Clone)]
pub struct CsrRecords(CsMatI<f32, u32>);

impl CsrRecords {
    /// Builds the matrix from rows of (column, value), each sorted by column.
    ///
    /// # Panics
    /// If a row is not sorted or a column is not below `features`.
    #[must_use]
    pub fn from_rows(features: usize, rows: &[&[(u32, f32)]]) -> Self {
        let entries = rows.iter().map(|row| row.len()).sum();
        let mut starts = Vec::with_capacity(rows.len() + 1);
        let mut columns = Vec::with_capacity(entries);
        let mut values = Vec::with_capacity(entries);
        starts.push(0);
        for row in rows {
            columns.extend(row.iter().map(|(column, _)| *column));
            values.extend(row.iter().map(|(_, value)| *value));
            starts.push(columns.len() as u32);
        }
        Self(CsMatI::new((rows.len(), features), starts, columns, values))
    }

    /// The entries of one row, as columns and values.
    pub(crate) fn row(&self, index: usize) -> (&[u32], &[f32]) {
        let starts = self.0.proper_indptr();
        let range = starts[index] as usize..starts[index + 1] as usize;
        (&self.0.indices()[range.clone()], &self.0.data()[range])
    }
}

impl Records for CsrRecords {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.0.rows()
    }

    fn nfeatures(&self) -> usize {
        self.0.cols()
    }
}
