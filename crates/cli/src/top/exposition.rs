//! The text that Prometheus scrapes, read back.
//!
//! The format is that of
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>: one sample a
//! line, `name{label="value",…} number [timestamp]`; lines that begin with `#` are for people and
//! for type checkers.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::{Chars, FromStr};

/// The samples of one scrape, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Exposition {
    samples: Vec<Sample>,
}

/// One number with its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// A line that is no sample.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is no sample of a metric")]
pub(crate) struct BadLine {
    line: usize,
}

impl FromStr for Exposition {
    type Err = BadLine;

    fn from_str(text: &str) -> Result<Self, BadLine> {
        let mut samples = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            samples.push(Sample::parse(line).ok_or(BadLine { line: number + 1 })?);
        }
        Ok(Self { samples })
    }
}

impl Exposition {
    /// The samples of a name.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| sample.name == name)
    }

    /// The sum over all labels; none if the metric is not there.
    pub(crate) fn sum(&self, name: &str) -> Option<f64> {
        self.named(name).map(|sample| sample.value).reduce(|sum, value| sum + value)
    }

    /// The sums by the values of one label.
    pub(crate) fn by(&self, name: &str, label: &str) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for sample in self.named(name) {
            let key = sample.label(label).to_owned();
            *sums.entry(key).or_insert(0.0) += sample.value;
        }
        sums
    }
}

impl Sample {
    /// The value of a label; empty if there is none, which to Prometheus is the same.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    fn parse(line: &str) -> Option<Self> {
        let end = line.find(|letter: char| !is_name_letter(letter)).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        if name.is_empty() || name.starts_with(|letter: char| letter.is_ascii_digit()) {
            return None;
        }
        let mut letters = rest.trim_start().chars().peekable();
        let labels = match letters.next_if_eq(&'{') {
            Some(_) => labels(&mut letters)?,
            None => BTreeMap::new(),
        };
        let rest: String = letters.collect();
        let mut fields = rest.split_whitespace();
        let value = fields.next()?.parse().ok()?;
        let is_whole = fields.next().is_none_or(|timestamp| timestamp.parse::<i64>().is_ok());
        (is_whole && fields.next().is_none()).then(|| Self { name: name.to_owned(), labels, value })
    }
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == ':'
}

/// What stands between the braces, and the closing one.
fn labels(letters: &mut Peekable<Chars<'_>>) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    loop {
        skip_blanks(letters);
        if letters.next_if_eq(&'}').is_some() {
            return Some(labels);
        }
        let mut name = String::new();
        while let Some(letter) = letters.next_if(|letter| is_name_letter(*letter)) {
            name.push(letter);
        }
        skip_blanks(letters);
        letters.next_if_eq(&'=')?;
        skip_blanks(letters);
        letters.next_if_eq(&'"')?;
        let value = quoted(letters)?;
        if name.is_empty() || labels.insert(name, value).is_some() {
            return None;
        }
        skip_blanks(letters);
        if letters.next_if_eq(&',').is_none() && letters.peek() != Some(&'}') {
            return None;
        }
    }
}

fn skip_blanks(letters: &mut Peekable<Chars<'_>>) {
    while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
}

/// The rest of a value after its opening quote.
fn quoted(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut value = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(value),
            '\\' => value.push(match letters.next()? {
                'n' => '\n',
                other => other,
            }),
            letter => value.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str, labels: &[(&str, &str)], value: f64) -> Sample {
        let labels =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Sample { name: name.to_owned(), labels, value }
    }

    #[test]
    fn samples_are_read() {
        let check = |line: &str, name: &str, labels: &[(&str, &str)], value: f64| {
            assert_eq!(Sample::parse(line), Some(sample(name, labels, value)), "{line}");
        };
        check("up 1", "up", &[], 1.0);
        check("a:b_total{} 1.5e3", "a:b_total", &[], 1_500.0);
        check("a{b=\"c\"} -2 1700000000000", "a", &[("b", "c")], -2.0);
        check("a{b=\"c\",d=\"e\",} 3", "a", &[("b", "c"), ("d", "e")], 3.0);
        check("a { b = \"c\" , d = \"e\" }  3", "a", &[("b", "c"), ("d", "e")], 3.0);
        check(r#"a{b="x\"y\\z\n明 }"} 4"#, "a", &[("b", "x\"y\\z\n明 }")], 4.0);
        check("a{le=\"+Inf\"} +Inf", "a", &[("le", "+Inf")], f64::INFINITY);
    }

    #[test]
    fn what_is_no_sample_is_refused() {
        for line in ["a", "1a 1", "{} 1", "a{b} 1", "a{b=\"c\" 1", "a{b=c} 1", "a one", "a 1 2 3"] {
            assert_eq!(Sample::parse(line), None, "{line}");
        }
        assert_eq!(Sample::parse("a{b=\"c\"d=\"e\"} 1"), None);
        assert_eq!(Sample::parse("a{b=\"c\",b=\"d\"} 1"), None);
        let error = "# fine\na 1\n<html>".parse::<Exposition>().unwrap_err();
        assert_eq!(error.to_string(), "line 3 is no sample of a metric");
    }

    #[test]
    fn sums_leave_labels_out() {
        let text = "# TYPE a counter\na{x=\"1\",y=\"p\"} 1\na{x=\"2\",y=\"p\"} 2\n\na{x=\"2\"} 4\n";
        let exposition: Exposition = text.parse().unwrap();
        assert_eq!(exposition.sum("a"), Some(7.0));
        assert_eq!(exposition.sum("b"), None);
        let by: Vec<_> = exposition.by("a", "y").into_iter().collect();
        assert_eq!(by, [(String::new(), 4.0), ("p".to_owned(), 3.0)]);
    }

    proptest::proptest! {
        #[test]
        fn every_label_value_comes_back(value in ".*", number in -1e9..1e9_f64) {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            // A carriage return ends a line for us, and no service writes one.
            proptest::prop_assume!(!value.contains('\r'));
            let read = Sample::parse(&format!("a{{b=\"{escaped}\"}} {number}"));
            proptest::prop_assert_eq!(read, Some(sample("a", &[("b", &value)], number)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a{}=\"\\\\, 1#\n]*") {
            let _ = text.parse::<Exposition>();
        }
    }
}
