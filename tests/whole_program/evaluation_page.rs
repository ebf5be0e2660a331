//! `mingjian evaluate --html`: one page that stands alone and that no post can break.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mingjian_schema::Category;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::program::{finish, mingjian};
use crate::train::{FILES, small_model};
use crate::{jsonl, project};

const HOSTILE: &str = "</p><script>alert('1')</script>\"><img src=x onerror=alert(2)>&lt;\u{1}今晚";

/// Some of our own examples, and posts that want to become markup.
fn rows(folder: &Path) -> PathBuf {
    let own = jsonl::read(&project::own_examples("dev"));
    let mut rows: Vec<Value> =
        own.into_iter().filter(|row| !row.to_string().contains("http")).step_by(10).collect();
    let hostile = |id: &str, labels: Value| json!({"id": id, "title": HOSTILE, "text": HOSTILE, "body": HOSTILE, "labels": labels, "source": HOSTILE, "topic": HOSTILE});
    rows.push(hostile("<b>hostile</b>", json!(Category::ALL)));
    rows.push(hostile("<i>hostile</i>", json!([])));
    let file = folder.join("rows.jsonl");
    jsonl::write(&file, &rows);
    file
}

/// The page of the bundled model, with these flags; it is the only file that is written.
fn page(flags: &[&str]) -> String {
    let data = tempdir().unwrap();
    let out = tempdir().unwrap();
    let file = out.path().join("page.html");
    let call = &mut mingjian("evaluate");
    call.arg("--data").arg(rows(data.path())).arg("--html").arg(&file);
    // Everything is flagged as clickbait, so that hostile posts are among the errors.
    call.args(["--json", "--bootstrap", "50", "--threshold", "clickbait=0.000001"]);
    finish(call.args(flags)).json();
    let written: Vec<_> = fs::read_dir(out.path()).unwrap().collect();
    assert_eq!(written.len(), 1, "{written:?}");
    fs::read_to_string(file).unwrap()
}

fn page_against_the_small_model() -> String {
    let folder = tempdir().unwrap();
    for (file, content) in FILES.iter().zip(small_model()) {
        fs::write(folder.path().join(file), content).unwrap();
    }
    page(&["--against", folder.path().to_str().unwrap()])
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).expect("the page is well-formed")
}

fn elements<'a, 'i>(
    document: &'a Document<'i>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    document.descendants().filter(move |node| node.has_tag_name(name))
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

fn stands_alone(page: &str) {
    for word in ["http:", "https:", "url(", "@import", "<script", "<img"] {
        assert!(!page.contains(word), "the page holds {word}");
    }
    let document = parse(page);
    let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let unique: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id stands twice");
    for node in document.descendants() {
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(name != "src" && name != "style" && !name.starts_with("on"), "{name}={value}");
            if name == "href" {
                let target = value.strip_prefix('#').expect("links stay in the page");
                assert!(unique.contains(target), "{value} leads nowhere");
            }
        }
    }
}

fn has_sections(document: &Document<'_>, expected: &[&str]) {
    let sections: Vec<_> =
        elements(document, "section").filter_map(|node| node.attribute("id")).collect();
    assert_eq!(sections, expected);
    for section in elements(document, "section") {
        assert!(section.children().any(|child| child.has_tag_name("h2")), "{section:?}");
    }
}

/// The ids of all sections, in order.
fn sections<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<&'a str> {
    let categories = Category::ALL.map(Category::id);
    [before, &categories, after].concat()
}

#[test]
fn the_page_of_one_model_holds_everything_and_needs_nothing() {
    let page = page(&[]);
    stands_alone(&page);
    let document = parse(&page);
    has_sections(
        &document,
        &sections(&["headline", "categories", "normals", "confusion"], &["origin"]),
    );
    assert_eq!(elements(&document, "svg").count(), 3 * Category::COUNT);
    for plot in elements(&document, "svg") {
        for name in ["title", "desc"] {
            let words = plot.children().find(|child| child.has_tag_name(name)).map(text);
            assert!(words.is_some_and(|words| !words.is_empty()), "{plot:?} has no {name}");
        }
    }
    for table in elements(&document, "table") {
        let head = table.descendants().filter(|node| node.attribute("scope") == Some("col"));
        assert!(head.count() > 1, "{}", text(table));
        assert!(table.children().any(|child| child.has_tag_name("caption")), "{}", text(table));
    }
    let errors = elements(&document, "article").count();
    assert!(errors > 10 && errors <= 20 * Category::COUNT, "{errors} errors are shown");
    let marks: Vec<_> = elements(&document, "mark").collect();
    assert!(!marks.is_empty(), "no evidence is marked");
    for mark in marks {
        let said = mark.attribute("title").unwrap();
        assert!(said.contains(" · ") || said.contains('+') || said.contains('−'), "{said}");
    }
    // Nothing but the scores makes the page.
    assert_eq!(page, self::page(&[]));
}

#[test]
fn a_page_of_two_models_shows_what_flipped_and_the_evidence_of_both() {
    let page = page_against_the_small_model();
    stands_alone(&page);
    let document = parse(&page);
    let before = ["headline", "comparison", "categories", "normals", "confusion"];
    has_sections(&document, &sections(&before, &["flips", "origin"]));
    assert_eq!(elements(&document, "svg").count(), 5 * Category::COUNT);
    let flips = elements(&document, "section").find(|node| node.attribute("id") == Some("flips"));
    let pairs: Vec<_> = flips
        .unwrap()
        .descendants()
        .filter(|node| node.attribute("class") == Some("both"))
        .collect();
    assert!(!pairs.is_empty(), "two models agree on everything");
    for pair in pairs {
        let evidence = pair.descendants().filter(|node| node.attribute("class") == Some("sum"));
        assert_eq!(evidence.count(), 2, "{}", text(pair));
    }
}

#[test]
fn posts_are_text_and_nothing_else() {
    let page = page(&[]);
    let document = parse(&page);
    let titles: Vec<_> = elements(&document, "p")
        .filter(|node| node.attribute("class") == Some("field title"))
        .map(text)
        .collect();
    let shown = HOSTILE.replace('\u{1}', "\u{fffd}");
    assert!(titles.contains(&format!("title{shown}")), "{titles:?}");
    let codes: Vec<_> = elements(&document, "code").map(text).collect();
    assert!(codes.iter().any(|id| id == "<b>hostile</b>"), "{codes:?}");
}

#[test]
fn the_page_changes_no_figure_for_scripts() {
    let folder = tempdir().unwrap();
    let data = rows(folder.path());
    let report = |flags: &[&str]| {
        let call = &mut mingjian("evaluate");
        finish(call.arg("--data").arg(&data).args(["--json", "--bootstrap", "20"]).args(flags))
            .json()
    };
    let file = folder.path().join("page.html");
    assert_eq!(report(&["--html", file.to_str().unwrap()]), report(&[]));
}

#[test]
fn a_second_model_is_for_the_page() {
    let call = &mut mingjian("evaluate");
    let said = finish(call.args(["--data", "x.jsonl", "--against", "no/such"])).refused();
    assert!(said.contains("--html"), "{said}");
}
