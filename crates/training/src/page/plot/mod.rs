//! Plots drawn as SVG inside the page: axes from 0 to 1, and what each plot puts between them.

mod curve;
mod histogram;
mod reliability;

use std::fmt::{self, Display};

pub(super) use curve::{Curve, precision_recall};
pub(super) use histogram::histogram;
pub(super) use reliability::reliability;

use super::markup::Markup;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 308.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 210.0;
const TICKS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// A place in a plot, in pixels of its view box.
type Place = (f64, f64);

/// The place of a point whose coordinates run from 0 to 1.
fn place(across: f64, up: f64) -> Place {
    (LEFT + across * (RIGHT - LEFT), BOTTOM - up * (BOTTOM - TOP))
}

/// A coordinate, no finer than anybody can see.
struct Pixels(f64);

impl Display for Pixels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1}", self.0)
    }
}

/// A plot's name and what it shows, in words for those who do not see it.
struct Plot<'a> {
    /// Unique in the page.
    id: &'a str,
    title: &'a str,
    description: &'a str,
    across: &'a str,
    up: &'a str,
    /// Whether the axis that leads up counts from 0 to 1.
    has_shares_up: bool,
}

impl Plot<'_> {
    fn draw(&self, markup: &mut Markup, marks: impl FnOnce(&mut Markup)) {
        let (title_id, description_id) =
            (format!("{}-title", self.id), format!("{}-desc", self.id));
        let labels = format!("{title_id} {description_id}");
        let view = format!("0 0 {WIDTH} {HEIGHT}");
        let attributes: super::markup::Attributes<'_> =
            &[("id", &self.id), ("viewBox", &view), ("role", &"img"), ("aria-labelledby", &labels)];
        markup.element("svg", attributes, |markup| {
            markup.leaf("title", &[("id", &title_id)], self.title);
            markup.leaf("desc", &[("id", &description_id)], self.description);
            self.axes(markup);
            marks(markup);
        });
    }

    fn axes(&self, markup: &mut Markup) {
        for tick in TICKS {
            line(markup, "grid", place(tick, 0.0), place(tick, 1.0));
            let (x, y) = place(tick, 0.0);
            label(markup, "tick middle", (x, y + 14.0), tick);
            if self.has_shares_up {
                line(markup, "grid", place(0.0, tick), place(1.0, tick));
                let (x, y) = place(0.0, tick);
                label(markup, "tick end", (x - 5.0, y + 3.5), tick);
            }
        }
        label(markup, "axis middle", (place(0.5, 0.0).0, HEIGHT - 6.0), self.across);
        let (x, y) = (11.0, place(0.0, 0.5).1);
        let turn = format!("rotate(-90 {x} {y})");
        markup.leaf(
            "text",
            &[("class", &"axis middle"), ("x", &x), ("y", &y), ("transform", &turn)],
            self.up,
        );
    }
}

fn line(markup: &mut Markup, class: &str, from: Place, to: Place) {
    markup.empty(
        "line",
        &[
            ("class", &class),
            ("x1", &Pixels(from.0)),
            ("y1", &Pixels(from.1)),
            ("x2", &Pixels(to.0)),
            ("y2", &Pixels(to.1)),
        ],
    );
}

fn label(markup: &mut Markup, class: &str, at: Place, text: impl Display) {
    markup.leaf("text", &[("class", &class), ("x", &Pixels(at.0)), ("y", &Pixels(at.1))], text);
}

fn dot(markup: &mut Markup, class: &str, at: Place, radius: f64, meaning: &str) {
    let attributes: super::markup::Attributes<'_> =
        &[("class", &class), ("cx", &Pixels(at.0)), ("cy", &Pixels(at.1)), ("r", &Pixels(radius))];
    markup.element("circle", attributes, |markup| markup.leaf("title", &[], meaning));
}

/// A bar between two corners.
fn bar(markup: &mut Markup, class: &str, one: Place, other: Place, meaning: &str) {
    let (width, height) = ((one.0 - other.0).abs(), (one.1 - other.1).abs());
    let attributes: super::markup::Attributes<'_> = &[
        ("class", &class),
        ("x", &Pixels(one.0.min(other.0))),
        ("y", &Pixels(one.1.min(other.1))),
        ("width", &Pixels(width)),
        ("height", &Pixels(height)),
    ];
    markup.element("rect", attributes, |markup| markup.leaf("title", &[], meaning));
}

/// A line through many places; those too near to the one before are left out.
fn path(markup: &mut Markup, class: &str, places: &[Place]) {
    const NEAR: f64 = 0.4;
    let mut drawn = String::new();
    let mut before: Option<Place> = None;
    for (index, &(x, y)) in places.iter().enumerate() {
        let is_last = index + 1 == places.len();
        let is_near = before.is_some_and(|(px, py)| (px - x).abs() < NEAR && (py - y).abs() < NEAR);
        if is_near && !is_last {
            continue;
        }
        let letter = if before.is_none() { 'M' } else { 'L' };
        drawn.push_str(&format!("{letter}{} {}", Pixels(x), Pixels(y)));
        before = Some((x, y));
    }
    markup.empty("path", &[("class", &class), ("d", &drawn)]);
}
