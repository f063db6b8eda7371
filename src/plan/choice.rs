//! Whether an argument that is known after apply only may turn out to be nothing: a conditional of the sources chooses
//! between a value and null, or the empty text, by what is known after apply only too. The plan alone takes it for set. Knows
//! syntax, and what the plan does not know; nothing is evaluated.

use std::sync::Arc;

use crate::syntax::{Expr, ExprKind, Written};

use super::address::{Address, Mode};
use super::instances::Instances;
use super::place::Place;
use super::references::references;

/// How many variables and locals may hand on a value to one another.
const MAX_DEPTH: usize = 64;

/// Whether what stands at a place may be null or empty.
pub(super) fn may_be_unset(place: &Place<'_>, instances: &Instances<'_>) -> bool {
    let (written, calls) = place.module();
    place.expression().is_some_and(|expr| Choice { written, instances }.leaves_unset(&expr, calls, 0))
}

struct Choice<'c, 'p> {
    written: &'p dyn Written,
    instances: &'c Instances<'p>,
}

impl Choice<'_, '_> {
    fn leaves_unset(&self, expr: &Expr, calls: &[String], depth: usize) -> bool {
        match &expr.kind {
            _ if depth == MAX_DEPTH => false,
            ExprKind::Parenthesis(inner) => self.leaves_unset(inner, calls, depth + 1),
            ExprKind::Conditional(condition, yes, no) => {
                let either = |is: &dyn Fn(&Expr) -> bool| [yes, no].into_iter().any(|branch| is(branch));
                either(&|branch| self.leaves_unset(branch, calls, depth + 1))
                    || either(&|branch| self.is_unset(branch, calls, depth + 1))
                        && self.is_unknown(condition, calls, depth + 1)
            }
            _ => self.behind(expr, calls).is_some_and(|(expr, calls)| self.leaves_unset(&expr, calls, depth + 1)),
        }
    }

    fn is_unset(&self, expr: &Expr, calls: &[String], depth: usize) -> bool {
        match &expr.kind {
            _ if depth == MAX_DEPTH => false,
            ExprKind::Null => true,
            ExprKind::Text(text, _) => text.is_empty(),
            ExprKind::Parenthesis(inner) => self.is_unset(inner, calls, depth + 1),
            _ => self.behind(expr, calls).is_some_and(|(expr, calls)| self.is_unset(&expr, calls, depth + 1)),
        }
    }

    /// Whether an expression is made of anything that is known after apply only.
    fn is_unknown(&self, expr: &Expr, calls: &[String], depth: usize) -> bool {
        let is_unknown = |reference: &String| {
            if let Some((root @ ("var" | "local"), rest)) = reference.split_once('.') {
                let name = rest.split(['.', '[']).next().unwrap_or(rest);
                let behind = self.handed_on(root, name, calls);
                return behind.is_some_and(|(expr, calls)| self.is_unknown(&expr, calls, depth + 1));
            }
            let Some(named) = Address::parse(reference) else { return false };
            let Some(attribute) = &named.attribute else { return false };
            self.instances.all.iter().any(|instance| {
                instance.at.resource == named.resource
                    && named.resource.mode == Mode::Managed
                    && instance.at.module.calls() == calls
                    && instance.slot.field(attribute).is_unknown()
            })
        };
        depth < MAX_DEPTH && references(expr).iter().any(is_unknown)
    }

    /// What a variable or a local value stands for, when that is all there is.
    fn behind<'c>(&self, expr: &Expr, calls: &'c [String]) -> Option<(Arc<Expr>, &'c [String])> {
        let ExprKind::Attribute(source, name) = &expr.kind else { return None };
        match &source.kind {
            ExprKind::Variable(root) => self.handed_on(root, name, calls),
            _ => None,
        }
    }

    fn handed_on<'c>(&self, root: &str, name: &str, calls: &'c [String]) -> Option<(Arc<Expr>, &'c [String])> {
        match root {
            "local" => Some((self.written.local(calls, name)?.expr, calls)),
            "var" => {
                let (_, caller) = calls.split_last()?;
                Some((Arc::clone(&self.written.call(calls)?.body.attribute(name)?.expr), caller))
            }
            _ => None,
        }
    }
}
