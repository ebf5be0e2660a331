//! Ten thousand messages like those of a platform, one in ten of them broken.

use mingjian_schema::DeadLetterReason as Reason;
use serde_json::Value;

use crate::{jsonl, project};

pub(crate) const PARTITIONS: i32 = 4;
/// Longer messages are refused by the configuration of these tests.
pub(crate) const MAX_BYTES: usize = 20_000;
/// Stands in every broken message and may stand in no log line.
pub(crate) const SECRET: &str = "zq7-secret";

/// A message and what must become of it.
pub(crate) struct Message {
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    /// None is a record without a value.
    pub(crate) payload: Option<Vec<u8>>,
    /// Why it is broken; none for a good post.
    pub(crate) broken: Option<Reason>,
}

/// Posts from the samples and from our own examples, under ids of their own.
pub(crate) fn messages(count: usize) -> Vec<Message> {
    let files = [project::samples(), project::own_examples("dev"), project::own_examples("train")];
    let rows: Vec<Value> = files.iter().flat_map(|file| jsonl::read(file)).collect();
    (0..count)
        .zip(rows.iter().cycle())
        .map(|(number, row)| {
            let (payload, broken) = if number % 10 == 7 {
                let (payload, reason) = broken(number / 10);
                (payload, Some(reason))
            } else {
                let mut row = row.clone();
                row["id"] = format!("post-{number}").into();
                (Some(row.to_string().into_bytes()), None)
            };
            let partition = number as i32 % PARTITIONS;
            let offset = number as i64 / i64::from(PARTITIONS);
            Message { partition, offset, payload, broken }
        })
        .collect()
}

/// The `number`th broken message: all kinds take turns.
fn broken(number: usize) -> (Option<Vec<u8>>, Reason) {
    let (text, reason) = match number % 11 {
        0 => return (None, Reason::EmptyMessage),
        1 => {
            let bytes = [b"{\"id\":\"1\",\"text\":\"\xff\xfe", SECRET.as_bytes(), b"\"}"].concat();
            return (Some(bytes), Reason::NotUtf8);
        }
        2 => (format!(r#"{{"id":"{number}","text":"{SECRET} 没有"#), Reason::NotJson),
        3 => (format!("{SECRET} 不是对象"), Reason::NotJson),
        4 => (format!(r#"{{"text":"{SECRET} 没有编号"}}"#), Reason::MissingField),
        5 => (format!(r#"{{"id":{number},"text":"{SECRET}"}}"#), Reason::WrongType),
        6 => (format!(r#"{{"id":"","text":"{SECRET}"}}"#), Reason::EmptyId),
        7 => (format!(r#"{{"id":"{number}","text":" ","b":"{SECRET}"}}"#), Reason::EmptyText),
        8 => (format!(r#"{{"id":"{number}","text":"{SECRET}\u0000"}}"#), Reason::NullCharacter),
        9 => {
            let deep = ["[".repeat(9_000), "]".repeat(9_000)].concat();
            (format!(r#"{{"id":"{number}","text":"{SECRET}","x":{deep}}}"#), Reason::TooDeep)
        }
        _ => {
            let long = SECRET.repeat(MAX_BYTES / SECRET.len());
            (format!(r#"{{"id":"{number}","text":"{long}"}}"#), Reason::TooLarge)
        }
    };
    (Some(text.into_bytes()), reason)
}
