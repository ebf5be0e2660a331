//! Markup that is well-formed because it cannot be written otherwise.
//!
//! Posts are written by strangers, some of whom mean harm. So nothing takes finished markup:
//! elements close themselves, and whatever stands in or between them is escaped on its way in.
//! The result reads as HTML and as XML alike, which lets a test parse it strictly.

use std::fmt::{self, Display, Write};

/// Names and values of an element's attributes.
pub(super) type Attributes<'a> = &'a [(&'static str, &'a dyn Display)];

/// Elements after which a line ends, for those who read or compare the source.
const ENDS_LINE: [&str; 12] = [
    "meta", "style", "head", "section", "nav", "figure", "svg", "caption", "tr", "p", "summary",
    "article",
];

/// A piece of a page.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// An element with what `fill` puts into it.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        fill: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        self.0.push('>');
        fill(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self.end_line(name);
    }

    /// An element that holds nothing but text.
    pub(super) fn leaf(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        text: impl Display,
    ) {
        self.element(name, attributes, |inner| inner.text(text));
    }

    /// An element that holds nothing: one of HTML's void elements, or a shape of a drawing.
    pub(super) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.open(name, attributes);
        self.0.push_str("/>");
        self.end_line(name);
    }

    /// Text.
    pub(super) fn text(&mut self, text: impl Display) {
        // Writing into a string does not fail.
        let _ = write!(Escaper(&mut self.0), "{text}");
    }

    /// The whole page.
    pub(super) fn into_document(self) -> String {
        format!("<!DOCTYPE html>\n{}\n", self.0)
    }

    fn open(&mut self, name: &str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(name);
        for (attribute, value) in attributes {
            self.0.push(' ');
            self.0.push_str(attribute);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
    }

    fn end_line(&mut self, name: &str) {
        if ENDS_LINE.contains(&name) {
            self.0.push('\n');
        }
    }
}

struct Escaper<'a>(&'a mut String);

impl Write for Escaper<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\n' | '\t' => self.0.push(character),
                '\r' => self.0.push('\n'),
                // XML has no place for these, and nobody could see them.
                '\u{fffe}' | '\u{ffff}' => self.0.push(char::REPLACEMENT_CHARACTER),
                _ if character.is_control() => self.0.push(char::REPLACEMENT_CHARACTER),
                _ => self.0.push(character),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_put_in_can_become_markup() {
        let mut markup = Markup::default();
        let hostile = "\"><script>alert('1')</script>&amp;\u{0}\u{ffff}";
        markup.leaf("b", &[("title", &hostile)], hostile);
        let escaped = "&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt;&amp;amp;\u{fffd}\u{fffd}";
        assert_eq!(markup.0, format!("<b title=\"{escaped}\">{escaped}</b>"));
    }

    #[test]
    fn elements_close_themselves() {
        let mut markup = Markup::default();
        markup.element("div", &[("id", &1), ("class", &"x")], |inner| {
            inner.empty("hr", &[]);
            inner.leaf("b", &[], 1.5);
        });
        assert_eq!(markup.0, r#"<div id="1" class="x"><hr/><b>1.5</b></div>"#);
    }
}
