//! Properties of resources, with CloudFormation's names and shapes.

use indexmap::IndexMap;

use crate::model::schema::{self, From, Grants, Property};
use crate::model::tags;
use crate::syntax::{Block, Expansion, Expr, ExprKind};
use crate::value::{Data, MapKind, Origin, Part, Role, Text, Value};

use super::blocks::{Content, Items};
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::object::Instance;
use super::scope::Env;
use super::types::{self, Type};

impl<'a> Evaluator<'a> {
    /// The property called `name` of an instance. Of a resource that is declared twice, only what both say is known.
    pub fn property(&self, instance: &Instance<'a>, name: &str) -> Value {
        if let Some(place) = self.deployed_to(instance, name) {
            return place;
        }
        let value = self.property_in(instance, instance.block, name);
        let again = instance.scope.node.module.again.get(instance.key).into_iter().flatten();
        let other = again.into_iter().find(|block| self.property_in(instance, block, name) != value);
        other.map_or(value, |other| {
            self.broken(&format!("{}.{name}", instance.address), "the resource is declared twice", other.header)
        })
    }

    /// What a block says of the property.
    fn property_in(&self, instance: &Instance<'a>, block: &'a Block, name: &str) -> Value {
        let properties = schema::properties(&instance.key.kind);
        let content = Content::of(block);
        match properties.iter().find(|property| property.name == name) {
            Some(property) => {
                let read = in_slot(&instance.scope, &instance.slot, |env| self.read(property.from, content, env));
                match property.from {
                    From::Tags(_) => self.with_default_tags(read, instance),
                    _ => read,
                }
            }
            None => absent(content),
        }
    }

    /// A policy. What `jsonencode` would write is taken before it is written, so that every statement keeps its place.
    fn policy(&self, content: Content<'_>, name: &str, env: Env<'_, 'a>) -> Option<Value> {
        if let Some(Expr { kind: ExprKind::Call(call), span }) = content.expr(name)
            && let ("jsonencode", [written], Expansion::None) =
                (call.name.trim_start_matches("core::"), call.arguments.as_slice(), call.expansion)
        {
            let text = Text::join([Part::Json(self.evaluate(written, env))]);
            return Some(Value::new(Data::Text(text), Origin::expression(*span)));
        }
        self.argument(content, name, env)
    }

    fn read(&self, from: From, content: Content<'_>, env: Env<'_, 'a>) -> Value {
        match from {
            From::Flag(name, default) => match self.typed(content, name, &Type::Bool, env) {
                Some(value) => value,
                None => Value::bool(default, self.place(content, name, env)),
            },
            From::Bool(name) | From::Text(name) => {
                let ty = if matches!(from, From::Bool(_)) { Type::Bool } else { Type::String };
                let value = self.typed(content, name, &ty, env);
                value.unwrap_or_else(|| Value::null(self.place(content, name, env)))
            }
            From::TextOr(name, default) => match self.typed(content, name, &Type::String, env) {
                Some(value) => value,
                None => Value::text(default, self.place(content, name, env)),
            },
            From::Texts(name) => {
                let texts = Type::List(Box::new(Type::String));
                self.typed(content, name, &texts, env).unwrap_or_else(|| absent(content))
            }
            From::Plain(name) => self.policy(content, name, env).unwrap_or_else(|| absent(content)),
            From::Blocks(kind, properties) => {
                self.blocks(content, kind, env, |block, env| vec![self.map(properties, block, env)])
            }
            From::Block(kind, properties) => {
                let blocks = self.blocks(content, kind, env, |block, env| vec![self.map(properties, block, env)]);
                first(blocks, content)
            }
            From::Inside(kind, property) => {
                let blocks = self.blocks(content, kind, env, |block, env| vec![self.read(property.from, block, env)]);
                first(blocks, content)
            }
            From::Grants(Grants::Inline) => self.blocks(content, "grant", env, |grant, env| {
                let uri = self.argument(grant, "uri", env).unwrap_or_else(|| absent(grant));
                let permissions = self.argument(grant, "permissions", env).unwrap_or_else(|| absent(grant));
                match permissions.as_list() {
                    Some(each) => each.iter().map(|permission| permit(&uri, permission, grant)).collect(),
                    None => vec![permit(&uri, &permissions, grant)],
                }
            }),
            From::Grants(Grants::Policy) => self.grants_in_policy(content, env),
            From::Switch(name, words) => match self.typed(content, name, &Type::Bool, env) {
                Some(value) => schema::switched(&value, words),
                None => Value::null(self.place(content, name, env)),
            },
            From::Tags(name) => {
                let texts = Type::Map(Box::new(Type::String));
                self.typed(content, name, &texts, env).map_or_else(|| absent(content), |tags| tags::listed(&tags))
            }
        }
    }

    /// Tags, and before them those that the provider gives everything it makes.
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block>
    fn with_default_tags(&self, own: Value, instance: &Instance<'a>) -> Value {
        match self.default_tags(instance) {
            Some(defaults) => tags::with_defaults(own, tags::listed(&defaults)),
            None => own,
        }
    }

    /// Where an argument that is worth nothing stands: the expression that came to null, or the header where it would be
    /// written.
    fn place(&self, content: Content<'_>, name: &str, env: Env<'_, 'a>) -> Origin {
        let written = self.argument(content, name, env);
        written.map_or_else(|| Origin::at(content.header(), Role::Header), |value| value.origin)
    }

    fn grants_in_policy(&self, content: Content<'_>, env: Env<'_, 'a>) -> Value {
        self.blocks(content, "access_control_policy", env, |policy, env| {
            let grants = self.blocks(policy, "grant", env, |grant, env| {
                let uris = self.blocks(grant, "grantee", env, |grantee, env| {
                    vec![self.argument(grantee, "uri", env).unwrap_or_else(|| absent(grantee))]
                });
                let permission = self.argument(grant, "permission", env).unwrap_or_else(|| absent(grant));
                vec![permit(&first(uris, grant), &permission, grant)]
            });
            match grants.as_list() {
                Some(grants) => grants.to_vec(),
                None => vec![grants.unsaid()],
            }
        })
    }

    /// The nested blocks of one type as a list: null when there are none, or what keeps them from being known.
    fn blocks(
        &self,
        content: Content<'_>,
        kind: &str,
        env: Env<'_, 'a>,
        mut make: impl FnMut(Content<'_>, Env<'_, 'a>) -> Vec<Value>,
    ) -> Value {
        let mut items = Items::default();
        let mut span = None;
        let unknown = self.each_block(content, kind, env, &mut |block, env, there| {
            span = span.or(Some(block.header()));
            items.add(make(block, env), there);
        });
        match (&unknown, span) {
            (None, None) => absent(content),
            _ => items.list(unknown, Origin::expression(span.unwrap_or(content.header()))),
        }
    }

    fn map(&self, properties: &[Property], content: Content<'_>, env: Env<'_, 'a>) -> Value {
        let present = properties.iter().map(|property| (property.name, self.read(property.from, content, env)));
        let entries: IndexMap<String, Value> =
            present.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect();
        Value::map(MapKind::Object, entries, Origin::expression(content.header()))
    }

    /// An argument as the provider's schema wants it; `None` when it is absent or null.
    fn typed(&self, content: Content<'_>, name: &str, ty: &Type, env: Env<'_, 'a>) -> Option<Value> {
        let value = self.argument(content, name, env)?;
        if let Data::Object(..) = value.data {
            return Some(Value::failed("a resource stands where one of its attributes is needed", value.origin));
        }
        let value = self.settled(types::convert(value, ty, self.world));
        (!value.is_null()).then_some(value)
    }
}

fn absent(content: Content<'_>) -> Value {
    Value::null(Origin::at(content.header(), Role::Header))
}

/// The only item of a list; null when there is none; what keeps the list from being known.
fn first(list: Value, content: Content<'_>) -> Value {
    match &list.data {
        Data::List(_, items) => items.first().cloned().unwrap_or_else(|| absent(content)),
        _ => list.unsaid(),
    }
}

fn permit(uri: &Value, permission: &Value, grant: Content<'_>) -> Value {
    let entries = IndexMap::from([("URI".to_owned(), uri.clone()), ("Permission".to_owned(), permission.clone())]);
    Value::map(MapKind::Object, entries, Origin::expression(grant.header()))
}
