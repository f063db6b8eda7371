//! `data "aws_iam_policy_document"`: its arguments and blocks, evaluated for the model to render.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use indexmap::IndexMap;

use crate::model::policy_document::{Block, DOCUMENT, json, render};
use crate::value::{Data, Layout, MapKind, Origin, Part, Text, Value};

use super::blocks::{Content, Items};
use super::evaluator::Evaluator;
use super::expand::in_slot;
use super::functions;
use super::object::Instance;
use super::scope::Env;
use super::types::{self, Type};

impl<'a> Evaluator<'a> {
    /// The document as JSON whose values keep their places.
    pub fn policy_document(&self, instance: &Instance<'a>) -> Value {
        let content = Content::of(instance.block);
        let arguments = in_slot(&instance.scope, &instance.slot, |env| self.structured(content, &DOCUMENT, env));
        match render(&arguments, &|text| self.decoded(text, content)) {
            Ok(document) => {
                let origin = document.origin.clone();
                Value::new(Data::Text(Text::join([Part::Json(document)])), origin)
            }
            Err(unknown) => unknown,
        }
    }

    /// The known arguments and nested blocks of a block as a map.
    fn structured(&self, content: Content<'_>, block: &Block, env: Env<'_, 'a>) -> Value {
        let origin = Origin::expression(content.header());
        let lists = Type::list(Type::String);
        let texts = block.texts.iter().filter_map(|name| {
            let value = self.argument(content, name, env)?;
            let text = types::convert(value, &Type::String, self.world);
            // The provider's default counts where the argument is null.
            Some((*name, if *name == "effect" { text.null_decided(self.world) } else { text }))
        });
        let lists = block.lists.iter().filter_map(|name| {
            let value = self.argument(content, name, env)?;
            if !matches!(value.data, Data::List(..)) {
                return Some((*name, value));
            }
            // A list in a list is refused; Terraform took it for its elements before 0.12, and so it is meant.
            let converted = types::convert(value.clone(), &lists, self.world);
            Some((*name, if matches!(converted.data, Data::Failed(_)) { value } else { converted }))
        });
        let blocks = block.blocks.iter().map(|(kind, inner)| {
            let mut items = Items::default();
            let unknown = self.each_block(content, kind, env, &mut |content, env, there| {
                items.add([self.structured(content, inner, env)], there);
            });
            (*kind, items.list(unknown, origin.clone()))
        });
        let entries = texts.chain(lists).chain(blocks).map(|(name, value)| (name.to_owned(), value));
        let entries: IndexMap<String, Value> = entries.collect();
        Value::map(MapKind::Object, entries, origin)
    }

    fn decoded(&self, text: &Value, content: Content<'_>) -> Value {
        let span = text.origin.nearest().unwrap_or(content.header());
        let arguments = vec![text.clone()];
        functions::call(&functions::Call { name: "jsondecode", arguments, span, world: self.world, host: self })
    }
}

/// The text of a rendered document without blanks.
pub(super) fn minified(document: Value) -> Value {
    match &document.data {
        Data::Text(text) => match text.parts() {
            [Part::Json(rendered)] => Value { data: Data::Text(json(rendered, Layout::Minified)), ..document },
            _ => document,
        },
        _ => document,
    }
}
