//! Reading lines in batches, in bounded memory whatever stands in the file.

use std::io::{self, ErrorKind, Read};

use mingjian_schema::SourcePosition;

use crate::{BatchConfig, RawMessage};

const BUFFER_BYTES: usize = 1 << 20;

/// Lines of a file or a pipe, a batch at a time.
///
/// A batch ends at its bounds, or when what has been read so far holds no further whole line:
/// someone who types or pipes slowly sees results at once. Blank lines are skipped but counted as
/// positions.
pub struct LineBatches<R> {
    reader: R,
    name: String,
    /// Longest beginning of a line that is kept.
    max_kept: usize,
    max_posts: usize,
    max_bytes: usize,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    is_finished: bool,
    line: Line,
    next_offset: i64,
    bytes_read: u64,
}

/// The line that is being read.
#[derive(Default)]
struct Line {
    kept: Vec<u8>,
    length: u64,
    last_byte: u8,
}

impl Line {
    fn append(&mut self, bytes: &[u8], max_kept: usize) {
        let room = max_kept.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.length += bytes.len() as u64;
        self.last_byte = bytes.last().copied().unwrap_or(self.last_byte);
    }

    /// Takes the line without the `\r` of a line that ends in CRLF.
    fn take(&mut self) -> (Vec<u8>, u64) {
        let Self { mut kept, mut length, last_byte } = std::mem::take(self);
        if last_byte == b'\r' {
            length -= 1;
            kept.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        }
        (kept, length)
    }
}

impl<R: Read> LineBatches<R> {
    /// Reads from `reader`, whose lines are known by `name`. Of a line, `max_kept` bytes are held
    /// at most; the rest is counted.
    pub fn new(reader: R, name: impl Into<String>, batch: &BatchConfig, max_kept: usize) -> Self {
        Self {
            reader,
            name: name.into(),
            max_kept: max_kept.saturating_add(1),
            max_posts: batch.max_posts.max(1),
            max_bytes: batch.max_bytes,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            is_finished: false,
            line: Line::default(),
            next_offset: 0,
            bytes_read: 0,
        }
    }

    /// Bytes taken from the reader so far, line ends included.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next messages; none at the end.
    ///
    /// # Errors
    /// What the reader says. The lines before the error are lost to this batch only if the caller
    /// gives up.
    pub fn next_batch(&mut self) -> io::Result<Vec<RawMessage>> {
        let mut messages = Vec::new();
        let mut bytes = 0;
        while messages.len() < self.max_posts && bytes < self.max_bytes {
            if self.start == self.end && !messages.is_empty() {
                break;
            }
            let Some((kept, length)) = self.next_line(messages.is_empty())? else { break };
            let offset = self.next_offset;
            self.next_offset += 1;
            if length == kept.len() as u64 && kept.trim_ascii().is_empty() {
                continue;
            }
            bytes += kept.len();
            let position =
                SourcePosition { topic: self.name.clone(), partition: 0, offset, timestamp: None };
            messages.push(RawMessage { length, ..RawMessage::new(kept, position) });
        }
        Ok(messages)
    }

    /// The next line. Reads on only if `may_read`; otherwise there is none when the buffer ends
    /// within a line, which is continued next time.
    fn next_line(&mut self, may_read: bool) -> io::Result<Option<(Vec<u8>, u64)>> {
        loop {
            let unread = &self.buffer[self.start..self.end];
            if let Some(length) = memchr::memchr(b'\n', unread) {
                self.line.append(&unread[..length], self.max_kept);
                self.start += length + 1;
                return Ok(Some(self.line.take()));
            }
            self.line.append(unread, self.max_kept);
            self.start = self.end;
            if self.is_finished {
                let has_more = self.line.length > 0;
                return Ok(has_more.then(|| self.line.take()));
            }
            if !may_read {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = loop {
            match self.reader.read(&mut self.buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.start = 0;
        self.end = length;
        self.bytes_read += length as u64;
        self.is_finished = length == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(input: &[u8], max_kept: usize, max_posts: usize) -> Vec<RawMessage> {
        let batch = BatchConfig { max_posts, ..BatchConfig::default() };
        let mut lines = LineBatches::new(input, "f", &batch, max_kept);
        let mut messages = Vec::new();
        loop {
            let batch = lines.next_batch().unwrap();
            if batch.is_empty() {
                assert_eq!(lines.bytes_read(), input.len() as u64);
                return messages;
            }
            assert!(batch.len() <= max_posts);
            messages.extend(batch);
        }
    }

    #[test]
    fn lines_keep_their_numbers_whatever_ends_them() {
        let check = |input: &str, expected: &[(i64, &str)]| {
            let messages = read_all(input.as_bytes(), 100, 2);
            let found: Vec<_> = messages
                .iter()
                .map(|message| {
                    (message.position.offset, std::str::from_utf8(&message.bytes).unwrap())
                })
                .collect();
            assert_eq!(found, expected, "{input:?}");
        };
        check("", &[]);
        check("\n\r\n  \n", &[]);
        check("a\nb\nc\n", &[(0, "a"), (1, "b"), (2, "c")]);
        check("a\r\nb", &[(0, "a"), (1, "b")]);
        check("\n\na\n\nb\r", &[(2, "a"), (4, "b")]);
    }

    #[test]
    fn a_long_line_is_counted_whole_and_kept_in_part() {
        let long = [&b"x".repeat(3 * BUFFER_BYTES)[..], b"\r\nnext\n"].concat();
        let messages = read_all(&long, 10, 100);
        assert_eq!(messages[0].length, 3 * BUFFER_BYTES as u64);
        assert_eq!(messages[0].bytes, b"x".repeat(11));
        assert_eq!((messages[1].position.offset, &messages[1].bytes[..]), (1, &b"next"[..]));
    }

    proptest! {
        #[test]
        fn batches_hold_the_lines_of_the_whole(
            input in proptest::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            max_posts in 1_usize..5,
        ) {
            let messages = read_all(&input, 1000, max_posts);
            let expected: Vec<_> = input
                .split(|byte| *byte == b'\n')
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                .enumerate()
                .filter(|(_, line)| !line.trim_ascii().is_empty())
                .collect();
            prop_assert_eq!(messages.len(), expected.len());
            for (message, (number, line)) in messages.iter().zip(expected) {
                prop_assert_eq!(message.position.offset, number as i64);
                prop_assert_eq!(&message.bytes[..], line);
            }
        }
    }
}
