//! The metrics and labels that a query names.

use std::collections::BTreeSet;

/// A metric in a query, with the labels that its selector names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    pub(crate) name: String,
    pub(crate) labels: BTreeSet<String>,
}

/// Every metric of ours, and every recorded one, that a query names.
pub(crate) fn selectors(query: &str) -> Vec<Selector> {
    let mut found = Vec::new();
    let mut rest = query;
    while let Some(start) = rest.find(is_name_letter) {
        let from = &rest[start..];
        let end = from.find(|letter| !is_name_letter(letter)).unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        rest = after;
        if name.starts_with("mingjian_") || name.contains(":mingjian_") {
            let inner = after.trim_start().strip_prefix('{').map(|inner| {
                let end = inner.find('}').expect("a selector is closed");
                &inner[..end]
            });
            found.push(Selector { name: name.to_owned(), labels: labels(inner.unwrap_or("")) });
        }
    }
    found
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == ':'
}

/// `name="…"` and its kin; none of our values holds a quote.
fn labels(inner: &str) -> BTreeSet<String> {
    inner
        .split('"')
        .step_by(2)
        .map(|outside| outside.trim_matches(|letter| ",=!~ ".contains(letter)).to_owned())
        .filter(|label| !label.is_empty())
        .collect()
}

#[test]
fn selectors_are_found() {
    let check = |query, expected: &[(&str, &[&str])]| {
        let found: Vec<_> = selectors(query)
            .into_iter()
            .map(|Selector { name, labels }| (name, labels.into_iter().collect::<Vec<_>>()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, labels)| {
                ((*name).to_owned(), labels.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(found, expected, "{query}");
    };
    check("up == 0", &[]);
    check("rate(mingjian_a_total[5m])", &[("mingjian_a_total", &[])]);
    check(
        "mingjian_a{x=\"1,2\", y!~\"b\"} > job:mingjian_b:sum",
        &[("mingjian_a", &["x", "y"]), ("job:mingjian_b:sum", &[])],
    );
    check("not_mingjian_a", &[]);
}
