//! The posts that one model flags and the other does not.

use mingjian_schema::{Category, LabelledExample};

use super::markup::Markup;
use super::table::{Cell, table};
use super::{Side, errors, evidence, section as page_section, title};
use crate::evaluation::ScoredExample;

/// So many are shown in each category.
const MOST: usize = 20;

/// Writes what flipped between the two models, with the evidence of both.
pub(super) fn section(
    markup: &mut Markup,
    examples: &[LabelledExample],
    first: &Side<'_>,
    second: &Side<'_>,
) {
    page_section(markup, "flips", "Posts that flipped", |markup| {
        let note = "Posts that A flags for a category and B does not, or the other way round. \
                    Gained is what A does right and B did wrong.";
        markup.leaf("p", &[], note);
        let flips = |category| flips(first.by.scored, second.by.scored, category);
        let rows = Category::ALL.into_iter().filter_map(|category| {
            first.report(category)?;
            Some((title(category), counted(&flips(category))))
        });
        let head = [
            "category",
            "hits gained",
            "false positives gone",
            "hits lost",
            "false positives new",
            "net",
        ];
        table(markup, "Flips by category", &head, rows);
        for category in Category::ALL {
            let flips = flips(category);
            if !flips.is_empty() {
                write(markup, examples, (first, second), category, &flips);
            }
        }
    });
}

fn write(
    markup: &mut Markup,
    examples: &[LabelledExample],
    (first, second): (&Side<'_>, &Side<'_>),
    category: Category,
    flips: &[Flip],
) {
    let heading = if flips.len() > MOST {
        format!("{}: the {MOST} furthest apart of {}", title(category), flips.len())
    } else {
        format!("{}: all {}, furthest apart first", title(category), flips.len())
    };
    markup.element("details", &[("class", &"errors")], |markup| {
        markup.element("summary", &[], |markup| markup.leaf("h3", &[], heading));
        for flip in flips.iter().take(MOST) {
            let post = &examples[flip.row].post;
            markup.element("article", &[], |markup| {
                errors::about(markup, &first.by.scored[flip.row]);
                markup.leaf("p", &[("class", &"flip")], flip.name());
                markup.element("div", &[("class", &"both")], |markup| {
                    for side in [first, second] {
                        markup.element("div", &[], |markup| {
                            let scored = &side.by.scored[flip.row];
                            let said = if scored.flagged[category] { "flagged" } else { "passed" };
                            let words = format!("{said} at {:.3}", scored.probabilities[category]);
                            let class = format!("key {}", side.class);
                            markup.leaf("h4", &[("class", &class)], side.heading(&words));
                            let finding = (side.by.explain)(post, category);
                            evidence::post(markup, post, finding.as_ref());
                        });
                    }
                });
            });
        }
    });
}

/// A row that the two models decide differently.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Flip {
    row: usize,
    is_positive: bool,
    /// Whether the first model flags it; the second does the opposite.
    is_flagged: bool,
    apart: f64,
}

impl Flip {
    fn name(&self) -> &'static str {
        match (self.is_positive, self.is_flagged) {
            (true, true) => "hit gained",
            (false, false) => "false positive gone",
            (true, false) => "hit lost",
            (false, true) => "false positive new",
        }
    }
}

/// The flips of a category, those with the most different probabilities first.
fn flips(first: &[ScoredExample], second: &[ScoredExample], category: Category) -> Vec<Flip> {
    let mut flips: Vec<Flip> = first
        .iter()
        .zip(second)
        .enumerate()
        .filter(|(_, (one, other))| {
            one.annotated[category] && one.flagged[category] != other.flagged[category]
        })
        .map(|(row, (one, other))| Flip {
            row,
            is_positive: one.labels[category],
            is_flagged: one.flagged[category],
            apart: (one.probabilities[category] - other.probabilities[category]).abs(),
        })
        .collect();
    flips.sort_by(|left, right| right.apart.total_cmp(&left.apart));
    flips
}

fn counted(flips: &[Flip]) -> Vec<Cell> {
    let count = |is_positive: bool, is_flagged: bool| {
        let same = |flip: &&Flip| (flip.is_positive, flip.is_flagged) == (is_positive, is_flagged);
        flips.iter().filter(same).count()
    };
    let (gained, gone) = (count(true, true), count(false, false));
    let (lost, new) = (count(true, false), count(false, true));
    let net = (gained + gone) as i64 - (lost + new) as i64;
    let mut cells: Vec<Cell> = [gained, gone, lost, new].map(Cell::from).into();
    cells.push(Cell::Number(format!("{net:+}").replace('-', "−")));
    cells
}

#[cfg(test)]
mod tests {
    use mingjian_schema::PerCategory;

    use super::*;

    #[test]
    fn flips_are_told_apart_by_who_is_right() {
        let row = |labels: &str, probability: f64| {
            let line = format!(r#"{{"id":"1","text":"x","labels":{labels}}}"#);
            let example = LabelledExample::from_json(&line, String::new).unwrap();
            ScoredExample::new(&example, PerCategory([probability; 6]), |_| probability > 0.5)
        };
        let vulgar = r#"["vulgar"]"#;
        let first = [row(vulgar, 0.6), row("[]", 0.1), row(vulgar, 0.9), row("[]", 0.7)];
        let second = [row(vulgar, 0.4), row("[]", 0.9), row(vulgar, 0.8), row("[]", 0.2)];
        let found = flips(&first, &second, Category::Vulgar);
        let named: Vec<_> = found.iter().map(|flip| (flip.row, flip.name())).collect();
        let expected = [(1, "false positive gone"), (3, "false positive new"), (0, "hit gained")];
        assert_eq!(named, expected);
    }
}
