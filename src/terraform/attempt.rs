//! `try` and `can`: whether an expression has a value.
//!
//! What is known fails or does not. Of what is unknown, a name that leads through open collections has a value if they
//! hold what it names, and a function may refuse it unless it takes anything.

use crate::source::Span;
use crate::syntax::{Call, Expr, ExprKind, TemplatePart};
use crate::value::{Ask, Data, Input, Literal, Origin, Question, Role, Value};

use super::evaluator::Evaluator;
use super::operators::all;
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

impl<'a> Evaluator<'a> {
    /// `try`: the first argument that does not fail.
    pub fn try_call(&self, call: &Call, span: Span, env: Env<'_, 'a>) -> Value {
        for argument in &call.arguments {
            let value = self.evaluate(argument, env);
            let succeeds = self.succeeds(argument, &value, env);
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
        let value = self.evaluate(argument, env);
        Value::new(self.succeeds(argument, &value, env).data, Origin::expression(span))
    }

    /// Whether an expression with this value does not fail: known, or pending.
    fn succeeds(&self, expr: &Expr, value: &Value, env: Env<'_, 'a>) -> Value {
        let origin = || Origin::expression(expr.span);
        match value.obstacle().map(|obstacle| &obstacle.data) {
            None => Value::bool(true, origin()),
            Some(Data::Failed(_)) => Value::bool(false, origin()),
            Some(Data::Pending(question)) => Value::pending(question.clone(), origin()),
            Some(_) if may_refuse(expr) => whether(format!("can({})", value.describe()), self.world, origin()),
            Some(_) => self.is_readable(expr, env),
        }
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

/// Whether an expression holds an operation that may refuse a value although it is set.
fn may_refuse(expr: &Expr) -> bool {
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
        ExprKind::Call(call) => {
            !TOTAL.contains(&call.name.as_str()) || call.arguments.iter().any(|argument| may_refuse(argument))
        }
        ExprKind::For(each) => {
            let condition = each.condition.as_deref().is_some_and(may_refuse);
            condition || may_refuse(&each.collection)
        }
        _ => true,
    }
}
