//! Variables: given, defaulted, or open.

use std::rc::Rc;
use std::sync::Arc;

use crate::model::{Kept, OpenInputs};
use crate::source::Span;
use crate::syntax::{Block, Expr, ExprKind, hcl};
use crate::value::{Data, Input, Literal, Origin, Reason, Role, Value, look_at, mentions};

use super::evaluator::{Evaluator, Key, twice};
use super::expand::in_slot;
use super::functions;
use super::given::Given;
use super::merge::DECLARED_TYPE;
use super::naming::names_resources;
use super::scope::{Caller, Env, Scope};
use super::secret::is_sensitive;
use super::types::{self, Nullable, Type};
use super::unknown::element_of;
use super::validation::{narrow, validations};

/// What a `variable` block says.
struct Declaration<'a> {
    name: &'a str,
    block: &'a Block,
    /// What a value that is handed in is converted to.
    ty: Type,
    nullable: Nullable,
}

/// The option that gives a variable of the root module a value.
pub fn option(name: &str) -> String {
    format!("--var {name}=VALUE")
}

impl<'a> Evaluator<'a> {
    /// `var.name` in a module instance.
    pub fn variable(&self, scope: &Rc<Scope<'a>>, name: &str, span: Span) -> Value {
        let own = format!("var.{name}");
        if let Some(twice) = twice(scope, &own, span) {
            return twice;
        }
        let full = scope.qualify(&own);
        let Some((name, block)) = scope.node.module.variables.get_key_value(name) else {
            return self.broken(&full, "there is no such variable", span);
        };
        let key = Key::Variable(scope.id.get(), name.clone());
        let value = self.remember(key, &full, span, || {
            let declaration = self.declaration(name, block, span);
            let value = match &scope.call {
                None => self.root_variable(&declaration),
                Some(caller) => {
                    // What `each` and `count` are in the call rests on what its instances rest on.
                    look_at(&scope.inputs);
                    self.argument_of_call(&declaration, caller, &full, span)
                }
            };
            if is_sensitive(block) { value.secret(block.header) } else { value }
        });
        value.through(span, Role::Expression)
    }

    fn declaration(&self, name: &'a str, block: &'a Block, span: Span) -> Declaration<'a> {
        let ty = self.written_type(name, block, "type", span);
        let ty = match block.body.attribute(DECLARED_TYPE) {
            Some(_) => types::with_defaults_of(&ty, &self.written_type(name, block, DECLARED_TYPE, span)),
            None => ty,
        };
        let nullable = block.body.attribute("nullable").map(|nullable| &nullable.expr.kind);
        let nullable = if nullable == Some(&ExprKind::Bool(false)) { Nullable::No } else { Nullable::Yes };
        Declaration { name, block, ty, nullable }
    }

    fn written_type(&self, name: &str, block: &Block, attribute: &str, span: Span) -> Type {
        let ty = block.body.attribute(attribute).map_or(Ok(Type::Any), |attribute| self.parse_type(&attribute.expr));
        ty.unwrap_or_else(|message| {
            self.note(format!("var.{name}: {message}"), span);
            Type::Any
        })
    }

    /// JSON syntax and old versions write the type in quotes.
    fn parse_type(&self, expr: &Expr) -> Result<Type, String> {
        let ExprKind::Text(text, _) = &expr.kind else { return types::parse(expr) };
        let file = self.unnamed(text);
        let (parsed, _) = hcl::parse_expression(file, text, 0..text.len());
        types::parse(&parsed)
    }

    fn argument_of_call(&self, declaration: &Declaration<'a>, caller: &Caller<'a>, full: &str, span: Span) -> Value {
        let argument = caller.block.body.attribute(declaration.name);
        let value = argument.map(|argument| {
            let value = in_slot(&caller.scope, &caller.slot, |env| self.evaluate(&argument.expr, env));
            self.taken_by(&declaration.ty, argument_of(value, argument.expr.span), argument.expr.span)
        });
        match value {
            Some(value) => self.typed_variable(value, declaration),
            None => self
                .unset(declaration)
                .unwrap_or_else(|| self.broken(full, "the module is called without this argument", span)),
        }
    }

    fn root_variable(&self, declaration: &Declaration<'a>) -> Value {
        if let Some(given) = self.unit.given.values.get(declaration.name) {
            return self.typed_variable(self.given(given, declaration), declaration);
        }
        if let Some(reason) = &self.unit.given.anything {
            return self.open_variable(declaration, reason.clone());
        }
        if let Some(value) = self.handed_in(declaration.name) {
            let is_typed = declaration.block.body.attribute("type").is_some();
            // Terragrunt hands in through the environment, where a variable without a type takes the text as it is.
            let value = if is_typed { value } else { self.as_environment(value, declaration.block.header) };
            return self.typed_variable(value, declaration);
        }
        let default = match self.unit.inputs.open {
            OpenInputs::WithoutDefault => self.unset(declaration),
            OpenInputs::Any if self.keeps_keys(declaration) => {
                let default = self.unset(declaration);
                default.map(|default| {
                    self.note(kept(declaration, &default).remark(), declaration.block.header);
                    self.with_open_values(default, declaration)
                })
            }
            OpenInputs::Any | OpenInputs::Everything => None,
        };
        default.unwrap_or_else(|| self.open_variable(declaration, Reason::NoValue(option(declaration.name))))
    }

    /// A value as the text it is in the environment: Terragrunt writes collections as JSON.
    fn as_environment(&self, value: Value, span: Span) -> Value {
        match value.data {
            Data::List(..) | Data::Map(..) => {
                let (name, arguments) = ("jsonencode", vec![value]);
                functions::call(&functions::Call { name, arguments, span, world: self.world, host: self })
            }
            _ => as_text(value),
        }
    }

    /// The root variables without a value that keep something of their default where every input is open.
    pub fn kept(&self) -> Vec<Kept> {
        let variables = self.unit.tree.module.variables.iter();
        let unset = variables.filter(|(name, _)| !self.unit.given.values.contains_key(*name));
        let declarations = unset.map(|(name, block)| self.declaration(name, block, block.header));
        let keeping = declarations.filter(|declaration| self.keeps_keys(declaration));
        keeping.filter_map(|declaration| Some(kept(&declaration, &self.unset(&declaration)?))).collect()
    }

    /// The map with the keys of the default, and any values.
    fn with_open_values(&self, default: Value, declaration: &Declaration<'a>) -> Value {
        let Data::Map(kind, entries) = &default.data else { return default };
        let whole = self.open_variable(declaration, Reason::NoValue(option(declaration.name)));
        let any = |key: &String| {
            let key_of = Literal::Text(key.clone());
            (key.clone(), element_of(&whole, &key_of, self.world, whole.origin.clone()))
        };
        Value::map(*kind, entries.keys().map(any).collect(), default.origin)
    }

    fn given(&self, given: &Given, declaration: &Declaration<'a>) -> Value {
        match given {
            Given::Value(value) => value.clone(),
            Given::Unknown(reason) => self.open_variable(declaration, reason.clone()),
            Given::Expression(expr) => self.evaluate(expr, Env::CONSTANT).through(expr.span, Role::Given),
            Given::Text(file) => {
                let text = self.unit.sources.file(*file).text.clone();
                let span = Span::new(*file, 0, text.len());
                let is_typed = declaration.block.body.attribute("type").is_some();
                // Terraform takes the text as it is for primitive types and where no type is written.
                if !is_typed || matches!(declaration.ty, Type::Bool | Type::Number | Type::String) {
                    return Value::text(text, Origin::at(span, Role::Given));
                }
                let (expr, _) = hcl::parse_expression(*file, &text, 0..text.len());
                self.evaluate(&expr, Env::CONSTANT).through(span, Role::Given)
            }
        }
    }

    /// What a variable is worth that nobody gives a value.
    fn unset(&self, declaration: &Declaration<'a>) -> Option<Value> {
        Some(types::convert(self.default(declaration)?, &declaration.ty, self.world))
    }

    fn default(&self, declaration: &Declaration<'a>) -> Option<Value> {
        let default = declaration.block.body.attribute("default")?;
        let value = self.evaluate(&default.expr, Env::CONSTANT).through(default.expr.span, Role::Default);
        let body = &declaration.block.body;
        let beside = ["type", DECLARED_TYPE]
            .into_iter()
            .find(|name| body.attribute(name).is_some_and(|ty| ty.expr.span.file == default.expr.span.file));
        // A default is completed by the type that is written beside it, and by no other.
        let beside = beside
            .map_or(Type::Any, |name| self.written_type(declaration.name, declaration.block, name, default.expr.span));
        let value = types::convert(value, &beside, self.world);
        let value = types::convert(value, &types::with_defaults_of(&declaration.ty, &Type::Any), self.world);
        if value.is_null() && declaration.nullable == Nullable::No {
            let name = format!("var.{}", declaration.name);
            return Some(self.broken(&name, "its default is null, which it does not allow", default.expr.span));
        }
        Some(value)
    }

    /// The value converted to the variable's type; for null where null is not allowed, the default.
    fn typed_variable(&self, value: Value, declaration: &Declaration<'a>) -> Value {
        if value.is_waiting() {
            return value.then(&|value| self.typed_variable(value.clone(), declaration));
        }
        let value = if declaration.nullable == Nullable::No { value.null_decided(self.world) } else { value };
        if value.is_null() && declaration.nullable == Nullable::No {
            let origin = value.origin;
            return self.default(declaration).unwrap_or_else(|| {
                Value::failed(format!("the variable {} must not be null", declaration.name), origin)
            });
        }
        let was_suitable = !matches!(value.data, Data::Failed(_));
        let converted = types::convert(value, &declaration.ty, self.world);
        match &converted.data {
            Data::Failed(failure) if was_suitable => {
                let message = format!("the value is not suitable for var.{}: {}", declaration.name, failure.message);
                Value::failed(message, failure.origin.clone())
            }
            _ => converted,
        }
    }

    /// Why the value that a variable of the root module is given is none of its type, where it is none.
    pub fn refused_value(&self, name: &str) -> Option<String> {
        self.unit.given.values.get(name)?;
        let block = self.unit.tree.module.variables.get(name)?;
        match &self.variable(&self.root(), name, block.header).data {
            Data::Failed(failure) => Some(failure.message.clone()),
            _ => None,
        }
    }

    /// The root variables whose values Terragrunt knows no better than something that is in an expression of this name.
    pub fn variables_handed(&self, expression: &str) -> Vec<&'a str> {
        let variables = self.unit.tree.module.variables.iter();
        let is_handed = |(name, block): &(&'a String, &'a Block)| {
            let mut found = false;
            self.variable(&self.root(), name, block.header).visit(&mut |part| {
                let input = match &part.data {
                    Data::Open(input) => Some(input),
                    Data::Pending(question) => Some(&question.input),
                    _ => None,
                };
                let is_without_value = |input: &Input| matches!(input.reason, Reason::NoValue(_));
                found |= input.is_some_and(|input| !is_without_value(input) && mentions(expression, &input.name));
            });
            found
        };
        variables.filter(is_handed).map(|(name, _)| name.as_str()).collect()
    }

    fn open_variable(&self, declaration: &Declaration<'a>, reason: Reason) -> Value {
        let name = format!("var.{}", declaration.name);
        let origin = Origin::at(declaration.block.header, Role::Header);
        let mut domain = types::domain(&declaration.ty, declaration.nullable);
        let any = domain.clone();
        for condition in validations(declaration.block) {
            narrow(&mut domain, condition, declaration.name);
        }
        if domain.values.as_ref().is_some_and(Vec::is_empty) {
            self.note(format!("{name}: no value meets all of its validations"), declaration.block.header);
            domain = any;
        }
        let ty = declaration.ty.of_converted(&Type::Any);
        self.settled(Value::open(Input { name, reason, domain, origin: origin.clone() }, origin).typed(&ty))
    }

    /// With every input open, a collection still has the keys of its default where they name the resources that there are.
    fn keeps_keys(&self, declaration: &Declaration<'a>) -> bool {
        let is_collection =
            declaration.block.body.attribute("default").is_some_and(|default| match &default.expr.kind {
                ExprKind::Tuple(items) => !items.is_empty(),
                ExprKind::Object(entries) => !entries.is_empty(),
                _ => false,
            });
        is_collection && names_resources(&self.unit.tree, declaration.name)
    }
}

fn kept(declaration: &Declaration, default: &Value) -> Kept {
    let what = if default.as_map().is_some() { "the keys" } else { "the items" };
    Kept { input: format!("var.{}", declaration.name), what }
}

/// A boolean or number as the text it is in the environment.
pub(super) fn as_text(value: Value) -> Value {
    match &value.data {
        Data::Bool(known) => Value::text(known.to_string(), value.origin),
        Data::Number(known) => Value::text(known.to_string(), value.origin),
        _ => value,
    }
}

/// A value that a caller hands in: it, and everything inside it, stands where the caller wrote it.
pub(super) fn argument_of(value: Value, span: Span) -> Value {
    let inner = |value: &Value| argument_of(value.clone(), value.origin.nearest().unwrap_or(span));
    let data = match &value.data {
        Data::List(kind, items) => Data::List(*kind, Arc::new(items.iter().map(inner).collect())),
        Data::Map(kind, entries) => {
            let entries = entries.iter().map(|(key, entry)| (key.clone(), inner(entry)));
            Data::Map(*kind, Arc::new(entries.collect()))
        }
        other => other.clone(),
    };
    let awaited = value.awaited.as_ref().map(|awaited| Arc::new(awaited.map(inner)));
    Value { data, awaited, ..value }.through(span, Role::Argument)
}
