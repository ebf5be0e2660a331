//! Colour and shape for people, on standard error. Colour only on a terminal, and never if
//! `NO_COLOR` is set; `CLICOLOR_FORCE=1` asks for it elsewhere.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::LazyLock;

use anstyle::{AnsiColor, Style};
use mingjian_schema::{CategoryFinding, Evidence, Field};

static COLOURED: LazyLock<bool> = LazyLock::new(|| {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    !set("NO_COLOR") && (set("CLICOLOR_FORCE") || stderr().is_terminal())
});

const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const BOLD: Style = Style::new().bold();
const DIMMED: Style = Style::new().dimmed();

/// Prints a line for people.
pub(crate) fn say(line: impl Display) {
    // People who look away, such as by closing a pager, do not stop the work.
    let _ = writeln!(stderr(), "{line}");
}

/// Prints what was asked for itself, not talk about it, to standard output.
///
/// # Errors
/// If nobody reads it, or the disk is full.
pub(crate) fn out(text: impl Display) -> anyhow::Result<()> {
    Ok(writeln!(stdout(), "{text}")?)
}

/// Prints the one object that scripts read.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    out(serde_json::to_string(value)?)
}

/// Prints an error.
pub(crate) fn error(message: &str) {
    say(format_args!("{} {message}", styled(RED, "error:")));
}

/// Prints a warning.
pub(crate) fn warning(message: &str) {
    say(format_args!("{} {message}", styled(YELLOW, "warning:")));
}

/// A heading.
pub(crate) fn strong(text: impl Display) -> String {
    styled(BOLD, text)
}

/// Something of lesser weight.
pub(crate) fn faint(text: impl Display) -> String {
    styled(DIMMED, text)
}

/// Something that speaks for a category.
pub(crate) fn alarming(text: impl Display) -> String {
    styled(RED, text)
}

/// Something that speaks against a category.
pub(crate) fn calming(text: impl Display) -> String {
    styled(GREEN, text)
}

fn styled(style: Style, text: impl Display) -> String {
    if *COLOURED { format!("{style}{text}{style:#}") } else { text.to_string() }
}

/// A field of the post with the evidence of one category marked in it: what speaks for the
/// category in red, what speaks against it in green. Without colour only what speaks for it is
/// marked, by ⟦…⟧.
pub(crate) fn marked(original: &str, field: Field, finding: &CategoryFinding) -> String {
    let mut spans: Vec<(usize, usize, f64)> = finding
        .evidence
        .iter()
        .filter(|item| item.field == Some(field))
        .filter_map(|item| local_span(item, original))
        .collect();
    spans.sort_by_key(|span| span.0);
    let mut line = String::new();
    let mut written = 0;
    for (start, end, contribution) in spans {
        if start < written {
            continue;
        }
        line.push_str(&original[written..start]);
        line.push_str(&mark(&original[start..end], contribution));
        written = end;
    }
    line.push_str(&original[written..]);
    line.replace(['\n', '\r'], " ")
}

/// The span of an item, unless it covers the whole field: that would mark nothing.
fn local_span(item: &Evidence, original: &str) -> Option<(usize, usize, f64)> {
    let (start, end) = (item.byte_start? as usize, item.byte_end? as usize);
    let covers_all = start == 0 && end == original.len();
    (!covers_all && start < end).then_some((start, end, item.contribution))
}

fn mark(text: &str, contribution: f64) -> String {
    match (*COLOURED, contribution > 0.0) {
        (true, true) => alarming(text),
        (true, false) => calming(text),
        (false, true) => format!("⟦{text}⟧"),
        (false, false) => text.to_owned(),
    }
}
