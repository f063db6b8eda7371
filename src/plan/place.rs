//! Where a value of a plan is written in the sources the plan was made from: from an address to its block, from there
//! down the arguments and nested blocks as the values go down. Knows syntax only: nothing is evaluated, so what an
//! expression chooses is where the expression stands.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Block, Body, Expr, ExprKind, Written};
use crate::value::{Origin, Role};

/// How many variables and locals may hand on a value to one another.
const MAX_DEPTH: usize = 64;

/// A place in the sources.
#[derive(Clone)]
pub(super) struct Place<'p> {
    written: &'p dyn Written,
    /// The calls that lead to the module it is in.
    calls: Arc<[String]>,
    /// The line that announces the innermost block.
    header: Span,
    at: At<'p>,
}

/// What stands there.
#[derive(Clone)]
enum At<'p> {
    /// The content of a block.
    Body(&'p Body),
    /// The nested blocks of one type, static and dynamic, in the body that holds them.
    Blocks(Vec<&'p Block>),
    /// The expression of an argument.
    Expression(Arc<Expr>),
    /// Nothing: it would be written in the innermost block.
    Nothing,
}

impl<'p> Place<'p> {
    /// The block that declares `name` in a module.
    pub fn of(written: &'p dyn Written, calls: Vec<String>, name: &str) -> Option<Self> {
        let block = written.block(&calls, name)?;
        Some(Self { written, calls: calls.into(), header: block.header, at: At::Body(&block.body) })
    }

    /// The line that announces the innermost block.
    pub fn header(&self) -> Span {
        self.header
    }

    /// An argument, or the nested blocks of a type.
    pub fn field(&self, name: &str) -> Self {
        let at = match &self.at {
            At::Body(body) => match body.attribute(name) {
                Some(attribute) => At::Expression(Arc::clone(&attribute.expr)),
                None => nested(body, name),
            },
            At::Expression(expr) => At::Expression(entry(expr, name).unwrap_or_else(|| Arc::clone(expr))),
            At::Blocks(_) | At::Nothing => At::Nothing,
        };
        Self { at, ..self.clone() }
    }

    /// An element of a list, or one of several nested blocks.
    pub fn item(&self, index: usize) -> Self {
        match &self.at {
            At::Blocks(blocks) => match nth(blocks, index) {
                Some(block) => Self { header: block.header, at: At::Body(content(block)), ..self.clone() },
                None => self.clone(),
            },
            At::Expression(expr) => match &expr.kind {
                ExprKind::Tuple(items) => {
                    let item = items.get(index).unwrap_or(expr);
                    Self { at: At::Expression(Arc::clone(item)), ..self.clone() }
                }
                _ => self.clone(),
            },
            At::Body(_) | At::Nothing => self.clone(),
        }
    }

    /// The chain of places a value that stands here came through, as far as it is handed on as it is.
    pub fn origin(&self) -> Origin {
        match &self.at {
            At::Expression(expr) => self.chain(expr, &self.calls, 0),
            At::Blocks(blocks) => blocks.first().map_or_else(Origin::default, |block| Origin::expression(block.header)),
            At::Body(_) | At::Nothing => Origin::at(self.header, Role::Header),
        }
    }

    fn chain(&self, expr: &Expr, calls: &[String], depth: usize) -> Origin {
        let before = match reference(expr) {
            _ if depth == MAX_DEPTH => Origin::default(),
            Some(("var", name)) => self.handed_in(name, calls, depth),
            Some(("local", name)) => match self.written.local(calls, name) {
                Some(local) => self.chain(&local.expr, calls, depth + 1).through(local.name_span, Role::Local),
                None => Origin::default(),
            },
            _ => Origin::default(),
        };
        before.through(expr.span, Role::Expression)
    }

    /// What a module's caller hands in for a variable, else its default. The root's values are not in its sources.
    fn handed_in(&self, variable: &str, calls: &[String], depth: usize) -> Origin {
        let Some((_, caller)) = calls.split_last() else { return Origin::default() };
        if let Some(argument) = self.written.call(calls).and_then(|block| block.body.attribute(variable)) {
            return self.chain(&argument.expr, caller, depth + 1).through(argument.expr.span, Role::Argument);
        }
        let declaration = self.written.block(calls, &format!("var.{variable}"));
        let default = declaration.and_then(|block| block.body.attribute("default"));
        default.map_or_else(Origin::default, |default| Origin::at(default.expr.span, Role::Default))
    }
}

/// The nested blocks of a type, and those that `dynamic` blocks make. In JSON syntax a `dynamic` block is an argument.
fn nested<'p>(body: &'p Body, kind: &str) -> At<'p> {
    let blocks: Vec<&Block> = body.blocks.iter().filter(|block| kind_of(block) == kind).collect();
    if !blocks.is_empty() {
        return At::Blocks(blocks);
    }
    let dynamic = body.attribute("dynamic").and_then(|dynamic| entry(&dynamic.expr, kind));
    dynamic.map_or(At::Nothing, At::Expression)
}

fn kind_of(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if block.kind == "dynamic" => &label.text,
        _ => &block.kind,
    }
}

/// What stands between the braces of a block, or of the `content` of a `dynamic` one.
fn content(block: &Block) -> &Body {
    let inner = block.body.blocks.iter().find(|inner| block.kind == "dynamic" && inner.kind == "content");
    inner.map_or(&block.body, |inner| &inner.body)
}

/// The block that makes the element with this number: counted up to the first `dynamic` block, and from the last one
/// none is known to be it unless it is the only one left.
fn nth<'p>(blocks: &[&'p Block], index: usize) -> Option<&'p Block> {
    let single = blocks.iter().position(|block| block.kind == "dynamic").unwrap_or(blocks.len());
    if index < single {
        return blocks.get(index).copied();
    }
    match blocks.get(single..) {
        Some([dynamic]) => Some(dynamic),
        _ => None,
    }
}

/// The value under a key of an object that is written out.
fn entry(expr: &Expr, name: &str) -> Option<Arc<Expr>> {
    let ExprKind::Object(entries) = &expr.kind else { return None };
    let is_named = |key: &Expr| matches!(&key.kind, ExprKind::Text(text, _) if text == name);
    entries.iter().rev().find(|(key, _)| is_named(key)).map(|(_, value)| Arc::clone(value))
}

/// The two names of `var.x` and `local.x`, when that is all there is.
fn reference(expr: &Expr) -> Option<(&str, &str)> {
    match &expr.kind {
        ExprKind::Attribute(source, name) => match &source.kind {
            ExprKind::Variable(root) => Some((root, name)),
            _ => None,
        },
        ExprKind::Parenthesis(inner) => reference(inner),
        _ => None,
    }
}
