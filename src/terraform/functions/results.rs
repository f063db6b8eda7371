//! The type of what a function makes, as far as it can be told without its value.
//!
//! For most functions it is in their signature (`terraform metadata functions`); for the others it follows from the
//! types of the arguments. [`Type::Any`] where it does not.

use super::arguments::Arguments;
use super::lists::common_list;
use crate::terraform::types::{Type, common, common_of, of};

/// The type that a call's result has, should its data not tell it.
pub(super) fn result_type(name: &str, arguments: &Arguments) -> Type {
    if let Some(ty) = declared(name) {
        return ty;
    }
    let first = || of(arguments.value(0));
    let element = |ty: &Type| ty.element().cloned().unwrap_or(Type::Any);
    match name {
        "chunklist" => Type::list(first()),
        "distinct" | "matchkeys" => first(),
        "reverse" | "slice" => match first() {
            Type::List(element) | Type::Set(element) => Type::List(element),
            _ => Type::Any,
        },
        "coalesce" | "setintersection" | "setsubtract" | "setunion" => {
            common_of(&arguments.values).unwrap_or(Type::Any)
        }
        "concat" => common_list(arguments).unwrap_or(Type::Any),
        "merge" => match each(arguments).split_first() {
            Some((first @ Type::Map(_), rest)) if rest.iter().all(|other| other == first) => first.clone(),
            _ => Type::Any,
        },
        "element" | "lookup" | "one" => element(&first()),
        "keys" => match first() {
            Type::Map(_) => Type::list(Type::String),
            _ => Type::Any,
        },
        "values" => match first() {
            Type::Map(element) => Type::List(element),
            _ => Type::Any,
        },
        "setproduct" => product(arguments),
        "zipmap" => match of(arguments.value(1)) {
            Type::List(element) => Type::Map(element),
            _ => Type::Any,
        },
        _ => Type::Any,
    }
}

/// The type in the signature of a function.
#[must_use]
pub fn declared(name: &str) -> Option<Type> {
    Some(match name {
        "alltrue" | "anytrue" | "can" | "cidrcontains" | "contains" | "endswith" | "fileexists" | "issensitive"
        | "startswith" | "strcontains" | "tobool" => Type::Bool,
        "abs" | "ceil" | "floor" | "index" | "length" | "log" | "max" | "min" | "parseint" | "pow" | "signum"
        | "sum" | "timecmp" | "tonumber" => Type::Number,
        "abspath" | "base64decode" | "base64encode" | "base64gzip" | "base64gunzip" | "base64sha256"
        | "base64sha512" | "basename" | "bcrypt" | "chomp" | "cidrhost" | "cidrnetmask" | "cidrsubnet" | "dirname"
        | "file" | "filebase64" | "filebase64sha256" | "filebase64sha512" | "filemd5" | "filesha1" | "filesha256"
        | "filesha512" | "format" | "formatdate" | "indent" | "join" | "jsonencode" | "lower" | "md5"
        | "pathexpand" | "plantimestamp" | "replace" | "rsadecrypt" | "sha1" | "sha256" | "sha512" | "strrev"
        | "substr" | "templatestring" | "textdecodebase64" | "textencodebase64" | "timeadd" | "timestamp" | "title"
        | "tostring" | "trim" | "trimprefix" | "trimspace" | "trimsuffix" | "upper" | "urldecode" | "urlencode"
        | "uuid" | "uuidv5" | "yamlencode" => Type::String,
        "cidrsubnets" | "compact" | "formatlist" | "sort" | "split" => Type::list(Type::String),
        "fileset" => Type::set(Type::String),
        "range" => Type::list(Type::Number),
        "transpose" => Type::map(Type::list(Type::String)),
        _ => return None,
    })
}

fn each(arguments: &Arguments) -> Vec<Type> {
    arguments.values.iter().map(of).collect()
}

/// A list of tuples, one element of each argument; a set if any argument is one.
fn product(arguments: &Arguments) -> Type {
    let types = each(arguments);
    let element = |ty: &Type| match ty {
        Type::Tuple(items) => common(items).unwrap_or(Type::Any),
        other => other.element().cloned().unwrap_or(Type::Any),
    };
    let row = Type::Tuple(types.iter().map(element).collect());
    if types.iter().any(|ty| matches!(ty, Type::Set(_))) { Type::set(row) } else { Type::list(row) }
}
