//! The names that an expression does not bind itself, where they stand.

use crate::source::Span;

use super::{Expr, ExprKind, For, ForResult, Step, TemplateFor, TemplatePart};

/// A name that an expression is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeName<'e> {
    /// The name.
    pub name: &'e str,
    /// The attribute that is read of it, if one is.
    pub attribute: Option<&'e str>,
    /// Where both stand.
    pub span: Span,
}

impl Expr {
    /// The names in it, in the order in which they stand, but for those that a `for` in it binds.
    #[must_use]
    pub fn free_names(&self) -> Vec<FreeName<'_>> {
        let mut names = Vec::new();
        gather(self, &mut Vec::new(), &mut names);
        names.sort_by_key(|found: &FreeName| found.span.range().start);
        names
    }
}

fn gather<'e>(expr: &'e Expr, bound: &mut Vec<&'e str>, names: &mut Vec<FreeName<'e>>) {
    let mut add = |name: &'e str, attribute: Option<&'e str>| {
        if !bound.contains(&name) {
            names.push(FreeName { name, attribute, span: expr.span });
        }
    };
    match &expr.kind {
        ExprKind::Variable(name) => add(name, None),
        ExprKind::Attribute(source, attribute) => match &source.kind {
            ExprKind::Variable(name) => add(name, Some(attribute)),
            _ => gather(source, bound, names),
        },
        ExprKind::For(each) => gather_for(each, bound, names),
        ExprKind::Template(parts) => gather_parts(parts, bound, names),
        ExprKind::Splat(source, steps) => {
            gather(source, bound, names);
            for step in steps {
                if let Step::Index(key) = step {
                    gather(key, bound, names);
                }
            }
        }
        kind => parts_of(kind).into_iter().for_each(|part| gather(part, bound, names)),
    }
}

fn gather_for<'e>(each: &'e For, bound: &mut Vec<&'e str>, names: &mut Vec<FreeName<'e>>) {
    gather(&each.collection, bound, names);
    let outside = bound.len();
    bound.extend(each.key.as_deref().into_iter().chain([each.value.as_str()]));
    let made = match &each.result {
        ForResult::Tuple(element) => vec![element],
        ForResult::Object(key, element) | ForResult::Grouped(key, element) => vec![key, element],
    };
    made.into_iter().chain(&each.condition).for_each(|part| gather(part, bound, names));
    bound.truncate(outside);
}

fn gather_parts<'e>(parts: &'e [TemplatePart], bound: &mut Vec<&'e str>, names: &mut Vec<FreeName<'e>>) {
    for part in parts {
        match part {
            TemplatePart::Literal(..) => {}
            TemplatePart::Interpolation(inner) => gather(inner, bound, names),
            TemplatePart::If(condition, yes, no) => {
                gather(condition, bound, names);
                gather_parts(yes, bound, names);
                gather_parts(no, bound, names);
            }
            TemplatePart::For(TemplateFor { key, value, collection, parts }) => {
                gather(collection, bound, names);
                let outside = bound.len();
                bound.extend(key.as_deref().into_iter().chain([value.as_str()]));
                gather_parts(parts, bound, names);
                bound.truncate(outside);
            }
        }
    }
}

/// What an expression is made of that binds no names.
fn parts_of(kind: &ExprKind) -> Vec<&Expr> {
    match kind {
        ExprKind::Tuple(items) => items.iter().map(AsRef::as_ref).collect(),
        ExprKind::Object(entries) => entries.iter().flat_map(|(key, value)| [key.as_ref(), value]).collect(),
        ExprKind::Call(call) => call.arguments.iter().map(AsRef::as_ref).collect(),
        ExprKind::Index(one, other) | ExprKind::Binary(one, _, other) => vec![one, other],
        ExprKind::Conditional(condition, yes, no) => vec![condition, yes, no],
        ExprKind::Negate(inner) | ExprKind::Not(inner) | ExprKind::Parenthesis(inner) => vec![inner],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::source::Sources;
    use crate::syntax::hcl;

    #[test]
    fn a_name_that_a_loop_binds_is_its_own() {
        for (text, expected) in [
            ("x.a == y", "x.a y"),
            ("[for x in x.l : x.a if y]", "x.l y"),
            ("\"${x}-%{ for k, v in y }${k}${v}%{ endfor }\"", "x y"),
            ("x[*].a[y]", "x y"),
            ("f(x, { (y) = !z })", "x y z"),
        ] {
            let sources = Sources::new(PathBuf::from("/"), PathBuf::from("/"));
            let file = sources.add(Path::new("t.tf"), text.to_owned());
            let (expr, _) = hcl::parse_expression(file, text, 0..text.len());
            let names: Vec<&str> =
                expr.free_names().into_iter().map(|found| text.get(found.span.range()).unwrap_or_default()).collect();
            assert_eq!(names.join(" "), expected, "{text}");
        }
    }
}
