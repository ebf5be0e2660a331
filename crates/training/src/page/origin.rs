//! What was measured, by what, and how to read it.

use std::collections::BTreeSet;

use mingjian_schema::LabelledExample;

use super::markup::Markup;
use super::table::{Cell, table};
use super::{Side, section as page_section};

/// Under the page's heading: which models, which posts.
pub(super) fn subtitle(markup: &mut Markup, examples: &[LabelledExample], sides: &[Side<'_>]) {
    let sources: BTreeSet<_> = examples.iter().filter_map(|row| row.source.as_deref()).collect();
    let sources = Vec::from_iter(sources).join(", ");
    markup.element("p", &[("class", &"subtitle")], |markup| {
        for side in sides {
            let class = format!("key {}", side.class);
            markup.leaf("span", &[("class", &class)], side.heading(&side.by.name));
            markup.text(" ");
        }
        markup.text(format_args!("on {} labelled posts ({sources})", examples.len()));
    });
}

/// How the figures are made, and the digests of what judged.
pub(super) fn section(markup: &mut Markup, sides: &[Side<'_>]) {
    page_section(markup, "origin", "How to read this", |markup| {
        markup.element("ul", &[], |markup| {
            for note in NOTES {
                markup.leaf("li", &[], note);
            }
        });
        let rows = sides.iter().map(|side| {
            let versions = side.by.versions;
            let encoder = versions.encoder.as_deref().unwrap_or("none");
            let digests = [&versions.model, encoder, &versions.lexicon, &versions.policy];
            let mut cells: Vec<Cell> = digests.map(|digest| Cell::Text(short(digest))).into();
            cells.push(Cell::Text(versions.normaliser.clone()));
            cells.push(Cell::Text(versions.code.clone()));
            (side.heading(&side.by.name), cells)
        });
        let head = ["name", "model", "encoder", "lexicon", "policy", "normaliser", "code"];
        table(markup, "What judged, by the first characters of the digests", &head, rows);
    });
}

const NOTES: [&str; 7] = [
    "A post counts only for the categories that its source judged.",
    "AP is the average precision: the area under the precision–recall curve, by steps. Its 95 % \
     interval is a percentile bootstrap over the posts; those of shares are by Wilson.",
    "Macro figures are plain means over the categories with positives.",
    "ECE is the expected calibration error over ten bins of equal width: how far probabilities lie \
     from the shares they promise.",
    "Evidence is exact: the bias and all contributions add up to the margin, whose logistic \
     function is the probability. Underlined in red is what speaks for the category, dotted in \
     green what speaks against it; the stronger the colour, the larger the contribution. Where \
     items overlap, the colour is their sum. Hover over a mark, or open the line below a post.",
    "Long stretches without evidence are cut.",
    "A score says that a post is written like such conduct, not that it is such conduct. Labels \
     are wrong at times too: read the worst errors before trusting any figure.",
];

fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}
