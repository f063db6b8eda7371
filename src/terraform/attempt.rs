//! `try` and `can`: whether an expression has a value.
//!
//! What is known fails or does not. Of what is unknown, a name that leads through open collections has a value if they
//! hold what it names, and a function may refuse it unless it takes anything. Every part of an expression is worked out,
//! whether or not its value is needed, but for the branch of a conditional that is not taken.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{BinaryOperator, Call, Expr, ExprKind};
use crate::value::{Ask, Awaited, Data, Origin, Question, Reason, Role, Value};

use super::evaluator::Evaluator;
use super::functions::{self, is_doubtful, length_of};
use super::needs::Needs;
use super::operators::{all, binary, equal, not};
use super::refusal::{TOTAL, is_doubtful as may_be_refused, may_divide_by_zero};
use super::scope::Env;
use super::types::{Type, may_differ, of};
use super::unknown::{as_text, whether};

impl<'a> Evaluator<'a> {
    /// Says what an expression needs that was worked out as a part of one that is being tried.
    pub fn needs(&self, expr: &Expr, value: &Value, env: Env<'_, 'a>) {
        if !self.attempts.is_on() {
            return;
        }
        let origin = || Origin::expression(expr.span);
        let is_certain = match (&value.data, &expr.kind) {
            (Data::Failed(failure), _) if failure.is_final => value.clone(),
            (Data::Failed(_), _) => Value::bool(false, origin()),
            (_, ExprKind::Attribute(..) | ExprKind::Index(..)) => self.attempts.apart(|| self.is_readable(expr, env)),
            _ => Value::bool(true, origin()),
        };
        self.attempts.add(|needs| &mut needs.certain, is_certain);
        let is_doubtful = match &expr.kind {
            ExprKind::Binary(_, operator, divisor) => may_divide_by_zero(*operator, divisor),
            ExprKind::Call(call) => may_be_refused(call, value),
            ExprKind::Unsupported(_) => true,
            _ => false,
        };
        if is_doubtful {
            self.needs_taken(value, origin());
        }
        if stops_at_a_question(expr) && matches!(value.data, Data::Pending(_)) {
            self.needs_answer(value);
        }
    }

    /// Says that what is being tried needs an operation to take what it is given, where it made a value that is not known.
    pub fn needs_taken(&self, value: &Value, origin: Origin) {
        let is_unknown = |obstacle: &Value| matches!(obstacle.data, Data::Open(_) | Data::Opaque(_));
        if self.attempts.is_on() && value.obstacle().is_some_and(is_unknown) {
            self.attempts.add(|needs| &mut needs.accepted, self.is_accepted(value, origin));
            self.attempts.doubt();
        }
    }

    /// Says that what is being tried needs a value that is not null.
    pub fn needs_set(&self, value: &Value) {
        if value.is_null() {
            self.attempts.add(|needs| &mut needs.certain, Value::bool(false, value.origin.clone()));
        }
        let Data::Open(input) = &value.data else { return };
        if self.attempts.is_on() && !input.domain.never_null {
            let null = Value::answer(Question::new(input.clone(), Ask::Null), self.world, value.origin.clone());
            self.attempts.add(|needs| &mut needs.certain, not(null, self.world, value.origin.clone()));
        }
    }

    /// Says that what is being tried needs a collection without null in it, where somebody gives it or it is made of elements.
    fn needs_set_elements(&self, collection: &Value, span: Span) {
        if let Some((_, parts)) = collection.parts() {
            for part in parts {
                self.needs_set_elements(part, span);
            }
        } else if let Some(items) = collection.as_list() {
            for item in items {
                self.needs_set(item);
            }
        } else if let Data::Open(input) = &collection.data
            && (collection.each().is_some() || matches!(input.reason, Reason::NoValue(_)))
        {
            let (_, element) = self.any_element(collection, span);
            self.attempts.of_elements(collection, self.world, || self.needs_set(&element));
        }
    }

    /// Says that what is being tried needs the provider's schema to have an attribute of a resource that is not known here.
    pub fn needs_schema(&self, attribute: &Value) {
        let Data::Open(input) = &attribute.data else { return };
        if self.attempts.is_on() && matches!(input.reason, Reason::Unsupported(_)) {
            self.attempts.add(|needs| &mut needs.accepted, self.is_accepted(attribute, attribute.origin.clone()));
        }
    }

    /// Says that what is being tried needs a value that is not null and can be converted to a type. Whether one is that waits
    /// for an answer, is known once it is given, also where another operand decides: that is asked last, because the answer
    /// tells that nothing failed in the value.
    pub fn needs_a(&self, ty: &Type, value: &Value) {
        self.needs_set(value);
        self.needs_answer(value);
        if self.attempts.is_on() && is_doubtful(value, ty) {
            let statement = format!("can(to{}({}))", ty.describe(), value.describe());
            self.attempts.add(|needs| &mut needs.accepted, whether(statement, self.world, value.origin.clone()));
        }
    }

    /// Says that what is being tried needs the branches of a conditional to have a type in common.
    pub fn needs_one_type(&self, branches: [&Value; 2], span: Span) {
        if self.attempts.is_on() && may_differ(&branches) && !self.waits(branches) {
            let [yes, no] = branches.map(Value::describe);
            let fits = whether(format!("can(true ? {yes} : {no})"), self.world, Origin::expression(span));
            self.attempts.add(|needs| &mut needs.accepted, fits);
        }
    }

    /// Says that what is being tried needs the answer that a value waits for: with another one it may fail.
    pub fn needs_answer(&self, value: &Value) {
        if let (true, Some(Value { data: Data::Pending(question), origin, .. })) =
            (self.attempts.is_on(), value.waiting())
        {
            let waiting = Value::pending(Arc::clone(question), origin.clone());
            self.attempts.add(|needs| &mut needs.awaited, waiting);
        }
    }

    /// Whether one of these waits for an answer, which is what is asked first: until then nothing tells what they are.
    fn waits<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> bool {
        let waiting = values.into_iter().find(|value| value.waiting().is_some());
        waiting.inspect(|value| self.needs_answer(value)).is_some()
    }

    /// Says that what is being tried needs something to have an attribute. What a provider makes has it.
    pub fn needs_attribute(&self, source: &Value, name: &str) {
        if !matches!(source.data, Data::Opaque(_)) {
            self.needs_element(source, &Value::text(name, source.origin.clone()));
        }
    }

    /// Says that what is being tried needs a collection to have an element under a key.
    pub fn needs_element(&self, source: &Value, key: &Value) {
        if self.attempts.is_on() {
            let held = self.attempts.apart(|| self.is_held(source, key));
            self.attempts.add(|needs| &mut needs.certain, held);
        }
    }

    /// Says that what is being tried needs a collection.
    pub fn needs_elements(&self, collection: &Value) {
        self.needs_set(collection);
        let is_unclear = !is_made(collection) && of(collection) == Type::Any;
        if self.attempts.is_on() && matches!(collection.data, Data::Open(_)) && is_unclear {
            let statement = format!("can([for each in {} : each])", collection.describe());
            self.attempts.add(|needs| &mut needs.accepted, whether(statement, self.world, collection.origin.clone()));
        }
    }

    /// Whether a key is none of those before it, as far as the answers tell. Says that what is being tried needs that.
    pub fn is_another<'k>(&self, key: &Value, before: impl Iterator<Item = &'k String>) -> bool {
        let origin = || key.origin.clone();
        let key = &as_text(key.clone());
        let before = before.filter(|other| key.as_str().is_none() || self.is_unknown_key(other));
        let others = before.map(|other| {
            let same = equal(key, &self.key_value(other, origin()), self.world, origin());
            let is_other = not(same, self.world, origin());
            self.attempts.add(|needs| &mut needs.certain, is_other.clone());
            is_other
        });
        others.filter(|is_other| is_other.as_bool() == Some(false)).count() == 0
    }

    /// Says that what is being tried needs each element of an unknown collection to make another key, where `made` is the
    /// key that is made of `key`, which stands for all of its keys.
    pub fn needs_other_keys(&self, made: &Value, key: &Value, name: &str) {
        if self.attempts.is_on() && !tells(made, key) {
            self.attempts
                .add(|needs| &mut needs.accepted, whether(format!("can({name})"), self.world, made.origin.clone()));
        }
    }

    /// Says that what is being tried needs a function's arguments not to be null where it takes no null.
    pub fn needs_arguments(&self, name: &str, arguments: &[Value], span: Span) {
        if !self.attempts.is_on() {
            return;
        }
        for value in functions::refused_if_null(name, arguments) {
            self.needs_set(value);
        }
        for collection in functions::refused_if_holding_null(name, arguments) {
            self.needs_set_elements(collection, span);
        }
        let certain = match (name, arguments) {
            ("element", [Value { data: Data::Open(list), origin, .. }, ..]) => {
                let empty = Value::answer(Question::new(Arc::clone(list), Ask::Empty), self.world, origin.clone());
                not(empty, self.world, origin.clone())
            }
            ("lookup", [map, key]) => self.is_held(map, key),
            ("one", [collection]) => match functions::asked(collection) {
                Some(input) => {
                    let (length, origin) =
                        (length_of(&input, self.world, collection.origin.clone()), &collection.origin);
                    let most = Value::number(1_i64, origin.clone());
                    binary(BinaryOperator::LessOrEqual, length, most, self.world, origin.clone())
                }
                None => return,
            },
            _ => return,
        };
        self.attempts.add(|needs| &mut needs.certain, certain);
    }

    /// That a function takes arguments of these types, where their types do not tell.
    pub fn misfit(&self, name: &str, arguments: &[Value]) -> Option<String> {
        let is_asked = self.attempts.is_on() && functions::may_misfit(name, arguments) && !self.waits(arguments);
        is_asked.then(|| format!("can({})", functions::describe(name, arguments)))
    }

    /// Says that what is being tried needs a function to take its arguments, unless the same is asked of what it makes.
    pub fn needs_fitting(&self, name: &str, fits: Option<String>, value: &Value) {
        if let Some(fits) =
            fits.filter(|_| TOTAL.contains(&name) || name == "lookup" || !matches!(value.data, Data::Open(_)))
        {
            self.attempts.add(|needs| &mut needs.accepted, whether(fits, self.world, value.origin.clone()));
        }
    }

    /// `try`: the first argument that does not fail. While it is not known whether one fails, that or the next that does not.
    pub fn try_call(&self, call: &Call, span: Span, env: Env<'_, 'a>) -> Value {
        let (mut undecided, mut tried): (Option<Value>, Vec<Value>) = (None, Vec::new());
        for argument in &call.arguments {
            let attempt = || self.attempt(argument, env);
            let (value, succeeds) = if undecided.is_none() { attempt() } else { self.attempts.apart(attempt) };
            match (succeeds.as_bool(), &undecided) {
                (Some(true), None) => return value.through(span, Role::Expression),
                (Some(false), _) => {}
                _ if succeeds.is_final_failure() => return succeeds,
                (is_certain, _) => {
                    tried.push(value);
                    // Whether it fails is known once the question is answered.
                    undecided = undecided.or(Some(succeeds.unsaid()));
                    if is_certain == Some(true) {
                        break;
                    }
                }
            }
        }
        match undecided {
            Some(undecided) => undecided.awaiting(Awaited::OneOf(tried)),
            None => Value::failed("no argument of try has a value", Origin::expression(span)),
        }
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
        let origin = || Origin::expression(expr.span);
        // What is asked of a value tells that it is not null, so that is asked before.
        let Needs { certain: mut conditions, accepted, awaited, is_doubtful } = needs.unwrap_or_default();
        match value.obstacle().map(|obstacle| &obstacle.data) {
            Some(Data::Open(_) | Data::Opaque(_)) if is_doubtful => conditions.push(self.is_accepted(&value, origin())),
            _ => conditions.extend(accepted),
        }
        conditions.extend(awaited);
        match value.obstacle().map(|obstacle| &obstacle.data) {
            Some(Data::Failed(failure)) if failure.is_final => {
                conditions.push(Value::new(Data::Failed(failure.clone()), origin()));
            }
            Some(Data::Failed(_)) => conditions.push(Value::bool(false, origin())),
            Some(Data::Pending(question)) => conditions.push(Value::pending(question.clone(), origin())),
            _ => {}
        }
        (value, all(conditions, self.world, origin()))
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
        let whole = self.evaluate(source, env);
        let held = match (&whole.data, &expr.kind) {
            // An attribute of what a provider makes is there; an element need not be.
            (Data::Opaque(_), ExprKind::Attribute(..)) => Value::bool(true, origin()),
            _ => self.is_held(&whole, &key),
        };
        all(vec![self.is_readable(source, env), held], self.world, origin())
    }
}

/// Whether an open value is a collection that is made of others, or of instances.
fn is_made(collection: &Value) -> bool {
    collection.parts().is_some() || collection.each().is_some() || collection.filtered().is_some()
}

/// Whether a part of an expression is not worked out before a question is answered, so that it may fail then although its
/// value is not needed: the branch that a conditional takes, what a filter keeps, the next argument of `try`. What is written
/// down does not fail.
fn stops_at_a_question(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Conditional(_, yes, no) => !(is_constant(yes) && is_constant(no)),
        ExprKind::For(_) | ExprKind::Template(_) => true,
        ExprKind::Call(call) => call.name != "can",
        _ => false,
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(..))
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

/// Whether a text is made of nothing but `key` and what is written around it, so that it differs where that does.
fn tells(text: &Value, key: &Value) -> bool {
    let parts: Vec<&Value> = match &text.data {
        Data::Text(text) => text.values().collect(),
        _ => vec![text],
    };
    matches!(parts.as_slice(), [part] if part.describe() == key.describe())
}
