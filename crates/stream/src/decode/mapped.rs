//! Posts in other shapes, read by JSON Pointer (RFC 6901).

use std::fmt;

use mingjian_schema::Post;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Rejection, shape};
use crate::FieldMap;

/// Under this name stand fields of the original whose own name a mapped field took.
const DISPLACED: &str = "unmapped";

/// Where each field of a post stands in the original.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    /// Our name, with a dot before a field of the author.
    path: &'static str,
    pointer: String,
    /// The first step of the pointer, and the rest of it.
    top: String,
    below: String,
}

/// A post in our names, with everything of the original that was not mapped.
#[derive(Debug, Clone)]
pub(super) struct MappedPost {
    canonical: Map<String, Value>,
    rest: Vec<(String, Box<RawValue>)>,
    displaced: Vec<(String, Box<RawValue>)>,
}

impl Rule {
    fn new(path: &'static str, pointer: &str) -> Self {
        let steps = pointer.strip_prefix('/').unwrap_or(pointer);
        let (top, below) = match steps.find('/') {
            Some(slash) => steps.split_at(slash),
            None => (steps, ""),
        };
        let top = top.replace("~1", "/").replace("~0", "~");
        Self { path, pointer: pointer.to_owned(), top, below: below.to_owned() }
    }
}

impl Mapping {
    pub(super) fn new(fields: &FieldMap) -> Self {
        let rules = fields.pointers().map(|(path, pointer)| Rule::new(path, pointer)).collect();
        Self { rules }
    }

    pub(super) fn read_post(&self, json: &str) -> Result<(Post, MappedPost), Rejection> {
        // An array, or a bare value, is refused by the entries' own parser.
        let entries = serde_json::from_str::<Entries>(json).map_err(|error| {
            shape::read_post(json).err().unwrap_or_else(|| shape::reject_syntax(&error))
        })?;
        let mut canonical = Map::new();
        for rule in &self.rules {
            if let Some(value) = rule.resolve(&entries)? {
                place(&mut canonical, rule.path, value);
            }
        }
        let (mut rest, mut displaced) = (Vec::new(), Vec::new());
        for (name, value) in entries.0 {
            let is_mapped = self.rules.iter().any(|rule| rule.below.is_empty() && rule.top == name);
            if is_mapped {
                continue;
            }
            let target = if canonical.contains_key(&name) { &mut displaced } else { &mut rest };
            target.push((name, value));
        }
        let post = serde_json::from_value(Value::Object(canonical.clone()))
            .map_err(|_| self.blame(&canonical))?;
        Ok((post, MappedPost { canonical, rest, displaced }))
    }

    fn blame(&self, canonical: &Map<String, Value>) -> Rejection {
        shape::blame_field(canonical).rejection(|path| {
            match self.rules.iter().find(|rule| rule.path == path) {
                Some(rule) => format!("`{path}` (mapped from `{}`)", rule.pointer),
                None => format!("`{path}`"),
            }
        })
    }
}

impl Rule {
    /// The value that the pointer names. The last of equal names counts, as in most parsers.
    fn resolve(&self, entries: &Entries) -> Result<Option<Value>, Rejection> {
        let found = entries.0.iter().rev().find(|(name, _)| *name == self.top);
        let Some((_, raw)) = found else { return Ok(None) };
        // Half a surrogate pair passes as raw text and fails only here.
        let top: Value =
            serde_json::from_str(raw.get()).map_err(|error| shape::reject_syntax(&error))?;
        Ok(match top.pointer(&self.below) {
            None | Some(Value::Null) => None,
            // Many platforms number their posts and accounts.
            Some(Value::Number(number)) if self.path.ends_with("id") => {
                Some(Value::String(number.to_string()))
            }
            Some(value) => Some(value.clone()),
        })
    }
}

fn place(canonical: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            canonical.insert(path.to_owned(), value);
        }
        Some((parent, name)) => {
            let parent = canonical.entry(parent).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(fields) = parent {
                fields.insert(name.to_owned(), value);
            }
        }
    }
}

impl Serialize for MappedPost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.canonical {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in &self.rest {
            map.serialize_entry(name, value)?;
        }
        if !self.displaced.is_empty() {
            map.serialize_entry(DISPLACED, &Object(&self.displaced))?;
        }
        map.end()
    }
}

struct Object<'a>(&'a [(String, Box<RawValue>)]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The fields of an object in their order, with their text untouched.
struct Entries(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
