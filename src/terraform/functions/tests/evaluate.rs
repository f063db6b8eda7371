//! Expressions of literals, functions and operators, evaluated: what tables of tests need and no more.

use indexmap::IndexMap;

use super::super::{Call, Host, Listed, NoText, call};
use crate::source::FileId;
use crate::syntax::{Expansion, Expr, ExprKind, TemplatePart, hcl};
use crate::terraform::unknown::{parts, text};
use crate::terraform::{operators, types};
use crate::value::{Data, ListKind, MapKind, ObjectId, Origin, Text, Value, World};

/// Evaluates with these names in a world.
pub(super) struct Evaluator {
    pub names: IndexMap<String, Value>,
    pub world: World,
}

impl Evaluator {
    /// The value of an expression's text.
    pub(super) fn text(&self, source: &str) -> Value {
        let (expr, problems) = hcl::parse_expression(FileId(0), source, 0..source.len());
        match problems.first() {
            Some(problem) => Value::failed(problem.message.clone(), Origin::default()),
            None => self.value(&expr),
        }
    }

    fn value(&self, expr: &Expr) -> Value {
        let origin = Origin::expression(expr.span);
        match &expr.kind {
            ExprKind::Null => Value::null(origin),
            ExprKind::Bool(known) => Value::bool(*known, origin),
            ExprKind::Number(known) => Value::number(known.clone(), origin),
            ExprKind::Text(known, _) => Value::text(known.clone(), origin),
            ExprKind::Template(template) => self.template(template, origin),
            ExprKind::Parenthesis(inner) => self.value(inner),
            ExprKind::Tuple(items) => {
                Value::list(ListKind::Tuple, items.iter().map(|item| self.value(item)).collect(), origin)
            }
            ExprKind::Object(entries) => {
                let key = |key: &Expr| self.value(key).as_str().unwrap_or_default().to_owned();
                let entries = entries.iter().map(|(name, value)| (key(name), self.value(value)));
                Value::map(MapKind::Object, entries.collect(), origin)
            }
            ExprKind::Variable(name) => {
                let unknown = || Value::failed(format!("{name} is not declared"), origin);
                self.names.get(name).cloned().unwrap_or_else(unknown)
            }
            ExprKind::Index(source, key) => self.index(source, key, origin),
            ExprKind::Call(called) => {
                let mut arguments: Vec<Value> = called.arguments.iter().map(|argument| self.value(argument)).collect();
                if called.expansion == Expansion::LastArgument
                    && let Some(last) = arguments.pop()
                {
                    arguments.extend(last.as_list().unwrap_or_default().iter().cloned());
                }
                call(&Call { name: &called.name, arguments, span: expr.span, world: &self.world, host: self })
            }
            ExprKind::Binary(left, operator, right) => {
                operators::binary(*operator, self.value(left), self.value(right), &self.world, origin)
            }
            ExprKind::Negate(inner) => operators::negate(self.value(inner), &self.world, origin),
            ExprKind::Not(inner) => operators::not(self.value(inner), &self.world, origin),
            ExprKind::Conditional(condition, yes, no) => {
                let values = types::unify(vec![self.value(yes), self.value(no)], &self.world);
                match (self.value(condition).as_bool(), values.as_deref()) {
                    (Some(true), Some([yes, _])) => yes.clone(),
                    (Some(false), Some([_, no])) => no.clone(),
                    _ => Value::failed("no such conditional", origin),
                }
            }
            ExprKind::For(each) => self.each(each),
            _ => Value::failed("these tests do without", origin),
        }
    }

    fn index(&self, source: &Expr, key: &Expr, origin: Origin) -> Value {
        let index = match self.value(key).data {
            Data::Number(number) => number.as_i64().and_then(|index| usize::try_from(index).ok()),
            _ => None,
        };
        let items = self.value(source);
        let item = index.and_then(|index| items.as_list()?.get(index).cloned());
        item.unwrap_or_else(|| Value::failed("no such element", origin))
    }

    fn each(&self, each: &crate::syntax::For) -> Value {
        let crate::syntax::ForResult::Tuple(result) = &each.result else {
            return Value::failed("these tests do without", Origin::default());
        };
        let items = self.value(&each.collection);
        let results = items.as_list().unwrap_or_default().iter().map(|item| {
            let ExprKind::Attribute(_, name) = &result.kind else { return item.clone() };
            item.as_map().and_then(|entries| entries.get(name)).unwrap_or(item).clone()
        });
        Value::list(ListKind::Tuple, results.collect(), Origin::default())
    }

    fn template(&self, template: &[TemplatePart], origin: Origin) -> Value {
        let mut all = Vec::new();
        for part in template {
            match part {
                TemplatePart::Literal(literal, _) => all.push(crate::value::Part::Literal(literal.clone())),
                TemplatePart::Interpolation(inner) => all.extend(parts(self.value(inner))),
                TemplatePart::For(each) => {
                    let items = self.value(&each.collection);
                    if !matches!(items.data, Data::List(..)) {
                        return items;
                    }
                    for item in items.as_list().unwrap_or_default() {
                        let names = self.names.iter().map(|(name, value)| (name.clone(), value.clone()));
                        let names = names.chain([(each.value.clone(), item.clone())]).collect();
                        let inner = Self { names, world: self.world.clone() };
                        all.extend(parts(inner.template(&each.parts, origin.clone())));
                    }
                }
                TemplatePart::If(..) => return Value::failed("these tests do without", origin),
            }
        }
        text(all, origin)
    }
}

const FILES: [(&str, &str); 2] = [
    ("a.txt", include_str!("../../../../tests/conformance/module/a.txt")),
    ("t.tftpl", include_str!("../../../../tests/conformance/module/t.tftpl")),
];

fn file(path: &str) -> Option<&'static str> {
    let path = path.trim_start_matches("./").replace("b/../", "");
    FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

impl Host for Evaluator {
    fn read(&self, path: &str) -> Result<Text, NoText> {
        file(path).map(Text::literal).ok_or_else(|| NoText::Missing("does not exist".to_owned()))
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(file(path).is_some())
    }

    fn list(&self, directory: &str) -> Result<Listed, String> {
        let here = matches!(directory, "." | "./");
        Ok(FILES.iter().filter(|_| here).map(|(name, _)| ((*name).to_owned(), Ok(()))).collect())
    }

    fn render(&self, template: &Text, variables: &IndexMap<String, Value>, call: &Call) -> Value {
        let (parsed, _) = hcl::parse_template(&template.to_string(), template.places(), call.span);
        let inner = Self { names: variables.clone(), world: self.world.clone() };
        inner.template(&parsed, Origin::expression(call.span))
    }

    fn whole(&self, _: ObjectId) -> Value {
        Value::map(MapKind::Object, IndexMap::new(), Origin::default())
    }

    fn root_directory(&self) -> String {
        "/project".to_owned()
    }
}
