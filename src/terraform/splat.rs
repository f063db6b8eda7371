//! Splats, and what is known of the lists that they make.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::Step;
use crate::value::{Ask, Data, Input, Keys, ListKind, Mirrored, Origin, Question, Value};

use super::access::opaque_part;
use super::called::{met, told_met};
use super::evaluator::Evaluator;
use super::joined;
use super::scope::Env;
use super::types::{self, Nullable, Type};
use super::unknown::{self, Outcome, derive, is_identifier, step};

impl<'a> Evaluator<'a> {
    /// `source[*].steps` and `source.*.steps`.
    pub fn splat(&self, source: Value, steps: &[Step], span: Span, env: Env<'_, 'a>) -> Value {
        let origin = Origin::expression(span);
        let is_list = matches!(source.said_type(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
        let source = if is_list { types::shaped(source.null_decided(self.world), self.world) } else { source };
        let each = |item: &Value| self.steps(item.clone(), steps, span, env);
        let made = |kind: ListKind, items: &[Value]| {
            let made: Vec<Value> = items.iter().map(each).collect();
            let failed = made.iter().find(|item| matches!(item.data, Data::Failed(_))).cloned();
            failed.unwrap_or_else(|| Value::list(kind, made, origin.clone()))
        };
        match &source.data {
            Data::Null if is_list => Value::failed("a list that is null has no elements", origin),
            Data::Null => Value::list(ListKind::Tuple, Vec::new(), origin),
            Data::Pending(_) | Data::Failed(_) => source.unsaid(),
            Data::List(ListKind::Tuple, items) => made(ListKind::Tuple, items),
            Data::List(_, items) if items.is_empty() => {
                // What one element would make tells the type, or that no element has what is wanted.
                let element = unknown::opaque("element", origin.clone());
                let element = element.typed(types::of(&source).element().unwrap_or(&Type::Any));
                match self.steps(element, steps, span, env) {
                    failed if matches!(failed.data, Data::Failed(_)) => failed,
                    made => Value::list(ListKind::List, Vec::new(), origin).typed(&Type::list(types::of(&made))),
                }
            }
            Data::List(_, items) => made(ListKind::List, items),
            Data::Open(input) => self.open_splat(&source, input, steps, span, env),
            Data::Opaque(symbol) if source.said_type().may_be_list() && !is_identifier(&source) => {
                let element = opaque_part(symbol, "[*]", span);
                let element = self.steps(element, steps, span, env);
                let ty = splat_type(&source, &element);
                derive(element.describe(), &element, Outcome::Set, self.world, origin).typed(&ty)
            }
            _ => Value::list(ListKind::Tuple, vec![each(&source)], origin),
        }
    }

    /// Over an open value: a collection's elements, or nothing for null and one element for anything else.
    fn open_splat(&self, source: &Value, input: &Arc<Input>, steps: &[Step], span: Span, env: Env<'_, 'a>) -> Value {
        let origin = Origin::expression(span);
        if let Some((junction, parts)) = source.parts().filter(|(junction, _)| junction.is_of_elements()) {
            let made: Vec<Value> = parts.iter().map(|part| self.splat(part.clone(), steps, span, env)).collect();
            let stop = made.iter().find(|value| matches!(value.data, Data::Pending(_) | Data::Failed(_)));
            let name = format!("{}[*]{}", source.describe(), made.iter().map(Value::describe).collect::<String>());
            return stop.cloned().unwrap_or_else(|| joined::joined(name, junction, made, self.world, origin));
        }
        match self.is_single(source, input) {
            Err(question) => return Value::pending(question, origin),
            Ok(Some(Single::Null)) => return Value::list(ListKind::Tuple, Vec::new(), origin),
            Ok(Some(Single::Item)) => {
                let item = self.steps(source.clone(), steps, span, env);
                return Value::list(ListKind::Tuple, vec![item], origin);
            }
            Ok(None) => {}
        }
        if steps.is_empty() {
            // A set is gone over in its order.
            let list = source.said_type().element().map(|element| Type::list(element.clone()));
            return list.map_or_else(|| source.clone(), |list| types::convert(source.clone(), &list, self.world));
        }
        let any = self.open_part(input, "[*]", source.said_type().element(), Nullable::Yes);
        let element = source.each().map_or(&any, |(_, element)| element);
        let item = self.attempts.of_elements(source, self.world, || {
            let item = self.steps(element.clone(), steps, span, env);
            self.needs_answer(&item);
            item
        });
        match item.data {
            Data::Failed(_) if source.each().is_none() || joined::holds_something(source) => return item,
            Data::Pending(_) if source.each().is_none() => return item.unsaid(),
            _ => {}
        }
        // The element that stands for all is called `var.l[*].name`, and the list of them `var.l.*.name`.
        let name = format!("{}.*{}", source.describe(), self.written_steps(steps, env));
        let untold = self.untold(source).and_then(|untold| {
            let made = self.attempts.apart(|| self.splat(untold, steps, span, env));
            matches!(made.data, Data::Open(_)).then_some(made)
        });
        let met = told_met(untold.as_ref(), met(&item));
        let key = source.each().map_or_else(
            || {
                let index = Input::derived(format!("keys({name})[*]"), origin.clone());
                Value::open(index, origin.clone()).typed(&Type::Number)
            },
            |(key, _)| key.clone(),
        );
        if let Some(untold) = untold {
            self.untold.borrow_mut().insert(name.clone(), untold);
        }
        let made = derive(name, source, Outcome::Open, self.world, origin).typed(&splat_type(source, &item));
        let made = joined::mirroring(source, Mirrored::Length, made);
        self.keep_splat(&made, source, steps);
        joined::made_of(made, key, item, met)
    }

    /// Whether an open value is no list, so that a splat makes one of it. Of what no type is written it is asked.
    /// <https://developer.hashicorp.com/terraform/language/expressions/splat#single-values-as-lists>
    fn is_single(&self, source: &Value, input: &Arc<Input>) -> Result<Option<Single>, Question> {
        let ask = |ask: Ask| {
            let question = Question::new(Arc::clone(input), ask);
            self.world.answer(&question).ok_or(question)
        };
        let may_be_list = source.said_type().may_be_list();
        if may_be_list && input.domain.keys != Keys::Untyped {
            return Ok(None);
        }
        if !input.domain.never_null && ask(Ask::Null)? {
            return Ok(Some(Single::Null));
        }
        Ok(if may_be_list && ask(Ask::Listed)? { None } else { Some(Single::Item) })
    }

    fn steps(&self, value: Value, steps: &[Step], span: Span, env: Env<'_, 'a>) -> Value {
        steps.iter().fold(value, |value, step| match step {
            Step::Attribute(name) => {
                self.needs_attribute(&value, name);
                self.attribute(&value, name, span)
            }
            Step::Index(key) => {
                let key = self.evaluate(key, env);
                self.needs_element(&value, &key);
                self.index(&value, &key, span)
            }
        })
    }

    fn written_steps(&self, steps: &[Step], env: Env<'_, 'a>) -> String {
        let written = |taken: &Step| match taken {
            Step::Attribute(name) => format!(".{name}"),
            Step::Index(key) => step(&self.evaluate(key, env)),
        };
        steps.iter().map(written).collect()
    }

    /// The element under a known index of what a splat made: it is made of the element under that index.
    pub fn splat_element(&self, made: &Value, key: &Value, span: Span) -> Option<Value> {
        let (list, names) = self.splat_of(made).filter(|_| matches!(key.data, Data::Number(_)))?;
        let element = self.index(&list, key, span);
        Some(names.iter().fold(element, |element, name| self.attribute(&element, name, span)))
    }

    /// The list that a splat was made of, and the attributes that it took.
    pub fn splat_of(&self, made: &Value) -> Option<(Value, Vec<String>)> {
        match &made.data {
            Data::Open(input) => self.splats.borrow().get(&input.name).cloned(),
            _ => None,
        }
    }

    /// Remembers what a splat made of a list that it took attributes of.
    fn keep_splat(&self, made: &Value, list: &Value, steps: &[Step]) {
        let is_of_instances = list.each().is_some_and(|(_, element)| matches!(element.data, Data::Object(..)));
        let is_list = matches!(list.said_type(), Type::List(_)) || (is_of_instances && *list.said_type() == Type::Any);
        let names = steps.iter().map(|step| match step {
            Step::Attribute(name) => Some(name.clone()),
            Step::Index(_) => None,
        });
        if let (true, Data::Open(made), Some(names)) = (is_list, &made.data, names.collect()) {
            self.splats.borrow_mut().insert(made.name.clone(), (list.clone(), names));
        }
    }
}

/// What a splat makes a list of that is none.
enum Single {
    /// Nothing: it is the empty list.
    Null,
    /// Its only element.
    Item,
}

/// The type of what a splat over an unknown collection makes: a list if that is a list or a set.
fn splat_type(source: &Value, item: &Value) -> Type {
    match source.said_type() {
        Type::List(_) | Type::Set(_) => Type::list(types::of(item)),
        _ => Type::Any,
    }
}
