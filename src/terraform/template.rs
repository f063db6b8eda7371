//! Quoted texts, heredocs and template files.

use crate::source::Span;
use crate::syntax::{TemplateFor, TemplatePart};
use crate::value::{Data, Input, Origin, Part, Reason, Role, Text, Value};

use super::evaluator::Evaluator;
use super::scope::{Binding, Env};
use super::truth::truth;
use super::types::{Type, of};

/// The longest text that is put together, in bytes.
const MAX_TEXT: usize = 16 * 1024 * 1024;

impl<'a> Evaluator<'a> {
    /// A template. One that is a single interpolation is that value, whatever its type.
    pub fn template(&self, parts: &[TemplatePart], span: Span, env: Env<'_, 'a>) -> Value {
        if let [TemplatePart::Interpolation(only)] = parts {
            return self.evaluate(only, env).through(span, Role::Expression);
        }
        self.template_text(parts, span, env)
    }

    /// A template as a text, also where it is a single interpolation: template files are.
    pub fn template_text(&self, parts: &[TemplatePart], span: Span, env: Env<'_, 'a>) -> Value {
        let mut joined = Joined::default();
        match self.append(parts, span, &mut joined, env) {
            Ok(()) => {
                let origin = Origin::expression(span).made_of(&joined.origins);
                Value::new(Data::Text(Text::concat(&joined.texts)), origin)
            }
            Err(stop) => stop,
        }
    }

    fn append(&self, parts: &[TemplatePart], span: Span, joined: &mut Joined, env: Env<'_, 'a>) -> Result<(), Value> {
        for part in parts {
            match part {
                TemplatePart::Literal(text, places) => {
                    joined.push(Text::literal(text.clone()).written(places.clone()), span)?;
                }
                TemplatePart::Interpolation(expr) => {
                    let value = self.evaluate(expr, env);
                    self.needs_a(&Type::String, &value);
                    joined.value(&value, expr.span)?;
                }
                TemplatePart::If(condition, yes, no) => {
                    let condition = self.evaluate(condition, env);
                    self.needs_a(&Type::Bool, &condition);
                    let decided = truth(&condition, self.world);
                    match decided.data {
                        Data::Bool(true) => self.append(yes, span, joined, env)?,
                        Data::Bool(false) => self.append(no, span, joined, env)?,
                        _ => return Err(decided),
                    }
                }
                TemplatePart::For(each) => self.append_each(each, joined, env)?,
            }
        }
        Ok(())
    }

    fn append_each(&self, each: &TemplateFor, joined: &mut Joined, env: Env<'_, 'a>) -> Result<(), Value> {
        let collection = self.evaluate(&each.collection, env);
        self.needs_elements(&collection);
        let span = each.collection.span;
        let elements = match self.elements(&collection, span) {
            Ok(elements) => elements,
            Err(obstacle) if matches!(obstacle.data, Data::Pending(_) | Data::Failed(_)) => return Err(obstacle),
            Err(_) => {
                let origin = Origin::expression(span);
                // What the directive writes for each is told by its place.
                let (collection, at) = (self.written(&each.collection, env), self.unit.sources.position(span));
                let name = format!("%{{for each of {collection}}} at {}:{}", at.line, at.column);
                let each = Value::open(Input::derived(name, origin.clone()), origin);
                return joined.push(Text::join([Part::Value(each)]), span);
            }
        };
        for (key, value) in &elements {
            self.descend(span, || {
                let outer = Binding::new(each.key.as_deref().unwrap_or_default(), key, env);
                let env = if each.key.is_some() { env.with(&outer) } else { env };
                let inner = Binding::new(&each.value, value, env);
                self.append(&each.parts, span, joined, env.with(&inner))
            })??;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Joined {
    texts: Vec<Text>,
    /// Where the values in it come from.
    origins: Vec<Origin>,
    bytes: usize,
}

impl Joined {
    fn push(&mut self, text: Text, span: Span) -> Result<(), Value> {
        self.bytes += text.literal_bytes();
        if self.bytes > MAX_TEXT {
            let origin = Origin::expression(span);
            let reason = Reason::Limit("a text of more than 16 MiB".to_owned());
            return Err(Value::open(Input::undecidable("a text beyond the limit", reason, origin.clone()), origin));
        }
        self.texts.push(text);
        Ok(())
    }

    fn value(&mut self, value: &Value, span: Span) -> Result<(), Value> {
        let failed = |message: &str| Err(Value::failed(message, Origin::expression(span)));
        self.origins.push(value.origin.clone());
        match &value.data {
            Data::Bool(known) => self.push(Text::literal(known.to_string()).standing_at(span), span),
            Data::Number(known) => self.push(Text::literal(known.to_string()).standing_at(span), span),
            Data::Text(text) => self.push(text.clone().standing_at(span), span),
            Data::Open(_) | Data::Opaque(_) if !of(value).may_become(&Type::String) => {
                failed("a collection cannot stand in a text")
            }
            Data::Open(_) | Data::Opaque(_) => self.push(Text::join([Part::Value(value.clone())]), span),
            Data::Pending(_) | Data::Failed(_) => Err(value.clone().unsaid()),
            Data::Null => failed("null cannot stand in a text"),
            Data::List(..) | Data::Map(..) | Data::Object(..) => failed("a collection cannot stand in a text"),
        }
    }
}
