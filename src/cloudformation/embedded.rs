//! A template that stands as a text inside another one, as in the `TemplateBody` of a `StackSet`. Its nodes point at what was
//! written: at the very characters where those can be told, else at the whole text.

use crate::source::Span;
use crate::syntax::{Entry, Node, NodeKind, Problem, Scalar};
use crate::value::Text;

use super::template::{Read, Template, parse_text, recognise};

/// What a known text holds that stands at `whole`.
pub fn read(text: &Text, whole: Span) -> Read {
    let template = text.to_string();
    let (parsed, language) = parse_text(whole.file, &template);
    let place = Place { text, whole };
    match recognise(parsed, language, whole.file, &template) {
        Read::Template(Template { root, problems, .. }) => {
            let problems = problems.into_iter().map(|problem| place.problem(problem)).collect();
            Read::Template(Template { file: whole.file, language, root: place.node(root), problems })
        }
        Read::NotATemplate => Read::NotATemplate,
        Read::Broken(problems) => Read::Broken(problems.into_iter().map(|problem| place.problem(problem)).collect()),
    }
}

/// Where the text stands.
struct Place<'t> {
    text: &'t Text,
    whole: Span,
}

impl Place<'_> {
    fn span(&self, span: Span) -> Span {
        self.text.places().span(span.range()).unwrap_or(self.whole)
    }

    fn node(&self, node: Node) -> Node {
        let kind = match node.kind {
            NodeKind::Scalar(scalar) => {
                let places = scalar.places.within(self.text.places());
                NodeKind::Scalar(Scalar { places, ..scalar })
            }
            NodeKind::Sequence(items) => NodeKind::Sequence(items.into_iter().map(|item| self.node(item)).collect()),
            NodeKind::Mapping(entries) => {
                let entry = |entry: Entry| Entry { key: self.node(entry.key), value: self.node(entry.value) };
                NodeKind::Mapping(entries.into_iter().map(entry).collect())
            }
        };
        Node { kind, span: self.span(node.span), tag: None }
    }

    fn problem(&self, problem: Problem) -> Problem {
        Problem { span: self.span(problem.span), ..problem }
    }
}
