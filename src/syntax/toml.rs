//! TOML to [`super::Node`], by way of `toml_edit`: the only file that names it.
//!
//! Knows the grammar; what a table means is the reader's business.

use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike, Value};

use super::node::{Entry, Node, NodeKind, Parsed, Problem, ProblemSeverity, Scalar, Style};
use crate::source::{FileId, Span};

/// Reads a TOML text: one document, or the problem that keeps it from being read.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    let span = |range: Option<Range<usize>>| {
        let range = range.unwrap_or_default();
        Span::new(file, range.start.min(text.len()), range.end.min(text.len()))
    };
    match Document::parse(text) {
        Ok(document) => {
            let reader = Reader { text, span: &span };
            let root = reader.table(document.as_table(), Some(0..text.len()));
            Parsed { documents: vec![root], ..Parsed::default() }
        }
        Err(error) => {
            let message = format!("not valid TOML: {}", error.message().lines().next().unwrap_or_default());
            let problem = Problem { message, span: span(error.span()), severity: ProblemSeverity::Lost };
            Parsed { problems: vec![problem], ..Parsed::default() }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    span: &'t dyn Fn(Option<Range<usize>>) -> Span,
}

impl Reader<'_> {
    fn table(&self, table: &dyn TableLike, range: Option<Range<usize>>) -> Node {
        let entries = table.iter().filter_map(|(name, item)| {
            let key = table.get_key_value(name).map(|(key, _)| key);
            Some(Entry { key: self.key(name, key), value: self.item(item)? })
        });
        Node { kind: NodeKind::Mapping(entries.collect()), span: (self.span)(range), tag: None }
    }

    fn key(&self, name: &str, key: Option<&Key>) -> Node {
        let span = (self.span)(key.and_then(Key::span));
        Node { kind: scalar(name.to_owned(), Style::Quoted), span, tag: None }
    }

    fn item(&self, item: &Item) -> Option<Node> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(self.value(value)),
            Item::Table(table) => Some(self.table(table, table.span())),
            Item::ArrayOfTables(tables) => {
                let items = tables.iter().map(|table| self.table(table, table.span())).collect();
                Some(Node { kind: NodeKind::Sequence(items), span: (self.span)(tables.span()), tag: None })
            }
        }
    }

    fn value(&self, value: &Value) -> Node {
        let span = (self.span)(value.span());
        let kind = match value {
            Value::String(text) => scalar(text.value().clone(), Style::Quoted),
            Value::InlineTable(table) => return self.table(table, value.span()),
            Value::Array(items) => NodeKind::Sequence(items.iter().map(|item| self.value(item)).collect()),
            // Numbers, booleans and dates as they are written.
            _ => scalar(self.text.get(span.range()).unwrap_or_default().to_owned(), Style::Plain),
        };
        Node { kind, span, tag: None }
    }
}

fn scalar(text: String, style: Style) -> NodeKind {
    NodeKind::Scalar(Scalar::new(text, style))
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]
mod tests {
    use super::*;

    #[test]
    fn tables_and_values_have_the_spans_of_their_text() {
        let text = "version = 0.1\n[default.deploy.parameters]\nx = \"a=b\"\ny = [\"é\", 'q']\n";
        let parsed = parse(FileId(0), text);
        let root = &parsed.documents[0];
        let parameters = root.get("default").and_then(|node| node.get("deploy")?.get("parameters")).unwrap();
        let x = parameters.entry("x").unwrap();
        assert_eq!((x.value.text(), &text[x.value.span.range()]), (Some("a=b"), "\"a=b\""));
        assert_eq!(&text[x.key.span.range()], "x");
        let items = parameters.get("y").and_then(Node::items).unwrap();
        let shown: Vec<&str> = items.iter().map(|item| &text[item.span.range()]).collect();
        assert_eq!(shown, ["\"é\"", "'q'"]);
        assert_eq!(root.get("version").and_then(Node::text), Some("0.1"));
    }

    #[test]
    fn what_is_no_toml_is_one_problem_with_a_place() {
        let parsed = parse(FileId(0), "a = 1\nb = [1,\n");
        assert!(parsed.documents.is_empty());
        assert!(parsed.problems[0].message.starts_with("not valid TOML: "), "{:?}", parsed.problems);
        assert!(parsed.problems[0].span.start > 5);
    }
}
