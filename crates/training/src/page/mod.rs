//! An evaluation as one HTML page: figures, plots, and the posts that were judged wrongly.
//!
//! The page needs nothing else, no network and no script, so that it can be kept beside a model
//! and still be read in years. It is a function of the scores alone: the same scores give the same
//! bytes. How a post is scored the page does not know; it asks for the evidence of the few posts
//! that it shows.

mod categories;
mod comparison;
mod confusion;
mod errors;
mod evidence;
mod figures;
mod flips;
mod groups;
mod headline;
mod markup;
mod origin;
mod performance;
mod plot;
mod table;

use mingjian_schema::{Category, CategoryFinding, LabelledExample, Post, Versions};

use crate::evaluation::{CategoryReport, Report, ScoredExample};
use markup::Markup;

/// Everything the page is made from.
pub struct EvaluationPage<'a> {
    /// The posts with their labels.
    pub examples: &'a [LabelledExample],
    /// The model that is evaluated.
    pub model: JudgedBy<'a>,
    /// The model that it is held against.
    pub against: Option<JudgedBy<'a>>,
    /// Resamples of the paired bootstrap.
    pub resamples: u64,
}

/// A model and what it said of the posts.
pub struct JudgedBy<'a> {
    /// What the reader knows the model by.
    pub name: String,
    /// Digests of what judged.
    pub versions: &'a Versions,
    /// The scores, in the order of the examples.
    pub scored: &'a [ScoredExample],
    /// What the scores are worth.
    pub report: &'a Report,
    /// Gives the evidence of a category for a post.
    pub explain: &'a dyn Fn(&Post, Category) -> Option<CategoryFinding>,
}

/// A model in its place on the page.
#[derive(Clone, Copy)]
struct Side<'a> {
    by: &'a JudgedBy<'a>,
    /// `a` or `b`: its colour in the plots.
    class: &'static str,
    /// What it is called where both are there; empty where it is alone.
    letter: &'static str,
}

impl Side<'_> {
    /// A heading, with the model's letter if there are two.
    fn heading(&self, words: &str) -> String {
        if self.letter.is_empty() {
            words.to_owned()
        } else {
            format!("{} · {words}", self.letter)
        }
    }

    /// Figures of a category.
    fn report(&self, category: Category) -> Option<&CategoryReport> {
        self.by.report.categories.get(category.id())
    }

    /// Probabilities and labels of the posts that are judged for a category.
    fn judged(&self, category: Category) -> (Vec<f64>, Vec<bool>) {
        let judged = self.by.scored.iter().filter(|row| row.annotated[category]);
        judged.map(|row| (row.probabilities[category], row.labels[category])).unzip()
    }
}

/// A part of the page that can be linked to.
struct Section {
    id: &'static str,
    title: String,
}

impl EvaluationPage<'_> {
    /// Writes the page.
    #[must_use]
    pub fn render(&self) -> String {
        let mut page = Markup::default();
        page.element("html", &[("lang", &"en")], |page| {
            page.element("head", &[], |head| self.head(head));
            page.element("body", &[], |body| self.body(body));
        });
        page.into_document()
    }

    fn head(&self, head: &mut Markup) {
        head.empty("meta", &[("charset", &"utf-8")]);
        let viewport = "width=device-width, initial-scale=1";
        head.empty("meta", &[("name", &"viewport"), ("content", &viewport)]);
        // Posts are hostile input. They are escaped; this is the second lock on the door.
        let policy = "default-src 'none'; style-src 'unsafe-inline'";
        head.empty("meta", &[("http-equiv", &"Content-Security-Policy"), ("content", &policy)]);
        head.leaf("title", &[], format_args!("Evaluation of {}", self.model.name));
        head.leaf("style", &[], STYLE);
    }

    fn body(&self, body: &mut Markup) {
        let sides = self.sides();
        body.element("header", &[], |header| {
            header.leaf("h1", &[], "Evaluation 模型评估");
            origin::subtitle(header, self.examples, &sides);
            navigation(header, &self.sections());
        });
        body.element("main", &[], |main| {
            headline::section(main, &sides[0]);
            if let [first, second] = sides[..] {
                comparison::section(main, &first, &second, self.resamples);
            }
            categories::section(main, &sides);
            groups::section(main, &sides);
            confusion::section(main, &sides);
            for category in self.categories() {
                performance::section(main, self.examples, &sides, category);
            }
            if let [first, second] = sides[..] {
                flips::section(main, self.examples, &first, &second);
            }
            origin::section(main, &sides);
        });
    }

    fn sides(&self) -> Vec<Side<'_>> {
        let letter = |letter| if self.against.is_some() { letter } else { "" };
        let first = Side { by: &self.model, class: "a", letter: letter("A") };
        let second = |by| Side { by, class: "b", letter: letter("B") };
        std::iter::once(first).chain(self.against.as_ref().map(second)).collect()
    }

    /// The categories that some example is judged for.
    fn categories(&self) -> impl Iterator<Item = Category> {
        let judged = &self.model.report.categories;
        Category::ALL.into_iter().filter(|category| judged.contains_key(category.id()))
    }

    fn sections(&self) -> Vec<Section> {
        let section = |id, title: &str| Section { id, title: title.to_owned() };
        let is_compared = self.against.is_some();
        let mut sections = vec![section("headline", "Headline")];
        sections.extend(is_compared.then(|| section("comparison", "A against B")));
        sections.push(section("categories", "Categories"));
        sections.push(section("normals", "Normal posts"));
        sections.push(section("confusion", "Confusion"));
        sections.extend(
            self.categories().map(|category| Section { id: category.id(), title: title(category) }),
        );
        sections.extend(is_compared.then(|| section("flips", "Flips")));
        sections.push(section("origin", "How to read this"));
        sections
    }
}

/// Colours and measures; checked by a test to hold nothing that escaping would change.
const STYLE: &str = include_str!("style.css");

/// A category by both of its names.
fn title(category: Category) -> String {
    format!("{} {}", category.id(), category.name_zh())
}

fn navigation(markup: &mut Markup, sections: &[Section]) {
    markup.element("nav", &[("aria-label", &"Sections")], |nav| {
        for section in sections {
            nav.leaf("a", &[("href", &format_args!("#{}", section.id))], &section.title);
            nav.text(" ");
        }
    });
}

/// A section with its heading.
fn section(markup: &mut Markup, id: &str, heading: &str, fill: impl FnOnce(&mut Markup)) {
    markup.element("section", &[("id", &id)], |markup| {
        markup.leaf("h2", &[], heading);
        fill(markup);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_not_changed_by_escaping_and_asks_for_nothing() {
        assert!(!STYLE.contains(['&', '<', '>', '"']), "escaping would change the style");
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
