//! The text of a type constraint to a [`Type`].

use indexmap::IndexMap;

use super::{Attribute, Type, constant, convert};
use crate::syntax::{Call, Expr, ExprKind};
use crate::value::{Data, Origin, Value, World};

/// The type that a constraint such as `list(object({ name = optional(string, "x") }))` means.
///
/// # Errors
/// One sentence when it means none.
pub fn parse(expr: &Expr) -> Result<Type, String> {
    match &expr.kind {
        // The quoted names are those of Terraform 0.11, which later versions still take.
        ExprKind::Variable(name) | ExprKind::Text(name, _) => match name.as_str() {
            "any" => Ok(Type::Any),
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "list" => Ok(Type::list(Type::Any)),
            "set" => Ok(Type::set(Type::Any)),
            "map" => Ok(Type::map(Type::Any)),
            other => Err(format!("\"{other}\" is not a type")),
        },
        ExprKind::Parenthesis(inner) => parse(inner),
        ExprKind::Call(call) => parse_call(call),
        _ => Err("this is not a type".to_owned()),
    }
}

fn parse_call(call: &Call) -> Result<Type, String> {
    let [argument] = call.arguments.as_slice() else {
        return Err(format!("{}() takes one argument in a type constraint", call.name));
    };
    match (call.name.as_str(), &argument.kind) {
        ("list", _) => parse(argument).map(Type::list),
        ("set", _) => parse(argument).map(Type::set),
        ("map", _) => parse(argument).map(Type::map),
        ("tuple", ExprKind::Tuple(items)) => {
            items.iter().map(|item| parse(item)).collect::<Result<_, _>>().map(Type::Tuple)
        }
        ("object", ExprKind::Object(entries)) => {
            let attributes = entries.iter().map(|(key, value)| match &key.kind {
                ExprKind::Text(name, _) => Ok((name.clone(), attribute(value)?)),
                _ => Err("an attribute of an object type must have a plain name".to_owned()),
            });
            attributes.collect::<Result<IndexMap<_, _>, String>>().map(Type::Object)
        }
        (name, _) => Err(format!("{name}(…) is not a type constraint")),
    }
}

fn attribute(expr: &Expr) -> Result<Attribute, String> {
    let ExprKind::Call(Call { name, arguments, .. }) = &expr.kind else {
        return parse(expr).map(Attribute::required);
    };
    match (name.as_str(), arguments.as_slice()) {
        ("optional", [ty]) => {
            let ty = parse(ty)?;
            let null = Value::null(Origin::expression(expr.span)).typed(&ty.of_converted(&Type::Any));
            Ok(Attribute { ty, default: Some(null) })
        }
        ("optional", [ty, default]) => {
            let ty = parse(ty)?;
            let default = convert(constant(default)?, &ty, &World::default());
            match &default.data {
                Data::Failed(failure) => Err(format!("the default does not fit its type: {}", failure.message)),
                _ => Ok(Attribute { ty, default: Some(default) }),
            }
        }
        ("optional", _) => Err("optional() takes a type and perhaps a default".to_owned()),
        _ => parse(expr).map(Attribute::required),
    }
}
