//! Evidence as a reader meets it: in the post's own text, and in a table.

use std::collections::BTreeSet;

use mingjian_schema::{CategoryFinding, Evidence, EvidenceKind, Field, Post};
use serde::Serialize;

use super::markup::Markup;
use super::table::{Cell, table};

/// Unmarked stretches longer than this are cut, and so much is kept on either side of the cut.
const LONGEST_PLAIN: usize = 180;
const KEPT: usize = 70;

/// Writes the post with what speaks for and against the category marked in it, and then the sum.
pub(super) fn post(markup: &mut Markup, post: &Post, finding: Option<&CategoryFinding>) {
    for (field, original) in
        [(Field::Title, post.title()), (Field::Text, post.text()), (Field::Body, post.body())]
    {
        if original.is_empty() {
            continue;
        }
        let class = format!("field {}", field.id());
        markup.element("p", &[("class", &class), ("lang", &"zh"), ("dir", &"auto")], |markup| {
            markup.leaf("span", &[("class", &"name"), ("lang", &"en")], field.id());
            for piece in pieces(original, field, finding) {
                write(markup, &piece);
            }
        });
    }
    if let Some(finding) = finding {
        sum(markup, finding);
    }
}

/// A stretch of a field and what covers it.
struct Piece<'a> {
    text: &'a str,
    items: Vec<&'a Evidence>,
}

/// Cuts a field wherever an item of evidence begins or ends, so that items may overlap.
fn pieces<'a>(
    original: &'a str,
    field: Field,
    finding: Option<&'a CategoryFinding>,
) -> Vec<Piece<'a>> {
    let evidence = finding.map_or(&[][..], |finding| &finding.evidence);
    let spans: Vec<(usize, usize, &Evidence)> = evidence
        .iter()
        .filter(|item| item.field == Some(field))
        .filter_map(|item| span(item, original).map(|(start, end)| (start, end, item)))
        .collect();
    let mut cuts = BTreeSet::from([0, original.len()]);
    cuts.extend(spans.iter().flat_map(|(start, end, _)| [*start, *end]));
    let cuts = Vec::from_iter(cuts);
    cuts.windows(2)
        .map(|edges| Piece {
            text: &original[edges[0]..edges[1]],
            items: spans
                .iter()
                .filter(|(start, end, _)| *start <= edges[0] && edges[1] <= *end)
                .map(|(_, _, item)| *item)
                .collect(),
        })
        .collect()
}

/// Where an item stands, unless it covers the whole field: that would mark nothing.
fn span(item: &Evidence, original: &str) -> Option<(usize, usize)> {
    let (start, end) = (item.byte_start? as usize, item.byte_end? as usize);
    let is_local = start < end && (start, end) != (0, original.len());
    (is_local && original.get(start..end).is_some()).then_some((start, end))
}

fn write(markup: &mut Markup, piece: &Piece<'_>) {
    if piece.items.is_empty() {
        plain(markup, piece.text);
        return;
    }
    let total: f64 = piece.items.iter().map(|item| item.contribution).sum();
    let side = if total > 0.0 { "for" } else { "against" };
    let class = format!("{side} weight{}", weight(total));
    let items: Vec<String> = piece.items.iter().map(|item| describe(item)).collect();
    markup.leaf("mark", &[("class", &class), ("title", &items.join("\n"))], piece.text);
}

/// How strongly a mark is coloured, from 1 to 5.
fn weight(contribution: f64) -> usize {
    1 + [0.25, 0.5, 1.0, 2.0].iter().filter(|bound| contribution.abs() >= **bound).count()
}

fn plain(markup: &mut Markup, text: &str) {
    let count = text.chars().count();
    if count <= LONGEST_PLAIN {
        markup.text(text);
        return;
    }
    let offset = |character: usize| {
        text.char_indices().nth(character).map_or(text.len(), |(offset, _)| offset)
    };
    markup.text(&text[..offset(KEPT)]);
    let left_out = format!(" … {} characters … ", count - 2 * KEPT);
    markup.leaf("span", &[("class", &"cut"), ("lang", &"en")], left_out);
    markup.text(&text[offset(count - KEPT)..]);
}

/// An item in one line: what fired, of which kind, what it adds, and what disguise was undone.
fn describe(item: &Evidence) -> String {
    let mut words = Vec::from_iter(item.rule.clone());
    words.push(name(&item.kind));
    words.push(amount(item.contribution));
    if let Some(read) = read_otherwise(item) {
        words.push(format!("read as 「{read}」"));
    }
    if !item.obfuscation.is_empty() {
        words.push(format!("disguise: {}", disguises(item)));
    }
    words.join(" · ")
}

fn sum(markup: &mut Markup, finding: &CategoryFinding) {
    let shown = finding.evidence.iter().filter(|item| item.kind != EvidenceKind::Rest).count();
    markup.element("details", &[("class", &"sum")], |markup| {
        markup.element("summary", &[], |markup| {
            markup.text(format_args!(
                "bias {} and {shown} items of evidence make {}: probability {:.3}, threshold {:.3}",
                amount(finding.bias),
                amount(finding.margin),
                finding.probability,
                finding.threshold
            ));
        });
        let rows = finding.evidence.iter().map(|item| {
            let what = item.text.clone().unwrap_or_else(|| "everything smaller".to_owned());
            let cells = vec![
                Cell::Number(amount(item.contribution)),
                Cell::Text(name(&item.kind)),
                Cell::Text(item.rule.clone().unwrap_or_default()),
                Cell::Text(read_otherwise(item).unwrap_or_default().to_owned()),
                Cell::Text(disguises(item)),
            ];
            (cut(&what), cells)
        });
        let head = ["evidence", "adds", "kind", "rule", "read as", "disguise"];
        table(markup, "Evidence, strongest first", &head, rows);
    });
}

/// Long spans, such as a whole headline, are named by how they begin.
fn cut(text: &str) -> String {
    const LONGEST: usize = 24;
    let head: String = text.chars().take(LONGEST).collect();
    if head.len() < text.len() { head + "…" } else { head }
}

fn read_otherwise(item: &Evidence) -> Option<&str> {
    let read = item.normalised.as_deref()?;
    (item.text.as_deref() != Some(read)).then_some(read)
}

fn disguises(item: &Evidence) -> String {
    item.obfuscation.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The name of a value on the wire.
fn name(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

fn amount(contribution: f64) -> String {
    format!("{contribution:+.2}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(spans: &[(u32, u32, f64)]) -> CategoryFinding {
        let evidence: Vec<_> = spans
            .iter()
            .map(|(start, end, contribution)| {
                serde_json::json!({
                    "field": "text", "byte_start": start, "byte_end": end, "kind": "lexicon",
                    "contribution": contribution, "rule": "a<b", "obfuscation": ["look_alike"],
                })
            })
            .collect();
        serde_json::from_value(serde_json::json!({
            "category": "vulgar", "score": 60, "probability": 0.7, "threshold": 0.5, "margin": 1,
            "bias": -2, "look": "linear", "evidence": evidence,
        }))
        .unwrap()
    }

    fn cut_up(original: &str, spans: &[(u32, u32, f64)]) -> Vec<(String, usize)> {
        let finding = finding(spans);
        let pieces = pieces(original, Field::Text, Some(&finding));
        pieces.iter().map(|piece| (piece.text.to_owned(), piece.items.len())).collect()
    }

    #[test]
    fn overlapping_items_share_what_they_both_cover() {
        let found = cut_up("甲乙丙丁", &[(0, 6, 1.0), (3, 9, -0.5)]);
        let expected = [("甲", 1), ("乙", 2), ("丙", 1), ("丁", 0)];
        assert_eq!(found, expected.map(|(text, items)| (text.to_owned(), items)));
    }

    #[test]
    fn an_item_that_covers_everything_or_falls_into_a_character_marks_nothing() {
        assert_eq!(cut_up("甲乙", &[(0, 6, 1.0)]), [("甲乙".to_owned(), 0)]);
        assert_eq!(cut_up("甲乙", &[(1, 3, 1.0), (3, 99, 1.0)]), [("甲乙".to_owned(), 0)]);
    }

    #[test]
    fn marks_say_what_they_stand_for_and_escape_the_post() {
        let written = |post: &Post| {
            let mut markup = Markup::default();
            super::post(&mut markup, post, Some(&finding(&[(0, 8, 1.5)])));
            markup.into_document()
        };
        let page = written(&Post::from_text("1", "<script>alert(1)</script>"));
        assert!(!page.contains("<script"), "{page}");
        let mark = "<mark class=\"for weight4\" title=\"a&lt;b · lexicon · +1.50 · disguise: look \
                    alike\">&lt;script&gt;</mark>";
        assert!(page.contains(mark), "{page}");
    }

    #[test]
    fn long_plain_stretches_are_cut() {
        let mut markup = Markup::default();
        plain(&mut markup, &"长".repeat(1_000));
        let page = markup.into_document();
        assert!(page.contains("… 860 characters …"), "{page}");
        assert_eq!(page.matches('长').count(), 2 * KEPT);
    }
}
