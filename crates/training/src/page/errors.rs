//! The worst errors of a category: what was flagged most surely though it should not have been,
//! and what was missed most surely.

use mingjian_schema::{Category, LabelledExample};

use super::markup::Markup;
use super::{Side, evidence};
use crate::evaluation::ScoredExample;

/// So many of each kind are shown.
const MOST: usize = 10;

/// Writes the errors of a model.
pub(super) fn write(
    markup: &mut Markup,
    examples: &[LabelledExample],
    side: &Side<'_>,
    category: Category,
) {
    let errors = Errors::of(side.by.scored, category);
    let kinds = [
        ("False positives", "highest probability first", &errors.false_positives),
        ("Misses", "lowest probability first", &errors.misses),
    ];
    for (name, order, rows) in kinds {
        let words = match rows.len() {
            0 => format!("{name}: none"),
            all if all > MOST => format!("{name}: {MOST} of {all}, {order}"),
            all => format!("{name}: all {all}, {order}"),
        };
        let heading = side.heading(&words);
        if rows.is_empty() {
            markup.leaf("p", &[("class", &"none")], heading);
            continue;
        }
        let class = format!("errors {}", side.class);
        markup.element("details", &[("class", &class)], |markup| {
            markup.element("summary", &[], |markup| markup.leaf("h3", &[], heading));
            for &row in rows.iter().take(MOST) {
                markup.element("article", &[], |markup| {
                    let scored = &side.by.scored[row];
                    about(markup, scored);
                    let probability = scored.probabilities[category];
                    markup.leaf("p", &[("class", &"score")], format_args!("{probability:.3}"));
                    let post = &examples[row].post;
                    evidence::post(markup, post, (side.by.explain)(post, category).as_ref());
                });
            }
        });
    }
}

/// Which post it is, where it comes from and what it is labelled.
pub(super) fn about(markup: &mut Markup, row: &ScoredExample) {
    markup.element("p", &[("class", &"about")], |markup| {
        markup.leaf("code", &[], &row.id);
        for (kind, name) in [("source", Some(&row.source)), ("topic", row.topic.as_ref())] {
            if let Some(name) = name.filter(|name| !name.is_empty()) {
                markup.text(format_args!(" · {kind} {name}"));
            }
        }
        let labels = named(|category| row.labels[category]);
        markup.text(" · label ");
        markup.leaf("b", &[], if labels.is_empty() { "normal" } else { &labels });
        let flagged = named(|category| row.flagged[category]);
        if !flagged.is_empty() {
            markup.text(format_args!(" · flagged {flagged}"));
        }
    });
}

/// The categories of which something holds.
pub(super) fn named(holds: impl Fn(Category) -> bool) -> String {
    let named: Vec<_> =
        Category::ALL.into_iter().filter(|&category| holds(category)).map(Category::id).collect();
    named.join(", ")
}

/// Positions of wrongly judged rows, worst first.
#[derive(Debug, Default, PartialEq)]
struct Errors {
    false_positives: Vec<usize>,
    misses: Vec<usize>,
}

impl Errors {
    fn of(scored: &[ScoredExample], category: Category) -> Self {
        let mut errors = Self::default();
        for (index, row) in scored.iter().enumerate().filter(|(_, row)| row.annotated[category]) {
            match (row.flagged[category], row.labels[category]) {
                (true, false) => errors.false_positives.push(index),
                (false, true) => errors.misses.push(index),
                _ => {}
            }
        }
        let probability = |index: &usize| scored[*index].probabilities[category];
        let rising = |left: &usize, right: &usize| probability(left).total_cmp(&probability(right));
        errors.misses.sort_by(rising);
        errors.false_positives.sort_by(|left, right| rising(right, left));
        errors
    }
}

#[cfg(test)]
mod tests {
    use mingjian_schema::PerCategory;

    use super::*;

    #[test]
    fn the_surest_errors_come_first_and_unjudged_rows_are_none() {
        let row = |labels: &str, annotated: &str, probability: f64, is_flagged: bool| {
            let line =
                format!(r#"{{"id":"1","text":"x","labels":{labels},"annotated":{annotated}}}"#);
            let example = LabelledExample::from_json(&line, String::new).unwrap();
            ScoredExample::new(&example, PerCategory([probability; 6]), |_| is_flagged)
        };
        let judged = r#"["rumour"]"#;
        let rows = [
            row("[]", judged, 0.7, true),
            row("[]", judged, 0.9, true),
            row("[]", r#"["vulgar"]"#, 0.99, true),
            row(judged, judged, 0.3, false),
            row(judged, judged, 0.1, false),
            row(judged, judged, 0.8, true),
        ];
        let errors = Errors::of(&rows, Category::Rumour);
        assert_eq!(errors, Errors { false_positives: vec![1, 0], misses: vec![4, 3] });
    }
}
