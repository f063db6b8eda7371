//! A template that stands as a text inside another one, as in the `TemplateBody` of a `StackSet`. Its nodes point at what was
//! written: at the very characters where those can be told, else at the whole text.
//!
//! What the text gets at deployment only is a hole in one of its scalars: a value of its parent, which functions put
//! together with what is written around it. It is taken for the text of a scalar, whatever that is; where a hole would
//! decide what the template is made of (a key, a type, a name) it cannot be read.

use indexmap::IndexMap;

use crate::source::{Places, Span};
use crate::syntax::{Entry, Node, NodeKind, Problem, ProblemSeverity, Scalar, Style};
use crate::value::{Marked, Part, Piece, Text, Value};

use super::encoded;
use super::template::{Read, Template, parse_text, recognise};

/// The entries whose texts decide what a template is made of, or which values a parameter takes.
pub const STRUCTURE: [&str; 12] = [
    "AllowedPattern",
    "AllowedValues",
    "Condition",
    "Fn::GetAtt",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Ref",
    "Transform",
    "Type",
];

/// What is said where a hole decides what the template is made of.
pub const DECIDED_LATE: &str = "what stands here is known at deployment only and decides what the template is made of";

/// What a text holds that stands at `whole`.
pub fn read(text: &Text, whole: Span) -> Read {
    if let [Part::Json(value)] = text.parts() {
        return encoded::read(value, whole);
    }
    let Some(marked) = Marked::of(text, |_, _, _| Some("")) else { return Read::NotATemplate };
    let (parsed, language) = parse_text(whole.file, &marked.source);
    let mut place = Place { places: marked.places(), marked, whole, holes: IndexMap::new() };
    match recognise(parsed, language, whole.file, &place.marked.source) {
        Read::Template(Template { root, problems, .. }) => match place.node(root) {
            Ok(root) => {
                let problems = problems.into_iter().map(|problem| place.problem(problem)).collect();
                Read::Template(Template { file: whole.file, language, root, problems, holes: place.holes })
            }
            Err(span) => {
                let severity = ProblemSeverity::Lost;
                Read::Broken(vec![Problem { message: DECIDED_LATE.to_owned(), span, severity }])
            }
        },
        Read::NotATemplate => Read::NotATemplate,
        Read::Broken(problems) => Read::Broken(problems.into_iter().map(|problem| place.problem(problem)).collect()),
    }
}

/// Where the text stands, and what is not known of it.
struct Place<'t> {
    marked: Marked<'t>,
    places: Places,
    whole: Span,
    holes: IndexMap<String, Value>,
}

impl Place<'_> {
    fn span(&self, span: Span) -> Span {
        self.places.span(span.range()).unwrap_or(self.whole)
    }

    fn problem(&self, problem: Problem) -> Problem {
        Problem { span: self.span(problem.span), ..problem }
    }

    /// The node where it stands, with functions for its holes.
    ///
    /// # Errors
    /// The place of a hole that decides what the template is made of.
    fn node(&mut self, node: Node) -> Result<Node, Span> {
        let span = self.span(node.span);
        let kind = match node.kind {
            NodeKind::Scalar(scalar) => {
                let places = scalar.places.within(&self.places);
                let scalar = Scalar { places, ..scalar };
                if self.marked.has_marks(&scalar.text) {
                    return self.filled(&scalar, span);
                }
                NodeKind::Scalar(scalar)
            }
            NodeKind::Sequence(items) => {
                NodeKind::Sequence(items.into_iter().map(|item| self.node(item)).collect::<Result<_, _>>()?)
            }
            NodeKind::Mapping(entries) => {
                NodeKind::Mapping(entries.into_iter().map(|entry| self.entry(entry)).collect::<Result<_, _>>()?)
            }
        };
        Ok(Node { kind, span, tag: None })
    }

    fn entry(&mut self, entry: Entry) -> Result<Entry, Span> {
        let name = entry.key.text().unwrap_or_default();
        let told = match (name, entry.value.items()) {
            (_, items) if STRUCTURE.contains(&name) => items.unwrap_or(std::slice::from_ref(&entry.value)),
            ("Fn::If", Some([condition, ..])) => std::slice::from_ref(condition),
            _ => &[],
        };
        let has_hole = |node: &&Node| node.text().is_some_and(|text| self.marked.has_marks(text));
        if let Some(hole) = told.iter().chain([&entry.key]).find(has_hole) {
            return Err(self.span(hole.span));
        }
        let value = if name == "Fn::Sub" { self.substitution(entry.value)? } else { self.node(entry.value)? };
        Ok(Entry { key: self.node(entry.key)?, value })
    }

    /// The argument of `Fn::Sub`, in whose text holes are names like others.
    fn substitution(&mut self, argument: Node) -> Result<Node, Span> {
        match argument.kind {
            NodeKind::Scalar(scalar) => {
                let span = self.span(argument.span);
                let scalar = Scalar { places: scalar.places.within(&self.places), ..scalar };
                let pieces = self.pieces(&scalar, span)?;
                let named = pieces.into_iter().map(|piece| match piece {
                    Filled::Characters(text) => text,
                    Filled::Hole(name) => Text::literal(format!("${{{name}}}")),
                });
                let text = Text::concat(&named.collect::<Vec<_>>());
                Ok(Node { kind: scalar_of(&text, scalar.style), span, tag: None })
            }
            NodeKind::Sequence(mut items) if !items.is_empty() => {
                let template = self.substitution(items.remove(0))?;
                let rest = items.into_iter().map(|item| self.node(item));
                let items = std::iter::once(Ok(template)).chain(rest).collect::<Result<_, _>>()?;
                Ok(Node { kind: NodeKind::Sequence(items), span: self.span(argument.span), tag: None })
            }
            _ => self.node(argument),
        }
    }

    /// A scalar with holes, as what CloudFormation joins.
    fn filled(&mut self, scalar: &Scalar, span: Span) -> Result<Node, Span> {
        let node = |kind| Node { kind, span, tag: None };
        let text = |text: &str| node(scalar_of(&Text::literal(text), Style::Quoted));
        let call = |name: &str, argument| node(NodeKind::Mapping(vec![Entry { key: text(name), value: argument }]));
        let pieces = self.pieces(scalar, span)?.into_iter().map(|piece| match piece {
            Filled::Characters(text) => node(scalar_of(&text, Style::Quoted)),
            Filled::Hole(name) => call("Ref", text(&name)),
        });
        let mut pieces: Vec<Node> = pieces.collect();
        Ok(match pieces.pop() {
            Some(alone) if pieces.is_empty() => alone,
            last => {
                pieces.extend(last);
                call("Fn::Join", node(NodeKind::Sequence(vec![text(""), node(NodeKind::Sequence(pieces))])))
            }
        })
    }

    /// The pieces of a scalar, with a name for each hole.
    fn pieces(&mut self, scalar: &Scalar, span: Span) -> Result<Vec<Filled>, Span> {
        let mut filled = Vec::new();
        let pieces = self.marked.pieces(&scalar.text);
        let is_alone = pieces.iter().filter(|(range, _)| !range.is_empty()).count() == 1;
        for (range, piece) in pieces {
            match piece {
                Piece::Characters("") => {}
                Piece::Characters(text) => {
                    filled.push(Filled::Characters(Text::literal(text).written(scalar.places.slice(range))));
                }
                Piece::Mark(mark) => {
                    let (Part::Value(value) | Part::Json(value)) = mark.part else { continue };
                    if matches!(mark.part, Part::Json(_)) && !is_alone {
                        return Err(span);
                    }
                    let name = format!("hole {}", self.holes.len());
                    self.holes.insert(name.clone(), value.clone());
                    filled.push(Filled::Hole(name));
                }
            }
        }
        Ok(filled)
    }
}

/// A piece of a scalar: characters where they were written, or the name of a hole.
enum Filled {
    Characters(Text),
    Hole(String),
}

fn scalar_of(text: &Text, style: Style) -> NodeKind {
    NodeKind::Scalar(Scalar { text: text.to_string(), style, places: text.places().clone() })
}
