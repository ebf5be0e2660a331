//! Figures as tables of text, for the terminal view and for `--once` alike.

use mingjian_schema::Category;

use super::figures::{Figures, Flow};
use super::histogram::Quantiles;

/// A table. Its first column names things, the others are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) rows: Vec<Vec<String>>,
}

impl Section {
    /// The title over the first column, then the others' names.
    pub(crate) fn header(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.title).chain(self.columns.iter().copied())
    }
}

/// All tables: three about posts, then three about the machinery.
pub(crate) fn sections(figures: &Figures) -> [Section; 6] {
    [
        flow(figures),
        categories(figures),
        dead_letters(figures),
        time(figures),
        waiting(figures),
        machinery(figures),
    ]
}

fn flow(figures: &Figures) -> Section {
    let share = |flow: &Flow| share(flow.total, figures.received.total);
    let mut rows = vec![
        row("received", &figures.received, String::new()),
        row("passed", &figures.passed, share(&figures.passed)),
        row("flagged", &figures.flagged, share(&figures.flagged)),
        row("dead letters", &figures.dead_letters, share(&figures.dead_letters)),
    ];
    for (outcome, flow) in &figures.second_looks {
        rows.push(row(&format!("second looks {outcome}"), flow, share(flow)));
    }
    for (name, flow) in [
        ("candidate, in earnest", &figures.candidate_posts),
        ("shadow", &figures.shadow_posts),
        ("shadow differs", &figures.shadow_flips),
    ] {
        if flow.total > 0.0 {
            rows.push(row(name, flow, share(flow)));
        }
    }
    Section { title: "messages", columns: &["per second", "total", "share"], rows }
}

fn categories(figures: &Figures) -> Section {
    let none = Flow::default();
    let rows = Category::ALL
        .iter()
        .map(|category| {
            let flow = figures.flagged_by_category.get(category.id()).unwrap_or(&none);
            let name = format!("{} {}", category.id(), category.name_zh());
            row(&name, flow, share(flow.total, figures.received.total))
        })
        .collect();
    Section { title: "flagged", columns: &["per second", "total", "share"], rows }
}

fn dead_letters(figures: &Figures) -> Section {
    let mut reasons: Vec<_> =
        figures.dead_letters_by_reason.iter().filter(|(_, flow)| flow.total > 0.0).collect();
    reasons.sort_by(|left, right| right.1.total.total_cmp(&left.1.total));
    let rows = reasons
        .into_iter()
        .map(|(reason, flow)| row(reason, flow, share(flow.total, figures.dead_letters.total)))
        .collect();
    Section { title: "dead letters", columns: &["per second", "total", "share"], rows }
}

fn time(figures: &Figures) -> Section {
    let rows = figures.seconds_spent.iter().map(|(what, quantiles)| {
        let shown = match quantiles {
            Some(Quantiles { p50, p90, p99, .. }) => [*p50, *p90, *p99].map(seconds),
            None => std::array::from_fn(|_| "–".to_owned()),
        };
        std::iter::once(what.replace('_', " ")).chain(shown).collect()
    });
    Section { title: "time", columns: &["p50", "p90", "p99"], rows: rows.collect() }
}

fn waiting(figures: &Figures) -> Section {
    let rows = figures.lag.iter().map(|(topic, lag)| {
        let rate = figures.received.per_second.filter(|rate| *rate > 0.0);
        let work = rate.map_or("–".to_owned(), |rate| seconds(lag.waiting / rate));
        vec![topic.clone(), count(lag.waiting), lag.partitions.to_string(), work]
    });
    Section {
        title: "waiting",
        columns: &["messages", "partitions", "at this rate"],
        rows: rows.collect(),
    }
}

fn machinery(figures: &Figures) -> Section {
    let plain = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        plain("MB per second", per_second(figures.received_bytes.per_second.map(|it| it / 1e6))),
        plain("batches", count(figures.batches.total)),
        plain("batches aborted", count(figures.batches_aborted.total)),
        plain("sessions lost", count(figures.sessions_lost.total)),
        plain("partitions assigned", figures.assigned_partitions.to_string()),
        plain("longest stall", seconds(figures.stalled_seconds)),
    ];
    if let Some(bytes) = figures.memory_bound_bytes {
        rows.push(plain("memory bound", format!("{:.0} MB", bytes / 1e6)));
    }
    for name in ["model", "encoder", "lexicon"] {
        if let Some(version) = figures.versions.get(name).filter(|version| !version.is_empty()) {
            rows.push(plain(name, version.chars().take(16).collect()));
        }
    }
    Section { title: "service", columns: &["now"], rows }
}

fn row(name: &str, flow: &Flow, share: String) -> Vec<String> {
    vec![name.to_owned(), per_second(flow.per_second), count(flow.total), share]
}

fn share(part: f64, whole: f64) -> String {
    if whole > 0.0 { format!("{:.2} %", 100.0 * part / whole) } else { "–".to_owned() }
}

fn per_second(rate: Option<f64>) -> String {
    match rate {
        None => "–".to_owned(),
        Some(rate) if rate > 0.0 && rate < 10.0 => format!("{rate:.2}"),
        Some(rate) => count(rate),
    }
}

/// A whole number with its thousands apart.
fn count(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds(seconds: f64) -> String {
    match seconds {
        0.0 => "0".to_owned(),
        short if short < 1.0 => format!("{:.1} ms", short * 1e3),
        medium if medium < 120.0 => format!("{medium:.1} s"),
        long if long < 7_200.0 => format!("{:.0} min", long / 60.0),
        long => format!("{:.1} h", long / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::figures;
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        let check = |shown: String, expected: &str| assert_eq!(shown, expected);
        check(count(0.0), "0");
        check(count(999.6), "1,000");
        check(count(1_234_567.0), "1,234,567");
        check(per_second(Some(0.5)), "0.50");
        check(per_second(Some(1234.0)), "1,234");
        check(seconds(0.0213), "21.3 ms");
        check(seconds(90.0), "90.0 s");
        check(seconds(600.0), "10 min");
        check(seconds(9_000.0), "2.5 h");
        check(share(1.0, 0.0), "–");
    }

    #[test]
    fn every_row_fills_its_columns() {
        for section in sections(&figures()) {
            for row in &section.rows {
                assert_eq!(row.len(), section.header().count(), "{row:?}");
            }
        }
    }

    #[test]
    fn what_waits_is_told_in_time_too() {
        let waiting = waiting(&figures());
        assert_eq!(waiting.rows, [["posts", "70", "1", "700.0 ms"]]);
    }
}
