//! `try` and `can`: whether an expression has a value.
//!
//! What is known fails or does not. Of what is unknown, a name that leads through open collections has a value if they
//! hold what it names, and a function may refuse it unless it takes anything. Every part of an expression is worked out,
//! whether or not its value is needed, but for the branch of a conditional that is not taken.

use std::cell::RefCell;

use crate::source::Span;
use crate::syntax::{Call, Expr, ExprKind, TemplatePart};
use crate::value::{Ask, Data, Input, Literal, Origin, Question, Role, Symbol, SymbolSource, Value};

use super::evaluator::Evaluator;
use super::functions::{self, Nulls};
use super::operators::{all, not};
use super::scope::Env;
use super::types::Type;
use super::unknown::whether;

/// Functions that refuse nothing that is set at deployment.
const TOTAL: &[&str] = &[
    "base64encode",
    "can",
    "chomp",
    "compact",
    "concat",
    "distinct",
    "flatten",
    "format",
    "formatlist",
    "join",
    "jsonencode",
    "keys",
    "length",
    "lower",
    "md5",
    "merge",
    "nonsensitive",
    "replace",
    "reverse",
    "sensitive",
    "sha1",
    "sha256",
    "sha512",
    "sort",
    "split",
    "substr",
    "title",
    "tolist",
    "tomap",
    "toset",
    "tostring",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
    "urlencode",
    "values",
    "yamlencode",
];

/// Functions that give one of the values they are given.
const PICKING: [&str; 5] = ["coalesce", "element", "lookup", "matchkeys", "one"];

/// Functions that tell types apart: they refuse nothing but what has another one.
const CONVERSIONS: [&str; 6] = ["tobool", "tolist", "tomap", "tonumber", "toset", "tostring"];

/// What the expressions need that are being tried, the innermost last. What is worked out elsewhere meanwhile, such as a
/// local value, is no part of one: where it fails, Terraform stops.
#[derive(Default)]
pub(super) struct Attempts(RefCell<Vec<Option<Needs>>>);

/// What has to be so for an expression to have a value: known, or pending.
#[derive(Default)]
struct Needs {
    /// That nothing in it is missing or null where it may not be.
    certain: Vec<Value>,
    /// That no function in it refuses what it is given.
    accepted: Vec<Value>,
}

impl Attempts {
    /// Does `work` as a part of no expression that is being tried.
    pub fn apart<T>(&self, work: impl FnOnce() -> T) -> T {
        if self.0.borrow().is_empty() { work() } else { self.within(None, work).0 }
    }

    fn within<T>(&self, needs: Option<Needs>, work: impl FnOnce() -> T) -> (T, Option<Needs>) {
        self.0.borrow_mut().push(needs);
        let done = work();
        (done, self.0.borrow_mut().pop().flatten())
    }

    fn is_on(&self) -> bool {
        matches!(self.0.borrow().last(), Some(Some(_)))
    }

    fn add(&self, list: fn(&mut Needs) -> &mut Vec<Value>, need: Value) {
        if let Some(Some(needs)) = self.0.borrow_mut().last_mut()
            && need.as_bool() != Some(true)
        {
            list(needs).push(need);
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Says what an expression needs that was worked out as a part of one that is being tried.
    pub fn needs(&self, expr: &Expr, value: &Value, env: Env<'_, 'a>) {
        if !self.attempts.is_on() {
            return;
        }
        let origin = || Origin::expression(expr.span);
        let is_certain = match (&value.data, &expr.kind) {
            (Data::Failed(_), _) => Value::bool(false, origin()),
            (_, ExprKind::Attribute(..) | ExprKind::Index(..)) => self.attempts.apart(|| self.is_readable(expr, env)),
            _ => Value::bool(true, origin()),
        };
        self.attempts.add(|needs| &mut needs.certain, is_certain);
        match (&value.data, &expr.kind) {
            (Data::Open(_), ExprKind::Call(call)) if CONVERSIONS.contains(&call.name.as_str()) => {
                let of_any =
                    call.arguments.first().map(|argument| self.attempts.apart(|| self.evaluate(argument, env)));
                if let Some(argument) = of_any.filter(|argument| *argument.said_type() == Type::Any) {
                    let statement = format!("can({}({}))", call.name, argument.describe());
                    self.attempts.add(|needs| &mut needs.accepted, whether(statement, self.world, origin()));
                }
            }
            (Data::Open(_), ExprKind::Call(call)) if !is_total(call) => {
                self.attempts.add(|needs| &mut needs.accepted, self.is_accepted(value, origin()));
            }
            _ => {}
        }
    }

    /// Says that what is being tried needs a value that is not null.
    pub fn needs_set(&self, value: &Value) {
        let Data::Open(input) = &value.data else { return };
        if self.attempts.is_on() && !input.domain.never_null {
            let null = Value::answer(Question::new(input.clone(), Ask::Null), self.world, value.origin.clone());
            self.attempts.add(|needs| &mut needs.certain, not(null, self.world, value.origin.clone()));
        }
    }

    /// Says that what is being tried needs a function's arguments to be what it takes.
    pub fn needs_arguments(&self, name: &str, arguments: &[Value]) {
        if !self.attempts.is_on() {
            return;
        }
        for (at, argument) in arguments.iter().enumerate() {
            let takes = functions::takes(name, at);
            if takes != Nulls::Anywhere {
                self.needs_set(argument);
            }
            if takes == Nulls::Nowhere {
                argument.as_list().into_iter().flatten().for_each(|item| self.needs_set(item));
            }
        }
    }

    /// `try`: the first argument that does not fail.
    pub fn try_call(&self, call: &Call, span: Span, env: Env<'_, 'a>) -> Value {
        for argument in &call.arguments {
            let (value, succeeds) = self.attempt(argument, env);
            match succeeds.as_bool() {
                Some(true) => return value.through(span, Role::Expression),
                Some(false) => {}
                // Whether it fails is known once the question is answered.
                None => return succeeds,
            }
        }
        Value::failed("no argument of try has a value", Origin::expression(span))
    }

    /// `can`: whether the argument does not fail.
    pub fn can_call(&self, call: &Call, span: Span, env: Env<'_, 'a>) -> Value {
        let Some(argument) = call.arguments.first() else {
            return Value::failed("can takes one argument", Origin::expression(span));
        };
        Value::new(self.attempt(argument, env).1.data, Origin::expression(span))
    }

    /// What an expression is worth, and whether it has a value: known, or pending.
    fn attempt(&self, expr: &Expr, env: Env<'_, 'a>) -> (Value, Value) {
        let (value, needs) = self.attempts.within(Some(Needs::default()), || self.evaluate(expr, env));
        // What is asked of a value tells that it is not null, so that is asked before.
        let Needs { certain: mut conditions, accepted } = needs.unwrap_or_default();
        if value.obstacle().is_none() || !may_refuse(expr, is_total) {
            conditions.extend(accepted);
        }
        conditions.push(self.attempts.apart(|| self.succeeds(expr, &value, env)));
        (value, all(conditions, self.world, Origin::expression(expr.span)))
    }

    /// Whether an expression with this value does not fail: known, or pending.
    fn succeeds(&self, expr: &Expr, value: &Value, env: Env<'_, 'a>) -> Value {
        let origin = || Origin::expression(expr.span);
        match value.obstacle().map(|obstacle| &obstacle.data) {
            None => Value::bool(true, origin()),
            Some(Data::Failed(_)) => Value::bool(false, origin()),
            Some(Data::Pending(question)) => Value::pending(question.clone(), origin()),
            // What is picked is there: it would have another name otherwise.
            Some(Data::Opaque(symbol)) if is_no_result(symbol) && !may_refuse(expr, is_total_or_picks) => {
                self.is_readable(expr, env)
            }
            Some(_) if may_refuse(expr, is_total) => self.is_accepted(value, origin()),
            Some(_) => self.is_readable(expr, env),
        }
    }

    fn is_accepted(&self, value: &Value, origin: Origin) -> Value {
        whether(format!("can({})", value.describe()), self.world, origin)
    }

    /// Whether a chain of names leads to something: known, or pending.
    fn is_readable(&self, expr: &Expr, env: Env<'_, 'a>) -> Value {
        let origin = || Origin::expression(expr.span);
        let (source, key) = match &expr.kind {
            ExprKind::Parenthesis(inner) => return self.is_readable(inner, env),
            ExprKind::Attribute(source, name) if is_name(source, env) => (source, Value::text(name.clone(), origin())),
            ExprKind::Index(source, key) if is_name(source, env) => (source, self.evaluate(key, env)),
            _ => return Value::bool(true, origin()),
        };
        let held = self.is_held(&self.evaluate(source, env), &key, matches!(expr.kind, ExprKind::Index(..)));
        all(vec![self.is_readable(source, env), held], self.world, origin())
    }

    /// Whether a collection has an element under a key: known, or pending.
    fn is_held(&self, source: &Value, key: &Value, is_index: bool) -> Value {
        let origin = || source.origin.clone();
        let yes = || Value::bool(true, origin());
        match &source.data {
            Data::Open(input) if source.parts().is_none() => {
                let ask = match (&key.data, source.said_type()) {
                    (_, Type::Object(_) | Type::Tuple(_)) if input.domain.never_null => return yes(),
                    (_, Type::Object(_) | Type::Tuple(_)) => {
                        let null = Question::new(input.clone(), Ask::Null);
                        return super::operators::not(Value::answer(null, self.world, origin()), self.world, origin());
                    }
                    (Data::Number(at), _) => match at.as_i64().and_then(|at| usize::try_from(at).ok()) {
                        Some(at) => Ask::LongerThan(at),
                        None => return Value::bool(false, origin()),
                    },
                    _ => match Literal::of(key) {
                        Some(literal) => Ask::Holds(literal),
                        None => return self.unclear(source, key),
                    },
                };
                Value::answer(Question::new(input.clone(), ask), self.world, origin())
            }
            // An attribute of what a provider makes is there; an element need not be.
            Data::Opaque(_) if is_index => self.unclear(source, key),
            Data::Map(_, entries) if entries.keys().any(|key| self.is_unknown_key(key)) => {
                let named = key.as_str().is_some_and(|key| entries.contains_key(key));
                if named { yes() } else { self.unclear(source, key) }
            }
            _ => yes(),
        }
    }

    fn unclear(&self, source: &Value, key: &Value) -> Value {
        let statement = format!("can({}[{}])", source.describe(), key.describe());
        let input = Input::derived(statement, source.origin.clone());
        Value::answer(Question::new(input, Ask::True), self.world, source.origin.clone())
    }
}

/// Whether the expression alone is worth something: `var` and `data.aws_region` are only the beginnings of names.
fn is_name(expr: &Expr, env: Env<'_, '_>) -> bool {
    match &expr.kind {
        ExprKind::Variable(name) => env.bound(name).is_some(),
        ExprKind::Attribute(source, _) => match &source.kind {
            ExprKind::Variable(name) => {
                env.bound(name).is_some() || !matches!(name.as_str(), "data" | "resource" | "ephemeral")
            }
            _ => true,
        },
        _ => true,
    }
}

/// Whether something that is set at deployment is no result of an expression.
fn is_no_result(symbol: &Symbol) -> bool {
    !matches!(symbol.source, SymbolSource::Derived(_))
}

fn is_total(call: &Call) -> bool {
    TOTAL.contains(&call.name.as_str())
}

/// Whether a call refuses nothing, or gives what it picks out of a collection.
fn is_total_or_picks(call: &Call) -> bool {
    is_total(call) || PICKING.contains(&call.name.as_str())
}

/// Whether an expression holds an operation that may refuse a value although it is set: any but what is harmless.
fn may_refuse(expr: &Expr, is_harmless: fn(&Call) -> bool) -> bool {
    let may_refuse = |part: &Expr| may_refuse(part, is_harmless);
    let any = |parts: &[&Expr]| parts.iter().any(|part| may_refuse(part));
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..) | ExprKind::Variable(_) => false,
        ExprKind::Attribute(source, _) | ExprKind::Parenthesis(source) | ExprKind::Splat(source, _) => {
            may_refuse(source)
        }
        ExprKind::Index(source, key) => any(&[source, key]),
        ExprKind::Conditional(condition, yes, no) => any(&[condition, yes, no]),
        ExprKind::Tuple(items) => items.iter().any(|item| may_refuse(item)),
        ExprKind::Object(entries) => entries.iter().any(|(key, value)| any(&[key, value])),
        ExprKind::Template(parts) => parts.iter().any(|part| match part {
            TemplatePart::Literal(..) => false,
            TemplatePart::Interpolation(inner) => may_refuse(inner),
            TemplatePart::If(..) | TemplatePart::For(_) => true,
        }),
        ExprKind::Call(call) => !is_harmless(call) || call.arguments.iter().any(|argument| may_refuse(argument)),
        ExprKind::For(each) => {
            let condition = each.condition.as_deref().is_some_and(may_refuse);
            condition || may_refuse(&each.collection)
        }
        _ => true,
    }
}
