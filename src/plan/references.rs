//! The references of an expression in the sources, spelled as a plan lists them: for what a plan does not hold.

use std::sync::Arc;

use crate::syntax::{Expr, ExprKind, ForResult, Step, TemplatePart};

/// What an expression refers to, in order, each as far as its keys are literals.
pub(super) fn references(expr: &Expr) -> Vec<String> {
    let mut found = Found { bound: Vec::new(), references: Vec::new() };
    found.expression(expr);
    found.references
}

struct Found<'e> {
    /// The names that `for` expressions around bind.
    bound: Vec<&'e str>,
    references: Vec<String>,
}

impl<'e> Found<'e> {
    fn expression(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::Variable(_) | ExprKind::Attribute(..) | ExprKind::Index(..) => {
                if let Some(reference) = self.chain(expr) {
                    self.references.push(reference);
                }
            }
            ExprKind::Splat(source, steps) => {
                self.expression(source);
                for step in steps {
                    if let Step::Index(key) = step {
                        self.expression(key);
                    }
                }
            }
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tuple(items) => self.all(items),
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    self.expression(key);
                    self.expression(value);
                }
            }
            ExprKind::Call(call) => self.all(&call.arguments),
            ExprKind::Conditional(condition, yes, no) => {
                for part in [condition, yes, no] {
                    self.expression(part);
                }
            }
            ExprKind::Binary(left, _, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::Negate(inner) | ExprKind::Not(inner) | ExprKind::Parenthesis(inner) => self.expression(inner),
            ExprKind::For(each) => {
                self.expression(&each.collection);
                self.within(each.key.as_deref(), &each.value, |found| {
                    match &each.result {
                        ForResult::Tuple(element) => found.expression(element),
                        ForResult::Object(key, element) | ForResult::Grouped(key, element) => {
                            found.expression(key);
                            found.expression(element);
                        }
                    }
                    if let Some(condition) = &each.condition {
                        found.expression(condition);
                    }
                });
            }
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Text(..)
            | ExprKind::Unsupported(_) => {}
        }
    }

    fn all(&mut self, items: &'e [Arc<Expr>]) {
        for item in items {
            self.expression(item);
        }
    }

    fn template(&mut self, parts: &'e [TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expression(expr),
                TemplatePart::If(condition, yes, no) => {
                    self.expression(condition);
                    self.template(yes);
                    self.template(no);
                }
                TemplatePart::For(each) => {
                    self.expression(&each.collection);
                    self.within(each.key.as_deref(), &each.value, |found| found.template(&each.parts));
                }
            }
        }
    }

    /// Runs `work` with the names of a `for` bound.
    fn within(&mut self, key: Option<&'e str>, value: &'e str, work: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        self.bound.extend(key);
        self.bound.push(value);
        work(self);
        self.bound.truncate(outside);
    }

    /// The chain of names as one text. What stands in keys that are no literals is found by the way.
    fn chain(&mut self, expr: &'e Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Variable(name) => (!self.bound.contains(&name.as_str())).then(|| name.clone()),
            ExprKind::Attribute(source, name) => self.chain(source).map(|source| format!("{source}.{name}")),
            ExprKind::Index(source, key) => {
                let source = self.chain(source);
                match &key.kind {
                    ExprKind::Text(key, _) => source.map(|source| format!("{source}[{key:?}]")),
                    ExprKind::Number(key) => source.map(|source| format!("{source}[{key}]")),
                    _ => {
                        self.expression(key);
                        source
                    }
                }
            }
            _ => {
                self.expression(expr);
                None
            }
        }
    }
}
