//! What goes in, and what must come of it.

use std::collections::BTreeSet;

pub(super) const PARTITIONS: i32 = 4;
/// Messages in each partition.
pub(super) const EACH: i64 = 100;

/// The message at a place: of ten, one is broken and three are flagged.
pub(super) fn message(partition: i32, offset: i64) -> Vec<u8> {
    let id = id(partition, offset);
    match offset % 10 {
        0 => format!("{{broken {id}"),
        1..=3 => format!(r#"{{"id":"{id}","text":"震惊！"}}"#),
        _ => format!(r#"{{"id":"{id}","text":"平常"}}"#),
    }
    .into_bytes()
}

fn id(partition: i32, offset: i64) -> String {
    format!("{partition}-{offset}")
}

fn places() -> impl Iterator<Item = (i32, i64)> {
    (0..PARTITIONS).flat_map(|partition| (0..EACH).map(move |offset| (partition, offset)))
}

/// The keys of the records that must come out: topic and key.
pub(super) fn expected() -> BTreeSet<(String, String)> {
    places()
        .filter_map(|(partition, offset)| match offset % 10 {
            0 => Some(("dead-letters".to_owned(), format!("posts/{partition}/{offset}"))),
            1..=3 => Some(("review".to_owned(), id(partition, offset))),
            _ => None,
        })
        .collect()
}
