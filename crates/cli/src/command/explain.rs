//! `mingjian explain`: the scores of one text and the words that made them.

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, Table, presets};
use mingjian_schema::{CategoryFinding, Evidence, EvidenceKind, Field, Post};
use mingjian_triage::{Boundary, Explanation, RejectedPhrase};
use serde_json::json;

use crate::arguments::Explain;
use crate::{assets, paint};

pub(crate) fn run(options: &Explain) -> Result<ExitCode> {
    let classifier = assets::classifier(&options.assets)?;
    let post = Post {
        id: "explain".to_owned(),
        title: options.title.clone(),
        text: options.text.clone(),
        body: options.body.clone(),
        ..Post::default()
    };
    post.check()?;
    let explanation = classifier.explain(&post);
    if options.json {
        paint::json(&as_json(&explanation, classifier.versions()))?;
    } else {
        print(&post, &explanation, options.all);
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(explanation: &Explanation, versions: &mingjian_schema::Versions) -> serde_json::Value {
    let rejected: Vec<_> = explanation
        .rejected
        .iter()
        .map(|phrase| {
            json!({
                "rule": phrase.rule,
                "category": phrase.category,
                "phrase": phrase.phrase,
                "words": phrase.words,
                "why": why(phrase),
            })
        })
        .collect();
    let normalised: serde_json::Map<_, _> = explanation
        .normalised
        .iter()
        .map(|(field, text)| (field.id().to_owned(), json!(text)))
        .collect();
    json!({
        "categories": explanation.findings,
        "flagged": explanation
            .findings
            .iter()
            .filter(|finding| finding.probability >= finding.threshold)
            .map(|finding| finding.category)
            .collect::<Vec<_>>(),
        "rejected_phrases": rejected,
        "normalised": normalised,
        "versions": versions,
    })
}

fn print(post: &Post, explanation: &Explanation, all: bool) {
    paint::say(scores(&explanation.findings));
    for (field, text) in &explanation.normalised {
        paint::say(paint::faint(format_args!("{} read as: {text}", field.id())));
    }
    let shown = explanation
        .findings
        .iter()
        .filter(|finding| all || finding.probability >= finding.threshold);
    for finding in shown {
        print_finding(post, finding);
    }
    for phrase in &explanation.rejected {
        paint::say(format_args!(
            "\nphrase `{}` of rule `{}` ({}) does not count: {}",
            phrase.phrase,
            phrase.rule,
            phrase.category,
            why(phrase)
        ));
    }
}

fn why(phrase: &RejectedPhrase) -> String {
    match phrase.boundary {
        Boundary::Agrees => "it counts".to_owned(),
        Boundary::StartsInsideWord => format!("it starts inside a word ({})", phrase.words),
        Boundary::EndsInsideWord => format!("it ends inside a word ({})", phrase.words),
        Boundary::NoCompanion => "the rule asks for a companion word near by".to_owned(),
    }
}

fn scores(findings: &[CategoryFinding]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["category", "", "probability", "threshold", "score", ""]);
    for finding in findings {
        let flagged = finding.probability >= finding.threshold;
        table.add_row([
            Cell::new(finding.category.id()),
            Cell::new(finding.category.name_zh()),
            number(finding.probability),
            number(finding.threshold),
            Cell::new(format!("{:.1}", finding.score)).set_alignment(CellAlignment::Right),
            Cell::new(if flagged { "flagged" } else { "" }),
        ]);
    }
    table
}

fn number(value: f64) -> Cell {
    Cell::new(format!("{value:.4}")).set_alignment(CellAlignment::Right)
}

fn print_finding(post: &Post, finding: &CategoryFinding) {
    paint::say(format_args!(
        "\n{} {}",
        paint::strong(finding.category.id()),
        finding.category.name_zh()
    ));
    for (field, original) in [(Field::Title, post.title()), (Field::Text, post.text())] {
        if !original.is_empty() {
            paint::say(format_args!("  {}", paint::marked(original, field, finding)));
        }
    }
    paint::say(paint::faint(format_args!("  {:+7.3}  bias", finding.bias)));
    for item in &finding.evidence {
        paint::say(format_args!("  {}", describe(item)));
    }
    paint::say(paint::faint(format_args!(
        "  {:+7.3}  margin, probability {:.4}",
        finding.margin, finding.probability
    )));
}

fn describe(item: &Evidence) -> String {
    let amount = format!("{:+7.3}", item.contribution);
    let amount =
        if item.contribution > 0.0 { paint::alarming(amount) } else { paint::calming(amount) };
    let what = match (item.kind, &item.rule) {
        (EvidenceKind::Rest, _) => "everything smaller".to_owned(),
        (EvidenceKind::Feature | EvidenceKind::Token, _) => quoted(item),
        (_, Some(rule)) => format!("{rule}  {}", quoted(item)),
        (_, None) => quoted(item),
    };
    let disguise: Vec<_> =
        item.obfuscation.iter().filter_map(|kind| serde_json::to_value(kind).ok()).collect();
    let disguise: Vec<_> = disguise.iter().filter_map(|kind| kind.as_str()).collect();
    if disguise.is_empty() {
        format!("{amount}  {what}")
    } else {
        format!("{amount}  {what}  {}", paint::faint(format_args!("({})", disguise.join(", "))))
    }
}

fn quoted(item: &Evidence) -> String {
    const LONGEST: usize = 24;
    let text = item.text.as_deref().unwrap_or_default().replace(['\n', '\r'], " ");
    if text.chars().count() <= LONGEST {
        return format!("「{text}」");
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("「{head}…」")
}
