//! Normal posts that were flagged, by where they come from and what they are about.

use std::collections::BTreeMap;

use mingjian_schema::Category;

use super::figures::{percent, percent_interval, share, signed_points};
use super::markup::Markup;
use super::table::{Cell, table};
use super::{Side, section as page_section};
use crate::evaluation::ScoredExample;
use crate::metrics::wilson_interval;

/// So many are shown at once, those with the most flagged posts.
const MOST: usize = 12;

/// Writes a table of sources and one of topics.
pub(super) fn section(markup: &mut Markup, sides: &[Side<'_>]) {
    page_section(markup, "normals", "False positives on normal posts", |markup| {
        let note = "A normal post carries no label. It counts as flagged if a category that its \
                    source judged is at or above its threshold.";
        markup.leaf("p", &[], note);
        by(markup, sides, "source", |row| Some(&row.source));
        by(markup, sides, "topic", |row| row.topic.as_ref());
    });
}

fn by(
    markup: &mut Markup,
    sides: &[Side<'_>],
    kind: &str,
    name: impl Fn(&ScoredExample) -> Option<&String>,
) {
    let groups: Vec<_> = sides.iter().map(|side| grouped(side.by.scored, &name)).collect();
    let mut names: Vec<&String> = groups[0].keys().copied().collect();
    names.sort_by_key(|name| std::cmp::Reverse(groups[0][*name].flagged));
    let is_worth_showing =
        |name: &&String| groups.iter().any(|group| group[*name].flagged > 0) || kind == "source";
    let (shown, clean): (Vec<&String>, Vec<&String>) =
        names.into_iter().partition(is_worth_showing);
    if shown.is_empty() && clean.is_empty() {
        markup.leaf("p", &[], format_args!("No normal post names its {kind}."));
        return;
    }
    let mut head = vec![kind, "normal"];
    for side in sides {
        head.extend(if side.class == "a" {
            ["flagged", "share", "flagged as"]
        } else {
            ["B flagged", "B share", "B flagged as"]
        });
    }
    if sides.len() > 1 {
        head.push("A − B");
    }
    let row = |name: &&String| {
        let group: Vec<&Group> = groups.iter().map(|group| &group[*name]).collect();
        ((*name).clone(), cells(&group))
    };
    let caption = format!("Normal posts flagged, by {kind}");
    let (worst, others) = shown.split_at(shown.len().min(MOST));
    table(markup, &caption, &head, worst.iter().map(row));
    if !others.is_empty() {
        markup.element("details", &[], |markup| {
            markup.leaf("summary", &[], format_args!("{} with fewer", others.len()));
            table(markup, &caption, &head, others.iter().map(row));
        });
    }
    if !clean.is_empty() {
        let posts: usize = clean.iter().map(|name| groups[0][*name].normals).sum();
        let plural = if clean.len() == 1 { "" } else { "s" };
        let words = format!(
            "No post is flagged in {} more {kind}{plural} with {posts} normal posts.",
            clean.len()
        );
        markup.leaf("p", &[], words);
    }
}

fn cells(groups: &[&Group]) -> Vec<Cell> {
    let mut cells = vec![groups[0].normals.into()];
    for group in groups {
        let range = wilson_interval(group.flagged, group.normals);
        cells.push(group.flagged.into());
        cells.push(Cell::Between(percent(group.share()), percent_interval(range)));
        cells.push(Cell::Text(group.named()));
    }
    if let [first, second] = groups {
        let difference = first.share().zip(second.share()).map(|(one, other)| one - other);
        cells.push(Cell::Number(signed_points(difference)));
    }
    cells
}

/// The normal posts of a source or a topic.
#[derive(Default)]
struct Group {
    normals: usize,
    flagged: usize,
    as_category: [usize; Category::COUNT],
}

impl Group {
    fn share(&self) -> Option<f64> {
        share(self.flagged, self.normals)
    }

    /// What they were flagged as, most frequent first.
    fn named(&self) -> String {
        let mut named: Vec<_> = Category::ALL
            .into_iter()
            .map(|category| (self.as_category[category.index()], category))
            .filter(|(count, _)| *count > 0)
            .collect();
        named.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let named: Vec<_> =
            named.iter().map(|(count, category)| format!("{category} {count}")).collect();
        named.join(", ")
    }
}

fn grouped<'a>(
    scored: &'a [ScoredExample],
    name: impl Fn(&'a ScoredExample) -> Option<&'a String>,
) -> BTreeMap<&'a String, Group> {
    let mut groups: BTreeMap<&String, Group> = BTreeMap::new();
    for row in scored.iter().filter(|row| row.is_normal()) {
        let Some(name) = name(row) else { continue };
        let group = groups.entry(name).or_default();
        group.normals += 1;
        group.flagged += usize::from(row.is_flagged_as_judged());
        for category in Category::ALL {
            let is_wrong = row.annotated[category] && row.flagged[category];
            group.as_category[category.index()] += usize::from(is_wrong);
        }
    }
    groups
}
