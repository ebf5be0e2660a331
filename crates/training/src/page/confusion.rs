//! What posts of each label were flagged as.

use mingjian_schema::Category;

use super::figures::{percent, share};
use super::markup::Markup;
use super::table::{Cell, table};
use super::{Side, section as page_section, title};
use crate::evaluation::ScoredExample;

/// Writes the table, one for each model.
pub(super) fn section(markup: &mut Markup, sides: &[Side<'_>]) {
    page_section(markup, "confusion", "Confusion between categories", |markup| {
        let note = "Each row holds the posts with a label, each column what they were flagged as, \
                    with its share of the row. A post may carry several labels and be flagged for \
                    several categories. Only categories that a post's source judged count.";
        markup.leaf("p", &[], note);
        for side in sides {
            let mut head = vec!["label ↓ flagged as →", "posts"];
            head.extend(Category::ALL.map(Category::id));
            head.push("nothing");
            let labels = Category::ALL.into_iter().map(Some).chain([None]);
            let rows = labels.filter_map(|label| row(side.by.scored, label));
            table(markup, &side.heading("True label against what was flagged"), &head, rows);
        }
    });
}

/// The row of a label, or of the posts without any; nothing if there is no such post.
fn row(scored: &[ScoredExample], label: Option<Category>) -> Option<(String, Vec<Cell>)> {
    let posts: Vec<_> = scored
        .iter()
        .filter(|row| label.map_or(row.is_normal(), |category| row.labels[category]))
        .collect();
    if posts.is_empty() {
        return None;
    }
    let mut cells = vec![posts.len().into()];
    for category in Category::ALL {
        let judged = posts.iter().filter(|row| row.annotated[category]);
        let flagged = judged.clone().filter(|row| row.flagged[category]).count();
        cells.push(cell(flagged, judged.count()));
    }
    let nothing = posts.iter().filter(|row| !row.is_flagged_as_judged()).count();
    cells.push(cell(nothing, posts.len()));
    Some((label.map_or_else(|| "normal".to_owned(), title), cells))
}

fn cell(part: usize, whole: usize) -> Cell {
    match share(part, whole) {
        None => Cell::Text("not judged".to_owned()),
        Some(share) => {
            let text = match part {
                0 => "0".to_owned(),
                _ => format!("{part} ({:.0} %)", 100.0 * share),
            };
            let meaning = format!("{part} of {whole}: {}", percent(Some(share)));
            Cell::Shaded(text, share, meaning)
        }
    }
}
