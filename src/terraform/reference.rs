//! References: from a chain of names to what it leads to.

use std::rc::Rc;

use crate::source::Span;
use crate::syntax::{Expr, ExprKind};
use crate::value::{Data, Origin, Reason, Role, Symbol, SymbolSource, Value};

use super::evaluator::{Evaluator, Key, twice};
use super::module::{Mode, ResourceKey};
use super::scope::{Env, Scope};
use super::types::Type;

/// A name, and the text up to its end.
pub(super) type Name<'e> = (&'e str, Span);

/// One step of a chain of names, with the text up to its end.
enum Link<'e> {
    Attribute(&'e str, Span),
    Index(&'e Expr, Span),
}

impl<'a> Evaluator<'a> {
    /// A name, an attribute or an index.
    pub fn reference(&self, expr: &Expr, env: Env<'_, 'a>) -> Value {
        let mut links = Vec::new();
        let base = chain(expr, &mut links);
        let (value, used) = match &base.kind {
            ExprKind::Variable(name) => match env.bound(name) {
                Some(value) => (value.clone().through(base.span, Role::Expression), 0),
                None => self.named(name, &links, base.span, env),
            },
            _ => (self.evaluate(base, env), 0),
        };
        // Terraform looks up an attribute of a resource that is written out in the provider's schema, before it evaluates
        // anything: what `try` would catch never comes about.
        let mut is_written_out = matches!(&base.kind, ExprKind::Variable(name) if env.bound(name).is_none()
            && !matches!(name.as_str(), "local" | "var" | "module" | "each" | "self"));
        links.iter().skip(used).fold(value, |value, link| match (link, &value.data) {
            (Link::Attribute(name, span), Data::Object(id, _)) if is_written_out => {
                self.object_attribute(*id, name, *span).through(*span, Role::Expression)
            }
            // As a value it is an object like others, written out it is not.
            (Link::Index(_, span), Data::Object(id, _)) if is_written_out && !self.is_module(*id) => {
                Value::failed("a resource without count or for_each has no index", Origin::expression(*span))
            }
            (Link::Attribute(name, span), _) => picked_from(&value, self.attribute(&value, name, *span)),
            (Link::Index(key, span), _) => {
                is_written_out &= matches!(key.kind, ExprKind::Number(_) | ExprKind::Text(..));
                let key = self.evaluate(key, env);
                picked_from(&value, self.index(&value, &key, *span)).worked_out_from([&key.origin])
            }
        })
    }

    /// What the first names of a chain lead to, and how many of its links they are.
    fn named(&self, name: &str, links: &[Link<'_>], span: Span, env: Env<'_, 'a>) -> (Value, usize) {
        let attribute = |at: usize| match links.get(at) {
            Some(Link::Attribute(name, span)) => Some((*name, *span)),
            _ => None,
        };
        let Some(scope) = env.scope else {
            return (self.broken(name, "this name is not known here", span), links.len());
        };
        let (Some((first, end)), second) = (attribute(0), attribute(1)) else {
            return (self.broken(name, "this name leads to nothing", span), links.len());
        };
        if let Some(found) = self.terragrunt_name(name, (first, end), second) {
            return found;
        }
        match (name, second) {
            ("var", _) => (self.variable(scope, first, end), 1),
            ("local", _) => (self.local(scope, first, end), 1),
            ("module", _) => (self.module(scope, first, end), 1),
            ("path", _) => (self.path(scope, first, end), 1),
            ("terraform", _) => (self.terraform(first, end), 1),
            ("each" | "count" | "self", _) => {
                let full = format!("{name}.{first}");
                (self.broken(&full, &format!("{name} is not known here"), end), links.len())
            }
            ("data", Some((second, end))) => (self.resource(scope, Mode::Data, first, second, end), 2),
            ("resource", Some((second, end))) => (self.resource(scope, Mode::Managed, first, second, end), 2),
            ("ephemeral", Some((second, end))) => {
                let source = SymbolSource::Named(scope.qualify(&format!("ephemeral.{first}.{second}")));
                (Value::opaque(Symbol { source, attribute: String::new() }, Origin::expression(end)), 2)
            }
            _ => (self.resource(scope, Mode::Managed, name, first, end), 1),
        }
    }

    /// `local.name` of a module instance.
    pub fn local(&self, scope: &Rc<Scope<'a>>, name: &str, span: Span) -> Value {
        let own = format!("local.{name}");
        if let Some(twice) = twice(scope, &own, span) {
            return twice;
        }
        let full = scope.qualify(&own);
        let Some(local) = scope.node.module.locals.get(name) else {
            return self.broken(&full, "there is no such local value", span);
        };
        let key = Key::Local(scope.id.get(), name.to_owned());
        let value = self.remember(key, &full, span, || self.evaluate(&local.expr, Env::of(scope)));
        value.through(local.name, Role::Local).through(span, Role::Expression)
    }

    fn path(&self, scope: &Rc<Scope<'a>>, name: &str, span: Span) -> Value {
        let origin = Origin::expression(span);
        match name {
            // Terraform runs in the root module's directory and prints paths from there.
            "module" => {
                let directory = crate::source::relative(&scope.node.module.directory, &self.unit.directory);
                Value::text(directory, origin)
            }
            "root" => Value::text(".", origin),
            "cwd" => {
                let source = SymbolSource::Named("path.cwd".to_owned());
                Value::opaque(Symbol { source, attribute: String::new() }, origin)
            }
            _ => self.broken(&format!("path.{name}"), "there is no such path", span),
        }
    }

    fn terraform(&self, name: &str, span: Span) -> Value {
        let full = format!("terraform.{name}");
        if name != "workspace" {
            return self.broken(&full, "only terraform.workspace is known", span);
        }
        let origin = Origin::expression(span);
        let reason = Reason::Elsewhere("terraform workspace select".to_owned());
        let domain = crate::value::Domain { never_null: true, never_empty: true, ..crate::value::Domain::default() };
        let input = crate::value::Input { name: full, reason, domain, origin: origin.clone() };
        self.settled(Value::open(input, origin).typed(&Type::String))
    }

    /// A resource or data source of a module instance.
    pub fn resource(&self, scope: &Rc<Scope<'a>>, mode: Mode, kind: &str, name: &str, span: Span) -> Value {
        let key = ResourceKey { mode, kind: kind.to_owned(), name: name.to_owned() };
        // Of a managed resource each property is compared when it is read.
        if mode == Mode::Data
            && let Some(twice) = twice(scope, &key.to_string(), span)
        {
            return twice;
        }
        let full = scope.qualify(&key.to_string());
        match scope.node.module.resources.get_key_value(&key) {
            Some((key, block)) => self.resource_value(scope, key, block, span),
            None => self.broken(&full, "there is no such resource", span),
        }
    }
}

/// What was read from a collection, with what that came by.
fn picked_from(collection: &Value, part: Value) -> Value {
    match collection.data {
        Data::Map(..) | Data::List(..) => Value { origin: part.origin.picked_from(&collection.origin), ..part },
        _ => part,
    }
}

/// The expression a chain of names begins with; the links are added in order.
fn chain<'e>(expr: &'e Expr, links: &mut Vec<Link<'e>>) -> &'e Expr {
    let mut base = expr;
    loop {
        base = match &base.kind {
            ExprKind::Attribute(source, name) => {
                links.push(Link::Attribute(name, base.span));
                source
            }
            ExprKind::Index(source, key) => {
                links.push(Link::Index(key, base.span));
                source
            }
            _ => break,
        };
    }
    links.reverse();
    base
}
