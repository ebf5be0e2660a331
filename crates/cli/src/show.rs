//! Flagged posts and counts, for people.

use comfy_table::{Cell, CellAlignment, Table, presets};
use mingjian_schema::{
    Category, CategoryFinding, EvidenceKind, Field, FlaggedPost, Post, Suggestion,
};
use mingjian_stream::Counts;

use crate::paint;

/// So many reasons are named under a post.
const REASONS: usize = 4;
/// Longer texts are cut for display.
const LONGEST_TEXT: usize = 160;

/// A flagged post with its categories, its text with the evidence marked, and the reasons.
pub(crate) fn flagged(record: &FlaggedPost) -> String {
    let post: Post = serde_json::from_str(record.post.get()).unwrap_or_default();
    let urgent = match record.decision.suggestion {
        Suggestion::Priority => paint::alarming("priority"),
        _ => "review".to_owned(),
    };
    let mut lines = vec![format!("\n{}  {urgent}", paint::strong(&record.id))];
    let strongest = record.categories.first();
    for (field, original) in [(Field::Title, post.title()), (Field::Text, post.text())] {
        if let Some(finding) = strongest.filter(|_| !original.is_empty()) {
            lines.push(format!("  {}", cut(&paint::marked(original, field, finding))));
        }
    }
    for finding in &record.categories {
        lines.push(format!(
            "  {} {}  probability {:.2} (threshold {:.2})  {}",
            paint::strong(finding.category.id()),
            finding.category.name_zh(),
            finding.probability,
            finding.threshold,
            paint::faint(reasons(finding)),
        ));
    }
    lines.join("\n")
}

/// The strongest items that speak for a finding.
fn reasons(finding: &CategoryFinding) -> String {
    let named: Vec<String> = finding
        .evidence
        .iter()
        .filter(|item| item.contribution > 0.0 && item.kind != EvidenceKind::Rest)
        .take(REASONS)
        .map(|item| {
            let text = item.text.as_deref().unwrap_or_default();
            let name = match (&item.rule, item.kind) {
                (Some(rule), EvidenceKind::Structure) => rule.clone(),
                (Some(rule), _) => format!("{rule}「{text}」"),
                (None, _) => format!("「{text}」"),
            };
            format!("{name} {:+.1}", item.contribution)
        })
        .collect();
    named.join("  ").replace(['\n', '\r'], " ")
}

fn cut(text: &str) -> String {
    // Colour codes count too, so that a cut never falls into one: only plain text is cut.
    if text.contains('\u{1b}') || text.chars().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let head: String = text.chars().take(LONGEST_TEXT).collect();
    format!("{head}…")
}

/// What became of the posts: a table of categories and one of dead letters.
pub(crate) fn counts(counts: &Counts) -> String {
    let mut parts = Vec::new();
    if counts.flagged > 0 {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["category", "", "flagged"]);
        for category in Category::ALL {
            let number = counts.flagged_by_category[category];
            table.add_row([
                Cell::new(category.id()),
                Cell::new(category.name_zh()),
                Cell::new(number).set_alignment(CellAlignment::Right),
            ]);
        }
        parts.push(format!("\n{table}"));
    }
    let share = 100.0 * counts.flagged as f64 / counts.read.max(1) as f64;
    parts.push(format!(
        "{} posts: {} passed, {} flagged ({share:.1} %), {} dead letters",
        counts.read, counts.passed, counts.flagged, counts.dead_lettered
    ));
    for (reason, number) in &counts.dead_lettered_by_reason {
        parts.push(format!("  {number} × {reason}"));
    }
    parts.join("\n")
}
