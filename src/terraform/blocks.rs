//! What a block holds, whether it is written as a block, as an object in JSON syntax, or by a `dynamic` block.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::Span;
use crate::syntax::{Attribute, Block, Body, Expr, ExprKind};
use crate::value::{Ask, Awaited, Data, Emptiness, Input, ListKind, MapKind, Origin, Question, Role, Value};

use super::evaluator::Evaluator;
use super::expand::presence;
use super::repeat::Elements;
use super::scope::{Binding, Env};
use super::unknown::as_collection;

/// The arguments and nested blocks of one block.
#[derive(Clone, Copy)]
pub(super) enum Content<'c> {
    /// Between braces.
    Body(&'c Body, Span),
    /// An object expression that stands for a block, as in JSON syntax.
    Object(&'c [(Arc<Expr>, Arc<Expr>)], Span),
    /// A value that stands for a block.
    Value(&'c Value, Span),
}

impl<'c> Content<'c> {
    /// The content of a block.
    pub fn of(block: &'c Block) -> Self {
        Self::Body(&block.body, block.header)
    }

    /// The line that announces the block, where a missing argument would be written.
    pub fn header(&self) -> Span {
        match self {
            Self::Body(_, span) | Self::Object(_, span) | Self::Value(_, span) => *span,
        }
    }

    /// The expression an argument is written as.
    pub fn expr(&self, name: &str) -> Option<&'c Expr> {
        match self {
            Self::Body(body, _) => body.attribute(name).map(|attribute| attribute.expr.as_ref()),
            Self::Object(entries, _) => entry(entries, name),
            Self::Value(..) => None,
        }
    }
}

/// What is done with each nested block: its content, and what says whether it is there.
type Visit<'v, 'a> = &'v mut dyn FnMut(Content<'_>, Env<'_, 'a>, There<'_>);

/// What says whether a nested block is there.
#[derive(Clone, Copy, Default)]
pub(super) struct There<'v> {
    /// What it waits for, where that tells.
    waiting: Option<&'v Value>,
    /// Where it is said, and what came by there.
    by: Option<&'v Origin>,
}

/// Elements of a collection with their keys, and what they wait for where that tells whether they are there.
type Perhaps = (Option<Value>, Vec<(Value, Value)>);

/// What nested blocks are made into, of which some may wait for an answer that tells whether they are there.
#[derive(Default)]
pub(super) struct Items {
    made: Vec<Value>,
    waiting: Option<Value>,
    /// What says whether those that wait are there.
    by: Origin,
}

impl Items {
    /// Adds what a block is made into.
    pub fn add(&mut self, made: impl IntoIterator<Item = Value>, there: There<'_>) {
        if let (None, Some(waiting)) = (&self.waiting, there.waiting) {
            self.waiting = Some(waiting.clone());
            self.by = there.by.cloned().unwrap_or_default();
        }
        self.made.extend(made.into_iter().map(|item| {
            let item = match there.by {
                Some(by) => Value { origin: item.origin.there_by(by), ..item },
                None => item,
            };
            match there.waiting {
                Some(waiting) => waiting.perhaps(item),
                None => item,
            }
        }));
    }

    /// All of them, where `unknown` does not keep them from being known.
    pub fn list(self, unknown: Option<Value>, origin: Origin) -> Value {
        match (unknown, self.waiting) {
            (Some(unknown), _) => unknown.unsaid(),
            (None, Some(waiting)) => {
                Value::new(waiting.data, origin.there_by(&self.by)).awaiting(Awaited::Elements(self.made))
            }
            (None, None) => Value::list(ListKind::List, self.made, origin),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// The value of an argument; `None` when it is not written.
    pub fn argument(&self, content: Content<'_>, name: &str, env: Env<'_, 'a>) -> Option<Value> {
        if let Content::Value(value, _) = content {
            return match &value.data {
                Data::Map(_, entries) => entries.get(name).cloned(),
                _ => Some(value.field(name)),
            };
        }
        content.expr(name).map(|expr| self.evaluate(expr, env))
    }

    /// Visits the nested blocks of one type. `Some` is what keeps them from being known.
    pub fn each_block(
        &self,
        content: Content<'_>,
        kind: &str,
        env: Env<'_, 'a>,
        visit: Visit<'_, 'a>,
    ) -> Option<Value> {
        match content {
            Content::Body(body, _) => {
                for block in &body.blocks {
                    let unknown = if block.kind == kind {
                        visit(Content::of(block), env, There::default());
                        None
                    } else if is_dynamic(block, kind) {
                        self.each_dynamic(block, kind, env, visit)
                    } else {
                        None
                    };
                    if unknown.is_some() {
                        return unknown;
                    }
                }
            }
            Content::Object(..) => {}
            Content::Value(..) => {
                let value = self.argument(content, kind, env)?;
                return each_value(&value, content.header(), env, visit);
            }
        }
        let dynamic = content.expr("dynamic").and_then(|dynamic| self.each_dynamic_object(dynamic, kind, env, visit));
        dynamic.or_else(|| self.each_object(content.expr(kind)?, env, visit))
    }

    /// An argument that stands for blocks: an object, or a list of objects.
    fn each_object(&self, expr: &Expr, env: Env<'_, 'a>, visit: Visit<'_, 'a>) -> Option<Value> {
        match &expr.kind {
            ExprKind::Object(entries) => {
                visit(Content::Object(entries, expr.span), env, There::default());
                None
            }
            ExprKind::Tuple(items) => items.iter().find_map(|item| self.each_object(item, env, &mut *visit)),
            _ => each_value(&self.evaluate(expr, env), expr.span, env, visit),
        }
    }

    fn each_dynamic(&self, block: &Block, kind: &str, env: Env<'_, 'a>, visit: Visit<'_, 'a>) -> Option<Value> {
        let collection = &block.body.attribute("for_each")?.expr;
        let content = block.body.blocks_of("content").next()?;
        let iterator = match block.body.attribute("iterator").map(|iterator| &iterator.expr.kind) {
            Some(ExprKind::Variable(name) | ExprKind::Text(name, _)) => name,
            _ => kind,
        };
        let content = Content::Body(&content.body, block.header);
        self.repeat(collection, iterator, env, &mut |env, there| visit(content, env, there))
    }

    /// `"dynamic": {"kind": {"for_each": …, "iterator": …, "content": {…}}}`, or a list of those.
    fn each_dynamic_object(&self, expr: &Expr, kind: &str, env: Env<'_, 'a>, visit: Visit<'_, 'a>) -> Option<Value> {
        match &expr.kind {
            ExprKind::Tuple(items) => {
                items.iter().find_map(|item| self.each_dynamic_object(item, kind, env, &mut *visit))
            }
            ExprKind::Object(entries) => {
                let wanted = entry(entries, kind)?;
                let descriptions: Vec<&Expr> = match &wanted.kind {
                    ExprKind::Tuple(items) => items.iter().map(AsRef::as_ref).collect(),
                    _ => vec![wanted],
                };
                descriptions.into_iter().find_map(|description| {
                    let ExprKind::Object(entries) = &description.kind else { return None };
                    let iterator = match entry(entries, "iterator").map(|iterator| &iterator.kind) {
                        Some(ExprKind::Variable(name) | ExprKind::Text(name, _)) => name,
                        _ => kind,
                    };
                    let content = entry(entries, "content")?;
                    self.repeat(entry(entries, "for_each")?, iterator, env, &mut |env, there| {
                        self.each_object(content, env, &mut |content, env, inner| {
                            visit(content, env, There { waiting: there.waiting.or(inner.waiting), ..there });
                        });
                    })
                })
            }
            _ => None,
        }
    }

    /// Runs `work` for each element of a collection; once for an open one that is not empty. Of a collection that waits for an
    /// answer, for each that it may have then. There is none where an element fails, whether or not that is read.
    fn repeat(
        &self,
        collection: &Expr,
        iterator: &str,
        env: Env<'_, 'a>,
        work: &mut dyn FnMut(Env<'_, 'a>, There<'_>),
    ) -> Option<Value> {
        let span = collection.span;
        let collection = self.evaluate(collection, env);
        let by = presence(&collection, span);
        let mut each = |elements: Vec<(Value, Value)>, waiting: Option<&Value>| {
            for (key, value) in elements {
                let entries = IndexMap::from([("key".to_owned(), key), ("value".to_owned(), value)]);
                let element = Value::map(MapKind::Object, entries, Origin::expression(span));
                let binding = Binding::new(iterator, &element, env);
                work(env.with(&binding), There { waiting, by: Some(&by) });
            }
        };
        match self.likely_elements(&collection, span) {
            Ok(elements) => match elements.iter().find(|(_, value)| matches!(value.data, Data::Failed(_))) {
                Some((_, failed)) => return Some(failed.clone()),
                None => each(elements, None),
            },
            Err(stop) => match self.awaited_elements(&collection, span) {
                Some(awaited) => awaited.into_iter().for_each(|(waiting, elements)| each(elements, waiting.as_ref())),
                None => return Some(stop),
            },
        }
        None
    }

    /// What a collection that waits for an answer may have then, each with what tells whether it is there.
    fn awaited_elements(&self, collection: &Value, span: Span) -> Option<Vec<Perhaps>> {
        if let Some(collections) = collection.outcomes().filter(|_| collection.is_waiting()) {
            let waiting = Some(collection.clone().unsaid());
            let elements =
                collections.into_iter().map(|one| Some((waiting.clone(), self.likely_elements(one, span).ok()?)));
            return elements.collect();
        }
        // Under which key an element is, others tell that may be missing.
        let key = |element: &Value| (collection.clone().unsaid(), element.clone());
        let elements = collection.awaited_elements()?.iter().map(|element| {
            let waiting = Some(element.clone().unsaid()).filter(Value::is_waiting);
            Some((waiting, element.outcomes()?.into_iter().map(key).collect()))
        });
        elements.collect()
    }

    /// The elements of a collection; of an open one that is not empty, one that stands for all.
    fn likely_elements(&self, value: &Value, span: Span) -> Elements {
        if let Some((junction, parts)) = value.parts() {
            let parts = self.resolved_parts(junction, parts, span);
            let parts: Result<Vec<_>, Value> = parts.iter().map(|part| self.likely_elements(part, span)).collect();
            return parts.map(|parts| parts.concat());
        }
        let obstacle = match self.elements(value, span) {
            Ok(elements) => return Ok(elements),
            Err(obstacle) => obstacle,
        };
        let input = match &obstacle.data {
            Data::Open(input) => as_collection(input, value.said_type(), Emptiness::List),
            // A collection that is set at deployment may be empty.
            Data::Opaque(_) => Arc::new(Input::derived(value.describe(), value.origin.clone())),
            _ => return Err(obstacle),
        };
        let question = Question::new(input, Ask::Empty);
        match self.world.answer(&question) {
            Some(true) => Ok(Vec::new()),
            Some(false) => match value.filtered() {
                Some([.., Value { data: Data::Bool(false), .. }]) => Ok(Vec::new()),
                Some([.., is_met]) if matches!(is_met.data, Data::Pending(_) | Data::Failed(_)) => Err(is_met.clone()),
                _ => Ok(vec![self.any_element(value, span)]),
            },
            None => Err(Value::pending(question, Origin::expression(span))),
        }
    }

    /// Everything a block holds as one map: arguments, and nested blocks as lists of maps.
    pub fn whole_content(&self, content: Content<'_>, without: &[&str], env: Env<'_, 'a>) -> Value {
        let origin = Origin::at(content.header(), Role::Header);
        let entries: IndexMap<String, Value> = match content {
            Content::Value(value, _) => return value.clone(),
            Content::Object(entries, _) => entries
                .iter()
                .filter_map(|(key, value)| match &key.kind {
                    ExprKind::Text(name, _) if !without.contains(&name.as_str()) => {
                        Some((name.clone(), self.evaluate(value, env)))
                    }
                    _ => None,
                })
                .collect(),
            Content::Body(body, _) => {
                let argument = |attribute: &Attribute| (attribute.name.clone(), self.evaluate(&attribute.expr, env));
                let written = body.attributes.iter().filter(|attribute| !without.contains(&attribute.name.as_str()));
                let mut entries: IndexMap<String, Value> = written.map(argument).collect();
                for kind in nested_kinds(body) {
                    if !without.contains(&kind) && !entries.contains_key(kind) {
                        entries.insert(kind.to_owned(), self.blocks_value(content, kind, env));
                    }
                }
                entries
            }
        };
        Value::map(MapKind::Object, entries, origin)
    }

    /// The nested blocks of one type as a list of maps.
    pub fn blocks_value(&self, content: Content<'_>, kind: &str, env: Env<'_, 'a>) -> Value {
        let mut items = Items::default();
        let unknown = self.each_block(content, kind, env, &mut |block, env, there| {
            items.add([self.whole_content(block, &[], env)], there);
        });
        items.list(unknown, Origin::at(content.header(), Role::Header))
    }
}

/// A value that stands for blocks: a map, or a list of maps.
fn each_value<'a>(value: &Value, span: Span, env: Env<'_, 'a>, visit: Visit<'_, 'a>) -> Option<Value> {
    match &value.data {
        Data::Null => None,
        Data::List(_, items) => items.iter().find_map(|item| each_value(item, span, env, &mut *visit)),
        Data::Map(..) => {
            visit(Content::Value(value, span), env, There::default());
            None
        }
        _ => Some(value.clone()),
    }
}

/// The argument called `name` of every nested block of one type, blocks written as objects included.
pub(super) fn nested_arguments<'c>(body: &'c Body, kind: &'c str, name: &str) -> Vec<&'c Expr> {
    let blocks = body.blocks_of(kind).filter_map(|block| block.body.attribute(name));
    let written = blocks.map(|attribute| attribute.expr.as_ref());
    let objects = body.attribute(kind).into_iter().flat_map(|attribute| entries_called(name, &attribute.expr));
    written.chain(objects).collect()
}

/// What the objects that an expression writes down, one or a list of them, hold under a name.
pub(super) fn entries_called<'c>(name: &str, expr: &'c Expr) -> Vec<&'c Expr> {
    match &expr.kind {
        ExprKind::Object(entries) => entry(entries, name).into_iter().collect(),
        ExprKind::Tuple(items) => items.iter().flat_map(|item| entries_called(name, item)).collect(),
        _ => Vec::new(),
    }
}

/// The types of the blocks in a body, `dynamic` ones under the type they make.
pub(super) fn nested_kinds(body: &Body) -> Vec<&str> {
    let mut kinds: Vec<&str> = Vec::new();
    for block in &body.blocks {
        let kind = match block.labels.first() {
            Some(label) if block.kind == "dynamic" => label.text.as_str(),
            _ => block.kind.as_str(),
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

fn is_dynamic(block: &Block, kind: &str) -> bool {
    block.kind == "dynamic" && block.labels.first().is_some_and(|label| label.text == kind)
}

fn entry<'c>(entries: &'c [(Arc<Expr>, Arc<Expr>)], name: &str) -> Option<&'c Expr> {
    let is_named = |key: &Expr| matches!(&key.kind, ExprKind::Text(text, _) if text == name);
    entries.iter().rev().find(|(key, _)| is_named(key)).map(|(_, value)| value.as_ref())
}
