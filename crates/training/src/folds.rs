//! Folds that keep what belongs together on one side.

use mingjian_schema::LabelledExample;
use rustc_hash::FxHashMap;

/// Gives each row a fold from 0 to `folds - 1`. Rows that share a story or a writer's brief, also
/// through others, get the same fold; the choice depends on nothing but the names and the seed.
#[must_use]
pub fn assign_folds(rows: &[LabelledExample], folds: u64, seed: u64) -> Vec<u64> {
    let mut groups = Groups::new(rows.len());
    let mut first_with: FxHashMap<(&str, &str, &str), usize> = FxHashMap::default();
    for (index, row) in rows.iter().enumerate() {
        let source = row.source.as_deref().unwrap_or_default();
        let names = [("story", row.story.as_deref()), ("brief", row.brief.as_deref())];
        for (kind, name) in names.into_iter().filter_map(|(kind, name)| Some((kind, name?))) {
            let first = *first_with.entry((source, kind, name)).or_insert(index);
            groups.join(first, index);
        }
    }
    (0..rows.len())
        .map(|index| {
            let representative = &rows[groups.find(index)];
            stable_hash(seed, representative.post.id.as_bytes()) % folds.max(1)
        })
        .collect()
}

/// Union–find with path halving; the smallest index represents its group.
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn new(size: usize) -> Self {
        Self { parents: (0..size).collect() }
    }

    fn find(&mut self, mut index: usize) -> usize {
        while self.parents[index] != index {
            self.parents[index] = self.parents[self.parents[index]];
            index = self.parents[index];
        }
        index
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.find(left), self.find(right));
        let (low, high) = (left.min(right), left.max(right));
        self.parents[high] = low;
    }
}

/// 64-bit FNV-1a with a final mix: the same on every machine and in every version.
pub(crate) fn stable_hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, story: Option<&str>, brief: Option<&str>) -> LabelledExample {
        let story = story.map_or_else(String::new, |story| format!(r#","story":"{story}""#));
        let brief = brief.map_or_else(String::new, |brief| format!(r#","brief":"{brief}""#));
        let line = format!(r#"{{"id":"{id}","text":"x","labels":[]{story}{brief}}}"#);
        LabelledExample::from_json(&line, String::new).unwrap()
    }

    #[test]
    fn a_story_and_a_brief_stay_together_even_through_others() {
        let rows: Vec<_> = (0..40)
            .map(|n| row(&format!("free-{n}"), None, None))
            .chain([
                row("a", Some("s1"), Some("b1")),
                row("b", Some("s1"), Some("b2")),
                row("c", Some("s2"), Some("b2")),
            ])
            .collect();
        let folds = assign_folds(&rows, 5, 1);
        assert!(folds[40] == folds[41] && folds[41] == folds[42]);
        assert!((0..5).all(|fold| folds.contains(&fold)));
        assert_eq!(folds, assign_folds(&rows, 5, 1));
    }
}
