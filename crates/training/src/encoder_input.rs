//! What the fine-tuning step reads: token ids with labels and folds.

use mingjian_encoder::{Tokeniser, Tokens};
use mingjian_model::{Reader, Reading};
use mingjian_schema::{Category, LabelledExample};
use serde::Serialize;

use crate::folds::assign_folds;

/// One post as the encoder sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EncoderInput<'a> {
    /// The post's id.
    pub id: &'a str,
    /// Where the example comes from.
    pub source: &'a str,
    /// The fold that holds the post out, from 0. Posts of one story or brief share it.
    pub fold: u64,
    /// Token ids, `[CLS]` first.
    pub ids: Vec<i32>,
    /// For each category 1 or 0, or nothing where the source did not judge it.
    pub labels: [Option<u8>; Category::COUNT],
    /// Whether it is an opinion, criticism, satire or reporting.
    pub viewpoint: bool,
}

/// Hands every row to `write`, in order.
///
/// # Errors
/// Whatever `write` fails with.
pub fn encoder_inputs<E>(
    rows: &[LabelledExample],
    reader: &Reader,
    tokeniser: &Tokeniser,
    folds: u64,
    seed: u64,
    mut write: impl FnMut(&EncoderInput<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let folds = assign_folds(rows, folds, seed);
    let mut reading = Reading::default();
    let mut tokens = Tokens::default();
    for (row, fold) in rows.iter().zip(folds) {
        reader.read_into(&row.post, &mut reading);
        tokeniser.tokenise_into(&reading.segments(), &mut tokens);
        write(&EncoderInput {
            id: &row.post.id,
            source: row.source.as_deref().unwrap_or_default(),
            fold,
            ids: tokens.ids().to_vec(),
            labels: Category::ALL
                .map(|category| row.judges(category).then(|| u8::from(row.is(category)))),
            viewpoint: row.topic.as_deref() == Some("viewpoint"),
        })?;
    }
    Ok(())
}
