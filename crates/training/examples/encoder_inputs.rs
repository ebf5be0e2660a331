//! Writes token ids, labels and folds of labelled examples: what `models/encoder/` fine-tunes on.
//!
//!     encoder_inputs VOCABULARY FOLDS OUT.jsonl DATA.jsonl …
//!
//! All rows are written, also those of another split than `train`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use mingjian_encoder::{Tokeniser, Vocabulary};
use mingjian_lexicon::Lexicon;
use mingjian_model::Reader;
use mingjian_training::{Dataset, TrainOptions, encoder_inputs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [vocabulary, folds, out, data @ ..] = arguments.as_slice() else {
        return Err("usage: encoder_inputs VOCABULARY FOLDS OUT.jsonl DATA.jsonl …".into());
    };
    let vocabulary = Vocabulary::parse(&fs::read_to_string(vocabulary)?)
        .ok_or("the vocabulary lacks [UNK], [CLS] or [SEP]")?;
    let data: Vec<PathBuf> = data.iter().map(PathBuf::from).collect();
    let rows = Dataset::read(&data)?.rows;
    let reader = Reader::new(Lexicon::bundled()?);
    let tokeniser = Tokeniser::new(vocabulary);
    let mut out = BufWriter::new(File::create(out)?);
    let seed = TrainOptions::default().seed;
    encoder_inputs(&rows, &reader, &tokeniser, folds.parse()?, seed, |input| {
        serde_json::to_writer(&mut out, input)?;
        out.write_all(b"\n")
    })?;
    out.flush()?;
    Ok(())
}
