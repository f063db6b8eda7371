//! Which buckets an argument can come to, whatever the inputs are: `var.a ? aws_s3_bucket_policy.p[0].id : aws_s3_bucket.b.id`
//! is one bucket, and no other one's row has to know `var.a`.
//!
//! Reads what is written, and evaluates nothing: what it cannot follow may be any bucket.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::{Kind, schema, without_indices};
use crate::syntax::{Block, Call, Expr, ExprKind, Step};

use super::module::{Mode, ResourceKey};
use super::scope::Scope;
use super::tree::{Child, Node};

/// How many expressions are looked at. Locals that lead back to themselves are Terraform's to refuse.
const MAX_STEPS: usize = 1_000;
/// The attributes of a bucket, and of what belongs to one, that are the bucket's name.
const NAMES: &[&str] = &["id", "bucket"];
/// The functions whose result is one of the values that they are given, or what these hold.
const CHOICES: &[&str] =
    &["coalesce", "coalescelist", "compact", "concat", "distinct", "flatten", "one", "tolist", "toset", "try"];

/// A bucket that is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'w> {
    /// Its address without any index.
    pub block: &'w str,
    /// Its name, where that is a literal.
    pub name: Option<&'w str>,
}

/// A module as it is written, where it is called.
struct Place<'a> {
    node: &'a Node,
    /// Its address without any index; empty for the root.
    path: String,
    call: Option<(&'a Block, Rc<Place<'a>>)>,
}

impl<'a> Place<'a> {
    fn of(scope: &Scope<'a>) -> Rc<Self> {
        let call = scope.call.as_ref().map(|call| (call.block, Self::of(&call.scope)));
        Rc::new(Self { node: scope.node, path: without_indices(&scope.address), call })
    }

    fn address(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// Whether an expression in a module instance may come to the bucket.
pub(super) fn may_be(expr: &Expr, scope: &Scope, wanted: Wanted) -> bool {
    may_come_to(expr, &Place::of(scope), wanted, &Cell::new(MAX_STEPS))
}

fn may_come_to(expr: &Expr, place: &Rc<Place>, wanted: Wanted, steps: &Cell<usize>) -> bool {
    let Some(left) = steps.get().checked_sub(1) else { return true };
    steps.set(left);
    let may_be = |part: &Expr| may_come_to(part, place, wanted, steps);
    match &expr.kind {
        // What names no bucket is refused by the provider.
        ExprKind::Null => false,
        ExprKind::Text(name, _) => wanted.name.is_none_or(|wanted| wanted == name),
        ExprKind::Parenthesis(inner) => may_be(inner),
        ExprKind::Conditional(_, yes, no) => may_be(yes) || may_be(no),
        ExprKind::Tuple(items) => items.iter().any(|item| may_be(item)),
        ExprKind::Call(call) => choices(call).is_none_or(|choices| choices.iter().any(|choice| may_be(choice))),
        ExprKind::Attribute(..) | ExprKind::Index(..) | ExprKind::Splat(..) => match names(expr).as_deref() {
            Some([kind, name, attributes @ ..]) => referred(kind, name, attributes, place, wanted, steps),
            _ => true,
        },
        _ => true,
    }
}

/// The arguments of which the result of a call is one, where it is one of them.
fn choices(call: &Call) -> Option<&[Arc<Expr>]> {
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("element", [list, _]) => Some(std::slice::from_ref(list)),
        // A name that is put together of several is none of them.
        ("join", [_, list]) if matches!(list.kind, ExprKind::Splat(..)) => Some(std::slice::from_ref(list)),
        (name, arguments) => CHOICES.contains(&name).then_some(arguments),
    }
}

/// Whether a reference may come to the bucket.
fn referred(
    kind: &str,
    name: &str,
    attributes: &[&str],
    place: &Rc<Place>,
    wanted: Wanted,
    steps: &Cell<usize>,
) -> bool {
    let module = &place.node.module;
    match (kind, attributes) {
        ("local", []) => module.locals.get(name).is_none_or(|local| may_come_to(&local.expr, place, wanted, steps)),
        ("var", []) => {
            let handed = place.call.as_ref().and_then(|(call, caller)| Some((call.body.attribute(name)?, caller)));
            handed.is_none_or(|(argument, caller)| may_come_to(&argument.expr, caller, wanted, steps))
        }
        ("module", [output]) => {
            let (Some(Child::Present(node)), Some(call)) = (place.node.children.get(name), module.calls.get(name))
            else {
                return true;
            };
            let path = place.address(&format!("module.{name}"));
            let inner = Rc::new(Place { node, path, call: Some((call, Rc::clone(place))) });
            let value = node.module.outputs.get(*output).and_then(|output| output.body.attribute("value"));
            value.is_none_or(|value| may_come_to(&value.expr, &inner, wanted, steps))
        }
        (_, [attribute]) if NAMES.contains(attribute) => match schema::kind(kind) {
            Some(Kind::Bucket) => place.address(&format!("{kind}.{name}")) == wanted.block,
            Some(known) if schema::belongs_to_bucket(known) => {
                let key = ResourceKey { mode: Mode::Managed, kind: kind.to_owned(), name: name.to_owned() };
                let bucket = module.resources.get(&key).and_then(|block| block.body.attribute("bucket"));
                bucket.is_none_or(|bucket| may_come_to(&bucket.expr, place, wanted, steps))
            }
            _ => true,
        },
        _ => true,
    }
}

/// The names of a reference without its indices: `aws_s3_bucket`, `logs` and `id` of `aws_s3_bucket.logs[0].id`.
fn names(expr: &Expr) -> Option<Vec<&str>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(vec![name]),
        ExprKind::Attribute(source, name) => {
            let mut names = names(source)?;
            names.push(name);
            Some(names)
        }
        ExprKind::Index(source, _) => names(source),
        ExprKind::Splat(source, steps) => {
            let mut names = names(source)?;
            names.extend(steps.iter().filter_map(|step| match step {
                Step::Attribute(name) => Some(name.as_str()),
                Step::Index(_) => None,
            }));
            Some(names)
        }
        _ => None,
    }
}
