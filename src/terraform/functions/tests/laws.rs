//! Laws that hold for every function.

use indexmap::IndexMap;

use super::super::{Call, FAMILIES, call};
use super::conformance::recorded;
use super::evaluate::Evaluator;
use crate::source::{FileId, Span};
use crate::syntax::{Expansion, ExprKind, hcl};
use crate::value::{
    Ask, Data, Domain, Input, ListKind, Literal, MapKind, Number, Origin, Question, Symbol, SymbolSource, Value, World,
};

fn called(name: &str, arguments: Vec<Value>, world: &World) -> Value {
    let host = Evaluator { names: IndexMap::new(), world: world.clone() };
    call(&Call { name, arguments, span: Span::new(FileId(0), 0, 0), world, host: &host })
}

fn open(domain: Domain) -> Value {
    let input = Input { domain, ..Input::derived("x", Origin::default()) };
    Value::open(input, Origin::default())
}

fn opaque() -> Value {
    let source = SymbolSource::Resource("resource".to_owned());
    Value::opaque(Symbol { source, attribute: "attribute".to_owned() }, Origin::default())
}

/// The recorded expressions that are nothing but a call, with their evaluated arguments.
fn recorded_calls() -> Vec<(&'static str, String, Vec<Value>)> {
    let evaluator = Evaluator { names: IndexMap::new(), world: World::default() };
    let calls = recorded().filter_map(|(expression, _)| {
        let (expr, _) = hcl::parse_expression(FileId(0), expression, 0..expression.len());
        match expr.kind {
            ExprKind::Call(called) if called.expansion == Expansion::None => {
                let values = called
                    .arguments
                    .iter()
                    .map(|argument| Some(evaluator.text(expression.get(argument.span.range())?)));
                Some((expression, called.name.clone(), values.collect::<Option<_>>()?))
            }
            _ => None,
        }
    });
    calls.collect()
}

/// Every way to put `unknown` in the place of one argument, or of one element of one, with what stood there.
fn with_one_unknown(arguments: &[Value], unknown: &Value) -> Vec<(Vec<Value>, Value)> {
    let mut all = Vec::new();
    for (index, argument) in arguments.iter().enumerate() {
        let mut replace = |new: Value, old: &Value| {
            let mut arguments = arguments.to_vec();
            if let Some(place) = arguments.get_mut(index) {
                *place = new;
            }
            all.push((arguments, old.clone()));
        };
        replace(unknown.clone(), argument);
        if let Data::List(kind, items) = &argument.data
            && *kind != ListKind::Set
        {
            for (index, old) in items.iter().enumerate() {
                let items = items.iter().enumerate().map(|(at, item)| if at == index { unknown } else { item }.clone());
                replace(Value::list(*kind, items.collect(), Origin::default()), old);
            }
        }
        if let Data::Map(kind, entries) = &argument.data {
            for (name, old) in entries.as_ref() {
                let entries =
                    entries.iter().map(|(key, value)| (key.clone(), if key == name { unknown } else { value }.clone()));
                replace(Value::map(*kind, entries.collect(), Origin::default()), old);
            }
        }
    }
    all
}

/// Whether two results are the same for all anybody can tell: a failure is a failure, and whether a number is written as
/// text depends on the type of what is unknown.
fn same(left: &Value, right: &Value) -> bool {
    match (&left.data, &right.data) {
        (Data::Failed(_), Data::Failed(_)) => true,
        (Data::List(_, left), Data::List(_, right)) if left.len() == right.len() => {
            left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
        }
        (Data::Map(_, left), Data::Map(_, right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right || Literal::of(left).zip(Literal::of(right)).is_some_and(|(left, right)| left.same(&right)),
    }
}

#[test]
fn what_is_certain_of_an_unknown_is_true_of_every_value_it_can_have() {
    let mut wrong = Vec::new();
    for (expression, name, arguments) in recorded_calls() {
        let real = called(&name, arguments.clone(), &World::default());
        // The type of a map whose only element is unknown is unknown too, so that any default fits.
        if expression == "lookup(tomap({a=1}),\"b\",\"x\")" {
            continue;
        }
        for (with_open, old) in with_one_unknown(&arguments, &open(Domain::default())) {
            let result = called(&name, with_open, &World::default());
            let certain = matches!(result.data, Data::Failed(_)) || result.obstacle().is_none();
            if certain && !same(&result, &real) {
                wrong.push(format!("{expression} with {} open: {}", old.describe(), result.describe()));
            }
        }
        for (with_opaque, old) in with_one_unknown(&arguments, &opaque()) {
            // What is opaque is neither null nor empty.
            if old.is_null() || old.as_str() == Some("") {
                continue;
            }
            let result = called(&name, with_opaque, &World::default());
            let certain = matches!(result.data, Data::Failed(_)) || result.obstacle().is_none();
            if certain && !same(&result, &real) {
                wrong.push(format!("{expression} with {} opaque: {}", old.describe(), result.describe()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} results are guessed:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_answered_input_is_worth_its_answer() {
    let mut wrong = Vec::new();
    for (expression, name, arguments) in recorded_calls() {
        let real = called(&name, arguments.clone(), &World::default());
        for (with_open, old) in with_one_unknown(&arguments, &open(Domain::default())) {
            let Some(literal) = Literal::of(&old) else { continue };
            let question = Question::new(Input::derived("x", Origin::default()), Ask::Is(literal));
            let result = called(&name, with_open, &World::default().with(question, true));
            // Two undecidable values of one call are the same value under different names.
            if !same(&result, &real) && !matches!(real.data, Data::Open(_)) {
                wrong.push(format!("{expression} with {} answered: {}", old.describe(), result.describe()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers are not used:\n{}", wrong.len(), wrong.join("\n"));
}

/// Answering the question a result waits for leads on: to a value, or to another question.
#[test]
fn no_question_is_asked_twice() {
    for (expression, name, arguments) in recorded_calls() {
        for unknown in [open(Domain::boolean()), open(Domain::default()), opaque()] {
            for (arguments, _) in with_one_unknown(&arguments, &unknown) {
                for answer in [true, false] {
                    let mut world = World::default();
                    for _ in 0..8 {
                        let Data::Pending(question) = called(&name, arguments.clone(), &world).data else { break };
                        assert_eq!(world.answer(&question), None, "{expression} asks {} again", question.describe());
                        world = world.with(question.as_ref().clone(), answer);
                    }
                }
            }
        }
    }
}

#[test]
fn no_arguments_crash_a_function() {
    let text = |text: &str| Value::text(text, Origin::default());
    let number = |text: &str| Value::number(Number::parse(text).unwrap_or(0_i64.into()), Origin::default());
    let list = |items: Vec<Value>| Value::list(ListKind::Tuple, items, Origin::default());
    let odd = [
        Value::null(Origin::default()),
        text(""),
        text("é\u{301}%s%[1]d/{\"a\":1}\n'"),
        text("10.0.0.0/8"),
        number("-1"),
        number("1e900"),
        number("0.5"),
        list(Vec::new()),
        list(vec![text("a"), Value::null(Origin::default()), opaque(), open(Domain::default())]),
        Value::map(MapKind::Object, IndexMap::from([("a".to_owned(), opaque())]), Origin::default()),
        open(Domain::boolean()),
        opaque(),
    ];
    let world = World::default();
    for function in FAMILIES.iter().flat_map(|family| family.iter()) {
        for first in &odd {
            for second in &odd {
                for arguments in [vec![first.clone()], vec![first.clone(), second.clone()]] {
                    let _ = called(function.name, arguments, &world);
                }
                for third in &odd {
                    let _ = called(function.name, vec![first.clone(), second.clone(), third.clone()], &world);
                }
            }
        }
    }
}
