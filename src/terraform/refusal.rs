//! What an operation may refuse of what is not known: of a value that is set and of a fitting type, most functions refuse
//! nothing.
//!
//! Knows calls and what they make; knows no world.

use crate::syntax::{BinaryOperator, Call, Expansion, Expr, ExprKind};
use crate::value::{Data, Number, Value};

/// Functions that refuse nothing but null, and what is of a type that they do not take.
pub(super) const TOTAL: &[&str] = &[
    "abs",
    "abspath",
    "alltrue",
    "anytrue",
    "base64encode",
    "base64gzip",
    "base64sha256",
    "base64sha512",
    "basename",
    "can",
    "ceil",
    "chomp",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "dirname",
    "distinct",
    "element",
    "endswith",
    "flatten",
    "floor",
    "format",
    "formatlist",
    "issensitive",
    "join",
    "jsonencode",
    "keys",
    "length",
    "lower",
    "max",
    "md5",
    "merge",
    "min",
    "nonsensitive",
    "one",
    "plantimestamp",
    "replace",
    "reverse",
    "sensitive",
    "setintersection",
    "setsubtract",
    "setunion",
    "sha1",
    "sha256",
    "sha512",
    "signum",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "timestamp",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
    "urlencode",
    "uuid",
    "values",
    "yamlencode",
];

/// Functions that refuse nothing more, once they have worked out what they make although some of it is not known.
const WORKED_OUT: &[&str] =
    &["chunklist", "lookup", "matchkeys", "setproduct", "slice", "templatefile", "templatestring", "zipmap"];

/// Functions that read a text, in which what is set at deployment is taken to hold nothing that they would refuse.
const READING: &[&str] = &["jsondecode", "yamldecode"];

/// Whether a call that made `value`, some of which is not known, may yet be refused.
pub(super) fn is_doubtful(call: &Call, value: &Value) -> bool {
    let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
    let is_set = value.obstacle().is_some_and(|obstacle| matches!(obstacle.data, Data::Opaque(_)));
    let is_read = WORKED_OUT.contains(&name) || (READING.contains(&name) && is_set);
    let is_worked_out = is_read && !value.describe().starts_with(&format!("{name}("));
    !is_total(call) && !is_worked_out
}

/// A map is asked for a key that it may lack where there is a default. A pattern that is written has been read. Only `merge` takes no argument at all, which is what
/// a list that is expanded may come to.
fn is_total(call: &Call) -> bool {
    let is_written = |expr: &Expr| matches!(expr.kind, ExprKind::Text(..));
    let is_named = match call.name.as_str() {
        "lookup" => call.arguments.len() == 3,
        "regexall" => call.arguments.first().is_some_and(|pattern| is_written(pattern)),
        name => TOTAL.contains(&name),
    };
    is_named && (call.expansion == Expansion::None || call.name == "merge")
}

/// Whether an operation has no value for some numbers: nothing is divided by zero.
pub(super) fn may_divide_by_zero(operator: BinaryOperator, divisor: &Expr) -> bool {
    matches!(operator, BinaryOperator::Divide | BinaryOperator::Modulo)
        && !matches!(&divisor.kind, ExprKind::Number(number) if *number != Number::from(0_i64))
}
