//! A template that another language makes of its own values and writes as JSON. It is read without being written: each value
//! stands where it was made, and what is not known of it is a hole, as in a text.

use indexmap::IndexMap;

use crate::model::Language;
use crate::source::Span;
use crate::syntax::{Entry, Node, NodeKind, Parsed, Problem, ProblemSeverity, Scalar, Style};
use crate::value::{Data, Part, Text, Value};

use super::embedded::{DECIDED_LATE, STRUCTURE};
use super::template::{Read, Template, recognise};

/// What `value` is as a template that stands at `whole`.
pub fn read(value: &Value, whole: Span) -> Read {
    let mut writer = Writer { whole, holes: IndexMap::new() };
    let root = match writer.node(value, "") {
        Ok(root) => root,
        Err(span) => {
            let severity = ProblemSeverity::Lost;
            return Read::Broken(vec![Problem { message: DECIDED_LATE.to_owned(), span, severity }]);
        }
    };
    let parsed = Parsed { documents: vec![root], ..Parsed::default() };
    match recognise(parsed, Language::CloudFormationJson, whole.file, "") {
        Read::Template(template) => Read::Template(Template { holes: writer.holes, ..template }),
        other => other,
    }
}

struct Writer {
    whole: Span,
    holes: IndexMap<String, Value>,
}

impl Writer {
    /// The node of a value that stands under `key`.
    ///
    /// # Errors
    /// The place of something unknown that decides what the template is made of.
    fn node(&mut self, value: &Value, key: &str) -> Result<Node, Span> {
        let span = value.origin.nearest().unwrap_or(self.whole);
        let scalar = |text: &str, style| Node { kind: scalar(text, style), span, tag: None };
        Ok(match &value.data {
            Data::Null => scalar("null", Style::Plain),
            Data::Bool(_) | Data::Number(_) => scalar(&value.describe(), Style::Plain),
            Data::Text(text) => match text.as_literal() {
                Some(literal) => {
                    let written = Scalar { places: text.places().clone(), ..Scalar::new(literal, Style::Quoted) };
                    Node { kind: NodeKind::Scalar(written), span, tag: None }
                }
                None if key == "Fn::Sub" => scalar(&self.template(text), Style::Quoted),
                None => self.hole(value, key, span)?,
            },
            Data::List(_, items) => {
                let items = items.iter().map(|item| self.node(item, key)).collect::<Result<_, _>>()?;
                Node { kind: NodeKind::Sequence(items), span, tag: None }
            }
            Data::Map(_, entries) => {
                let entries = entries.iter().map(|(name, value)| {
                    let place = value.origin.nearest().unwrap_or(span);
                    let key = Node { kind: self::scalar(name, Style::Quoted), span: place, tag: None };
                    Ok(Entry { key, value: self.node(value, name)? })
                });
                Node { kind: NodeKind::Mapping(entries.collect::<Result<_, _>>()?), span, tag: None }
            }
            _ => self.hole(value, key, span)?,
        })
    }

    /// A function for what is not known.
    fn hole(&mut self, value: &Value, key: &str, span: Span) -> Result<Node, Span> {
        if STRUCTURE.contains(&key) {
            return Err(span);
        }
        let name = self.named(value);
        let node = |kind| Node { kind, span, tag: None };
        let entry = Entry { key: node(scalar("Ref", Style::Quoted)), value: node(scalar(&name, Style::Quoted)) };
        Ok(node(NodeKind::Mapping(vec![entry])))
    }

    /// The text of `Fn::Sub`, in which holes are names like others.
    fn template(&mut self, text: &Text) -> String {
        let pieces = text.parts().iter().map(|part| match part {
            Part::Literal(literal) => literal.clone(),
            Part::Value(value) | Part::Json(value) => format!("${{{}}}", self.named(value)),
        });
        pieces.collect()
    }

    fn named(&mut self, value: &Value) -> String {
        let name = format!("hole {}", self.holes.len());
        self.holes.insert(name.clone(), value.clone());
        name
    }
}

fn scalar(text: &str, style: Style) -> NodeKind {
    NodeKind::Scalar(Scalar::new(text, style))
}
