//! Writing records, one a line.

use std::io::{self, BufWriter, Write};

/// A file or pipe that takes one JSON object a line.
pub(super) struct LineOutput<'a> {
    writer: Option<BufWriter<&'a mut dyn Write>>,
}

impl<'a> LineOutput<'a> {
    /// Without a writer, records are dropped.
    pub(super) fn new(writer: Option<&'a mut dyn Write>) -> Self {
        Self { writer: writer.map(|writer| BufWriter::with_capacity(1 << 16, writer)) }
    }

    /// Writes one record. A post that came in over several lines keeps its spaces but not its line
    /// ends: outside of strings they mean the same in JSON, and inside they cannot stand.
    pub(super) fn write(&mut self, mut json: Vec<u8>) -> io::Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        for byte in &mut json {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        json.push(b'\n');
        writer.write_all(&json)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}
