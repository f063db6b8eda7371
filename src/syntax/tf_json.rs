//! Terraform's JSON syntax to [`super::Body`]: <https://developer.hashicorp.com/terraform/language/syntax/json>.
//!
//! Knows which blocks stand at a file's top level and how many labels they have. Inside them an object may be a value or
//! a nested block, which only a schema tells: there everything is an attribute, and whoever knows the schema decides.

use std::sync::Arc;

use super::hcl::{Position, expression_at, template_at};
use super::{
    Attribute, Block, Body, Comment, Entry, Expr, ExprKind, Label, Node, NodeKind, ParsedBody, Problem,
    ProblemSeverity, Scalar, Style, TemplatePart, json,
};
use crate::source::{FileId, Places, Span};
use crate::value::Number;

/// Parses a file. A file of variable values parses too: what is no block type is an attribute.
#[must_use]
pub fn parse(file: FileId, text: &str) -> ParsedBody {
    let parsed = json::parse(file, text);
    let mut reader = Reader { comments: parsed.comments, problems: parsed.problems };
    let mut body = Body::default();
    // A file is one object, or a list of those.
    for object in parsed.documents.iter().flat_map(each) {
        for entry in reader.entries(object) {
            match labels_of(name(entry)) {
                Some(count) => {
                    let heading = Heading { kind: name(entry), labels: Vec::new(), header: entry.key.span };
                    reader.blocks(&heading, count, &entry.value, &mut body.blocks);
                }
                None => body.attributes.push(reader.attribute(entry, Strings::Templates)),
            }
        }
    }
    ParsedBody { body, comments: reader.comments, problems: reader.problems }
}

/// How many labels the blocks of a type have at a file's top level.
fn labels_of(kind: &str) -> Option<usize> {
    match kind {
        "resource" | "data" | "ephemeral" => Some(2),
        "variable" | "output" | "module" | "provider" | "check" => Some(1),
        "locals" | "terraform" | "moved" | "import" | "removed" => Some(0),
        _ => None,
    }
}

/// What the strings of an argument are.
#[derive(Clone, Copy)]
enum Strings {
    /// Templates, as everywhere else.
    Templates,
    /// Expressions: where Terraform wants a reference and nothing else.
    Expressions,
    /// Texts as they stand: where Terraform evaluates nothing.
    Texts,
}

fn strings_of(block: &str, argument: &str) -> Strings {
    match (block, argument) {
        ("resource" | "data" | "ephemeral" | "module" | "output", "depends_on")
        | ("resource" | "data" | "ephemeral" | "import", "provider")
        | ("module", "providers")
        | ("moved" | "removed", "from")
        | ("moved" | "import", "to") => Strings::Expressions,
        ("variable", "type" | "default" | "description") | ("module", "source" | "version") => Strings::Texts,
        _ => Strings::Templates,
    }
}

/// What is known of a block before its body is reached.
struct Heading<'n> {
    kind: &'n str,
    labels: Vec<Label>,
    /// The key of the last label, or of the type if there is none.
    header: Span,
}

struct Reader {
    comments: Vec<Comment>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Reads the blocks below a key, of whose labels `missing` are still to come.
    fn blocks(&mut self, heading: &Heading<'_>, missing: usize, node: &Node, blocks: &mut Vec<Block>) {
        let Some(still) = missing.checked_sub(1) else {
            for object in each(node) {
                blocks.push(self.block(heading, object));
            }
            return;
        };
        for object in each(node) {
            for entry in self.entries(object) {
                let mut labels = heading.labels.clone();
                labels.push(Label { text: name(entry).to_owned(), span: entry.key.span });
                let heading = Heading { kind: heading.kind, labels, header: entry.key.span };
                self.blocks(&heading, still, &entry.value, blocks);
            }
        }
    }

    fn block(&mut self, heading: &Heading<'_>, object: &Node) -> Block {
        let mut body = Body::default();
        for entry in self.entries(object) {
            // A variable's conditions are the one nested block that the language itself evaluates.
            if heading.kind == "variable" && name(entry) == "validation" {
                let nested = Heading { kind: "validation", labels: Vec::new(), header: entry.key.span };
                self.blocks(&nested, 0, &entry.value, &mut body.blocks);
            } else {
                body.attributes.push(self.attribute(entry, strings_of(heading.kind, name(entry))));
            }
        }
        let (kind, labels) = (heading.kind.to_owned(), heading.labels.clone());
        let span = heading.header.to(object.span);
        Block { kind, labels, body, header: heading.header, span, overrides: Vec::new() }
    }

    /// The entries of an object that stands for a body, without its comments.
    fn entries<'n>(&mut self, node: &'n Node) -> impl Iterator<Item = &'n Entry> + use<'n> {
        self.remember_comments(node.entries());
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            self.lost("an object must stand here in Terraform's JSON syntax".to_owned(), node.span);
        }
        node.entries().iter().filter(|entry| name(entry) != "//")
    }

    /// Keeps what the `//` keys of an object say: a text, or the lines of a list.
    fn remember_comments(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| name(entry) == "//") {
            let lines: Vec<&str> = each(&entry.value).iter().filter_map(Node::text).collect();
            let span = entry.key.span.to(entry.value.span);
            self.comments.push(Comment { text: format!("// {}", lines.join("\n")), span });
        }
    }

    fn attribute(&mut self, entry: &Entry, strings: Strings) -> Attribute {
        let expr = self.expr(&entry.value, strings);
        Attribute { name: name(entry).to_owned(), name_span: entry.key.span, expr }
    }

    fn expr(&mut self, node: &Node, strings: Strings) -> Arc<Expr> {
        let kind = match &node.kind {
            NodeKind::Scalar(scalar @ Scalar { style: Style::Quoted, .. }) => self.string(scalar, node.span, strings),
            NodeKind::Scalar(Scalar { text, style: Style::Plain, .. }) => match text.as_str() {
                "null" => ExprKind::Null,
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => Number::parse(text)
                    .map_or_else(|_| ExprKind::Unsupported(format!("the number {text}")), ExprKind::Number),
            },
            NodeKind::Sequence(items) => ExprKind::Tuple(items.iter().map(|item| self.expr(item, strings)).collect()),
            NodeKind::Mapping(entries) => {
                // In a nested block a comment, in a map an entry: the object keeps it.
                self.remember_comments(entries);
                let entry = |entry: &Entry| (self.expr(&entry.key, strings), self.expr(&entry.value, strings));
                ExprKind::Object(entries.iter().map(entry).collect())
            }
        };
        Arc::new(Expr { kind, span: node.span })
    }

    fn string(&mut self, scalar: &Scalar, span: Span, strings: Strings) -> ExprKind {
        let Scalar { text, places, .. } = scalar;
        let position = position(scalar, span);
        let kind = match strings {
            Strings::Texts => Ok(ExprKind::Text(text.clone(), places.clone())),
            Strings::Expressions => expression_at(text, position).map(|expr| Arc::unwrap_or_clone(expr).kind),
            Strings::Templates => template_at(text, position).map(template),
        };
        kind.unwrap_or_else(|problem| {
            let reason = problem.message.clone();
            self.problems.push(problem);
            ExprKind::Unsupported(reason)
        })
    }

    fn lost(&mut self, message: String, span: Span) {
        self.problems.push(Problem { message, span, severity: ProblemSeverity::Lost });
    }
}

/// Where a string's content stands. Every escape is longer than what it stands for.
fn position(scalar: &Scalar, span: Span) -> Position<'_> {
    if span.range().len() == scalar.text.len() + 2 {
        Position::From(span.file, span.start as usize + 1)
    } else {
        Position::Within(&scalar.places, 0, span)
    }
}

/// A template without interpolations is a text.
fn template(mut parts: Vec<TemplatePart>) -> ExprKind {
    match parts.as_mut_slice() {
        [] => ExprKind::Text(String::new(), Places::default()),
        [TemplatePart::Literal(text, places)] => ExprKind::Text(std::mem::take(text), std::mem::take(places)),
        _ => ExprKind::Template(parts),
    }
}

/// An object, or each of a list of objects.
fn each(node: &Node) -> &[Node] {
    node.items().unwrap_or(std::slice::from_ref(node))
}

fn name(entry: &Entry) -> &str {
    entry.key.text().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]
mod tests {
    use super::*;

    /// `kind label…` with the header's text, for every block.
    fn blocks(text: &str) -> Vec<(String, &str)> {
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.problems, [], "problems of {text}");
        let described = parsed.body.blocks.iter().map(|block| {
            let labels = block.labels.iter().map(|label| format!(" {}", label.text));
            (block.kind.clone() + &labels.collect::<String>(), &text[block.header.range()])
        });
        described.collect()
    }

    #[test]
    fn each_level_may_be_an_object_or_a_list_of_objects() {
        let cases = [
            (r#"{"resource": {"a": {"b": {}}}}"#, vec![("resource a b", r#""b""#)]),
            (
                r#"{"resource": [{"a": [{"b": [{}, {}]}]}, {"c": {"d": {}}}]}"#,
                vec![("resource a b", r#""b""#), ("resource a b", r#""b""#), ("resource c d", r#""d""#)],
            ),
            (
                r#"[{"resource": {"a": {"b": {}}}}, {"locals": {"x": 1}}]"#,
                vec![("resource a b", r#""b""#), ("locals", r#""locals""#)],
            ),
            (r#"{"locals": {"x": 1}, "//": "a comment"}"#, vec![("locals", r#""locals""#)]),
            (r#"{"provider": {"aws": [{}, {"alias": "x"}]}}"#, vec![("provider aws", r#""aws""#); 2]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.into_iter().map(|(block, header)| (block.to_owned(), header)).collect();
            assert_eq!(blocks(text), expected, "blocks of {text}");
        }
    }

    #[test]
    fn strings_are_templates_expressions_or_texts() {
        let text = r#"{"resource": {"a": {"b": {
            "//": "${",
            "plain": "x\ny $${z}",
            "whole": "${var.x}",
            "depends_on": ["a.c"],
            "nested": [{"k": "v"}]
        }}}, "variable": {"v": {"type": "list(string)", "default": "${x", "validation": {"condition": true}}}}"#;
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.problems, []);
        let [resource, variable] = parsed.body.blocks.as_slice() else { unreachable!("two blocks") };
        let kind = |name: &str| resource.body.attribute(name).map(|attribute| attribute.expr.kind.clone());
        assert_eq!(resource.body.attributes.len(), 4, "a comment is no attribute");
        assert!(matches!(kind("plain"), Some(ExprKind::Text(plain, _)) if plain == "x\ny ${z}"));
        let Some(ExprKind::Template(parts)) = kind("whole") else { unreachable!("a template") };
        let [TemplatePart::Interpolation(inner)] = parts.as_slice() else { unreachable!("an interpolation") };
        assert_eq!(&text[inner.span.range()], "var.x");
        let Some(ExprKind::Tuple(items)) = kind("depends_on") else { unreachable!("a tuple") };
        assert!(matches!(&items[0].kind, ExprKind::Attribute(_, name) if name == "c"), "{items:?}");
        assert!(matches!(kind("nested"), Some(ExprKind::Tuple(_))));
        let default = variable.body.attribute("default").map(|default| &default.expr.kind);
        assert!(matches!(default, Some(ExprKind::Text(text, _)) if text == "${x"), "{default:?}");
        assert_eq!(variable.body.blocks_of("validation").count(), 1);
    }

    #[test]
    fn what_is_in_an_escaped_string_has_a_place_and_so_has_a_comment() {
        let text = r#"{"//": "why", "locals": {"//": "here", "a": "x ${b}", "c": "\t${d}"}}"#;
        let parsed = parse(FileId(0), text);
        let comments: Vec<_> = parsed.comments.iter().map(|c| (c.text.as_str(), &text[c.span.range()])).collect();
        assert_eq!(comments, [("// why", r#""//": "why""#), ("// here", r#""//": "here""#)]);
        for (name, place) in [("a", "b"), ("c", "d")] {
            let value = parsed.body.blocks[0].body.attribute(name).map(|attribute| &attribute.expr.kind);
            let Some(ExprKind::Template(parts)) = value else { unreachable!("a template") };
            let Some(TemplatePart::Interpolation(inner)) = parts.last() else { unreachable!("an interpolation") };
            assert_eq!(&text[inner.span.range()], place);
        }
    }

    #[test]
    fn what_cannot_be_read_is_lost() {
        let cases = [(r#"{"resource": 1}"#, "1"), (r#"{"locals": {"x": "${"}}"#, "$"), ("[1]", "1"), ("{", "{")];
        for (text, place) in cases {
            let problems = parse(FileId(0), text).problems;
            let places: Vec<_> = problems.iter().map(|problem| &text[problem.span.range()]).collect();
            assert_eq!(places, [place], "{problems:?}");
        }
    }
}
