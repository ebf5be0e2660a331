//! Tables with headers, wide ones to be scrolled sideways.

use super::markup::Markup;

/// What stands in a cell.
pub(super) enum Cell {
    /// A name or a sentence.
    Text(String),
    /// A figure.
    Number(String),
    /// A figure with the interval that it may lie in.
    Between(String, String),
    /// A figure whose cell is shaded by a share from 0 to 1, with what it means.
    Shaded(String, f64, String),
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Number(count.to_string())
    }
}

/// Writes a table. The first cell of each row names the row.
pub(super) fn table(
    markup: &mut Markup,
    caption: &str,
    head: &[&str],
    rows: impl IntoIterator<Item = (String, Vec<Cell>)>,
) {
    let rows = Vec::from_iter(rows);
    // A column's head stands where its figures do.
    let is_text = |column: usize| {
        let cell = column.checked_sub(1).and_then(|cell| rows.first()?.1.get(cell));
        matches!(cell, Some(Cell::Text(_)))
    };
    let region: super::markup::Attributes<'_> =
        &[("class", &"scroll"), ("role", &"region"), ("tabindex", &"0"), ("aria-label", &caption)];
    markup.element("div", region, |markup| {
        markup.element("table", &[], |markup| {
            markup.leaf("caption", &[], caption);
            markup.element("thead", &[], |markup| {
                markup.element("tr", &[], |markup| {
                    for (column, name) in head.iter().enumerate() {
                        let class = if is_text(column) { "text" } else { "number" };
                        markup.leaf("th", &[("scope", &"col"), ("class", &class)], name);
                    }
                });
            });
            markup.element("tbody", &[], |markup| {
                for (name, cells) in &rows {
                    markup.element("tr", &[], |markup| {
                        markup.leaf("th", &[("scope", &"row")], name);
                        cells.iter().for_each(|cell| write(markup, cell));
                    });
                }
            });
        });
    });
}

fn write(markup: &mut Markup, cell: &Cell) {
    match cell {
        Cell::Text(text) => markup.leaf("td", &[("class", &"text")], text),
        Cell::Number(number) => markup.leaf("td", &[], number),
        Cell::Between(number, interval) => markup.element("td", &[], |markup| {
            markup.text(number);
            if !interval.is_empty() {
                markup.text(" ");
                markup.leaf("small", &[], interval);
            }
        }),
        Cell::Shaded(number, share, meaning) => {
            // Classes, not styles: the colours belong to the scheme.
            let level = (share.clamp(0.0, 1.0) * 5.0).ceil();
            let class = format!("shade{level}");
            markup.leaf("td", &[("class", &class), ("title", meaning)], number);
        }
    }
}
