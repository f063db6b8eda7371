//! Whether Terraform marks what an expression is worth as sensitive, told by how it is written.
//! <https://developer.hashicorp.com/terraform/language/functions/issensitive>
//!
//! Sensitive are variables that say so, and what `sensitive` makes; whatever is made of them is, too. What a provider marks
//! is not known.

use std::cell::Cell;
use std::rc::Rc;

use crate::source::Span;
use crate::syntax::{Block, Call, Expansion, Expr, ExprKind, ForResult, Step, TemplatePart};
use crate::value::{Data, Origin, Value};

use super::scope::{Env, Scope};
use super::tree::{Child, Node};

/// How many expressions are looked at for one answer.
const MAX_STEPS: usize = 2_000;

/// What is known of the marks of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    /// Whether the value itself is marked; `None` where that is not known.
    whole: Option<bool>,
    /// Whether anything that it holds is marked.
    inside: Option<bool>,
}

/// Functions that leave marks where they are: what they give is marked if the collection is, and holds what that holds.
const KEEPING: [&str; 9] = ["chunklist", "concat", "merge", "reverse", "slice", "tolist", "tomap", "values", "zipmap"];

/// The same, where what they give holds nothing of the collection.
const COUNTING: [&str; 2] = ["keys", "length"];

/// Functions that give something of their argument.
const CHOOSING: [&str; 3] = ["element", "ephemeralasnull", "one"];

impl Marks {
    const CLEAN: Self = Self { whole: Some(false), inside: Some(false) };
    const SENSITIVE: Self = Self { whole: Some(true), inside: None };
    const UNKNOWN: Self = Self { whole: None, inside: None };

    /// What is made of values, and of all that they hold: it is marked if anything is.
    fn made_of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::CLEAN, |made, part| {
            let is_marked = |marks: Self| marks.whole == Some(true) || marks.inside == Some(true);
            match (made, part) {
                _ if is_marked(made) || is_marked(part) => Self::SENSITIVE,
                (Self::CLEAN, Self::CLEAN) => Self::CLEAN,
                _ => Self::UNKNOWN,
            }
        })
    }

    /// What is one of several values, or a part of them.
    fn part_of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::CLEAN, |made, part| match (made, part) {
            (Self { whole: Some(true), .. }, _) | (_, Self { whole: Some(true), .. }) => Self::SENSITIVE,
            (Self::CLEAN, Self::CLEAN) => Self::CLEAN,
            _ => Self::UNKNOWN,
        })
    }

    /// A collection that holds values: what is marked in it is marked there.
    fn around(parts: impl IntoIterator<Item = Self>) -> Self {
        let inside = match Self::made_of(parts) {
            Self::CLEAN => Some(false),
            Self { whole, .. } => whole,
        };
        Self { whole: Some(false), inside }
    }

    /// A collection that has what these collections hold.
    fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::CLEAN, |made, part| {
            let either = |one: Option<bool>, other: Option<bool>| match (one, other) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
            Self { whole: either(made.whole, part.whole), inside: either(made.inside, part.inside) }
        })
    }

    /// These, and what `others` says if they are clean.
    fn and_then(self, others: impl FnOnce() -> Self) -> Self {
        if self == Self::CLEAN { others() } else { self }
    }
}

/// `issensitive(argument)`, where `value` is what is known of it without marks.
pub(super) fn sensitivity(call: &Call, value: Value, span: Span, env: Env<'_, '_>) -> Value {
    let ([argument], Expansion::None, Some(scope)) = (call.arguments.as_slice(), call.expansion, env.scope) else {
        return value;
    };
    if let Data::Failed(_) = value.data {
        return value;
    }
    let reader = Reader { steps: Cell::new(0) };
    let bound: Vec<&str> = env.names().map(|(name, _)| name).collect();
    let place = Place { calls: calls(scope), bound: &bound, own: &[] };
    match reader.marks(argument, &place).whole {
        Some(is_sensitive) => Value::bool(is_sensitive, Origin::expression(span)),
        None => value,
    }
}

/// The modules that lead to a scope, the root first, each with the block that calls it.
fn calls<'a>(scope: &Rc<Scope<'a>>) -> Vec<(&'a Node, Option<&'a Block>)> {
    let mut calls = scope.call.as_ref().map(|caller| self::calls(&caller.scope)).unwrap_or_default();
    calls.push((scope.node, scope.call.as_ref().map(|caller| caller.block)));
    calls
}

/// Where an expression stands.
struct Place<'p> {
    /// The modules that lead there, and the blocks that call them.
    calls: Vec<(&'p Node, Option<&'p Block>)>,
    /// Names that are bound around the whole, of whose values nothing is known.
    bound: &'p [&'p str],
    /// Names of `for` expressions in the whole, which matter only where what they run over is clean.
    own: &'p [&'p str],
}

struct Reader {
    steps: Cell<usize>,
}

impl Reader {
    fn marks(&self, expr: &Expr, place: &Place<'_>) -> Marks {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            return Marks::UNKNOWN;
        }
        let of = |expr: &Expr| self.marks(expr, place);
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..) => Marks::CLEAN,
            ExprKind::Template(parts) => self.template(parts, place),
            ExprKind::Tuple(items) => Marks::around(items.iter().map(|item| of(item))),
            ExprKind::Object(entries) => {
                let values = entries.iter().map(|(_, value)| of(value));
                Marks::made_of(entries.iter().map(|(key, _)| of(key))).and_then(|| Marks::around(values))
            }
            ExprKind::Variable(_) => self.reference(expr, place).unwrap_or(Marks::UNKNOWN),
            ExprKind::Attribute(source, _) => {
                self.reference(expr, place).unwrap_or_else(|| Marks::part_of([of(source)]))
            }
            ExprKind::Index(source, key) => {
                self.reference(expr, place).unwrap_or_else(|| Marks::part_of([of(source), of(key)]))
            }
            ExprKind::Splat(source, steps) => {
                let keys =
                    steps.iter().filter_map(|step| if let Step::Index(key) = step { Some(of(key)) } else { None });
                Marks::part_of(std::iter::once(of(source)).chain(keys))
            }
            ExprKind::Call(call) => self.call(call, place),
            // Either branch gives the result its type, and its marks.
            ExprKind::Conditional(condition, yes, no) => Marks::part_of([of(condition), of(yes), of(no)]),
            ExprKind::Binary(left, _, right) => Marks::made_of([of(left), of(right)]),
            ExprKind::Negate(inner) | ExprKind::Not(inner) => Marks::made_of([of(inner)]),
            ExprKind::Parenthesis(inner) => of(inner),
            ExprKind::For(each) => {
                let (key, value) = match &each.result {
                    ForResult::Tuple(value) => (None, value),
                    ForResult::Object(key, value) | ForResult::Grouped(key, value) => (Some(key), value),
                };
                self.repeated(&each.collection, each.key.as_deref(), &each.value, place, |inner| {
                    let chosen = key.into_iter().chain(&each.condition).map(|expr| self.marks(expr, inner));
                    Marks::made_of(chosen).and_then(|| Marks::around([self.marks(value, inner)]))
                })
            }
            ExprKind::Unsupported(_) => Marks::UNKNOWN,
        }
    }

    fn template(&self, parts: &[TemplatePart], place: &Place<'_>) -> Marks {
        Marks::made_of(parts.iter().map(|part| match part {
            TemplatePart::Literal(..) => Marks::CLEAN,
            TemplatePart::Interpolation(expr) => self.marks(expr, place),
            TemplatePart::If(condition, yes, no) => {
                Marks::made_of([self.marks(condition, place), self.template(yes, place), self.template(no, place)])
            }
            TemplatePart::For(each) => {
                self.repeated(&each.collection, each.key.as_deref(), &each.value, place, |inner| {
                    self.template(&each.parts, inner)
                })
            }
        }))
    }

    /// What is made of each element of a collection.
    fn repeated(
        &self,
        collection: &Expr,
        key: Option<&str>,
        value: &str,
        place: &Place<'_>,
        each: impl FnOnce(&Place<'_>) -> Marks,
    ) -> Marks {
        let own: Vec<&str> = place.own.iter().copied().chain(key).chain([value]).collect();
        match self.marks(collection, place) {
            Marks::CLEAN => each(&Place { calls: place.calls.clone(), bound: place.bound, own: &own }),
            collection => Marks::part_of([collection]),
        }
    }

    fn call(&self, call: &Call, place: &Place<'_>) -> Marks {
        let arguments = || call.arguments.iter().map(|argument| self.marks(argument, place));
        match call.name.strip_prefix("core::").unwrap_or(&call.name) {
            "sensitive" => Marks::SENSITIVE,
            "can" | "issensitive" => Marks::CLEAN,
            // What is inside stays marked.
            "nonsensitive" => Marks { whole: Some(false), ..Marks::joined(arguments()) },
            name if KEEPING.contains(&name) => Marks::joined(arguments()),
            name if COUNTING.contains(&name) => Marks { inside: Some(false), ..Marks::joined(arguments()) },
            name if CHOOSING.contains(&name) => Marks::part_of(arguments()),
            // Which of the arguments it is, is not worked out here.
            "lookup" | "try" => match Marks::made_of(arguments()) {
                Marks::CLEAN => Marks::CLEAN,
                _ => Marks::UNKNOWN,
            },
            name if name.starts_with("provider::") => Marks::UNKNOWN,
            _ => Marks::made_of(arguments()),
        }
    }

    /// The marks of a name that leads to a variable, a local value, an output or the like; `None` of what leads on from one.
    fn reference(&self, expr: &Expr, place: &Place<'_>) -> Option<Marks> {
        let (node, call) = place.calls.last()?;
        let (base, names) = names(expr)?;
        if place.own.contains(&base) {
            return names.is_empty().then_some(Marks::CLEAN);
        }
        // Terraform runs over nothing that is marked.
        if matches!((base, names.as_slice()), ("count", [_]) | ("each", ["key"])) {
            return Some(Marks::CLEAN);
        }
        if place.bound.contains(&base) {
            return names.is_empty().then_some(Marks::UNKNOWN);
        }
        match (base, names.as_slice()) {
            ("var", [name]) => {
                let block = node.module.variables.get(*name)?;
                Some(said(block).unwrap_or_else(|| self.argument(name, *call, place)))
            }
            ("local", [name]) => Some(self.marks(&node.module.locals.get(*name)?.expr, &place.alone())),
            ("module", [name, output]) => {
                let Child::Present(child) = node.children.get(*name)? else { return Some(Marks::UNKNOWN) };
                let block = child.module.outputs.get(*output)?;
                let value = &block.body.attribute("value")?.expr;
                let inside = place.inside(child, node.module.calls.get(*name)?);
                // Terraform 1.11 does not mark what an output says to be sensitive, and other versions do.
                let marks = self.marks(value, &inside);
                Some(if said(block).is_some() && marks.whole != Some(true) { Marks::UNKNOWN } else { marks })
            }
            ("path" | "terraform", [_]) => Some(Marks::CLEAN),
            ("var" | "local" | "count" | "each" | "path" | "terraform", _) | ("module", [_, _, ..]) => None,
            _ => Some(Marks::UNKNOWN),
        }
    }

    /// What is handed in for a variable. Files, options and the environment mark nothing.
    fn argument(&self, name: &str, call: Option<&Block>, place: &Place<'_>) -> Marks {
        let Some(argument) = call.and_then(|call| call.body.attribute(name)) else { return Marks::CLEAN };
        match place.calls.split_last() {
            Some((_, outer)) => self.marks(&argument.expr, &Place { calls: outer.to_vec(), bound: &[], own: &[] }),
            None => Marks::UNKNOWN,
        }
    }
}

impl<'p> Place<'p> {
    /// The same module without the names around an expression.
    fn alone(&self) -> Self {
        Place { calls: self.calls.clone(), bound: &[], own: &[] }
    }

    /// Inside of a module that is called here.
    fn inside(&self, node: &'p Node, call: &'p Block) -> Self {
        let calls = self.calls.iter().copied().chain([(node, Some(call))]).collect();
        Place { calls, bound: &[], own: &[] }
    }
}

/// What a block says of its value, unless that is for the value to say.
fn said(block: &Block) -> Option<Marks> {
    match block.body.attribute("sensitive").map(|attribute| &attribute.expr.kind) {
        None | Some(ExprKind::Bool(false)) => None,
        Some(ExprKind::Bool(true)) => Some(Marks::SENSITIVE),
        Some(_) => Some(Marks::UNKNOWN),
    }
}

/// The names of a chain, without the keys of instances; `None` of what begins with anything else.
fn names(expr: &Expr) -> Option<(&str, Vec<&str>)> {
    match &expr.kind {
        ExprKind::Variable(name) => Some((name, Vec::new())),
        ExprKind::Attribute(source, name) => {
            let (base, mut names) = self::names(source)?;
            names.push(name);
            Some((base, names))
        }
        // `module.name[key].output`
        ExprKind::Index(source, key) if is_constant(key) => {
            self::names(source).filter(|(base, names)| *base == "module" && names.len() == 1)
        }
        _ => None,
    }
}

fn is_constant(key: &Expr) -> bool {
    matches!(key.kind, ExprKind::Number(_) | ExprKind::Text(..))
}
