//! `try` and `can` about what is not known: what is certain, and what is asked.

use super::*;

/// A type, an expression about a variable of that type which is never null, and what it is worth. What Terraform gives for
/// values of the type agrees with each.
const TABLE: &[(&str, &str, &str)] = &[
    // A type that is declared tells what never fails, and what always does.
    ("string", "can(upper(var.x))", "true"),
    ("string", "can(\"arn:${var.x}\")", "true"),
    ("string", "can(format(\"%s\", var.x))", "true"),
    ("string", "can(format(\"%d\", var.x))", "pending: can(format(\"%d\", var.x))"),
    ("string", "can(!var.x)", "pending: can(tobool(var.x))"),
    ("string", "can(var.x > 1)", "pending: can(tonumber(var.x))"),
    ("string", "can([1, tonumber(var.x)][0])", "pending: can(tonumber(var.x))"),
    ("string", "can([for each in var.x : each])", "false"),
    ("string", "can(contains(var.x, \"a\"))", "false"),
    ("number", "can(var.x + 1)", "true"),
    ("number", "can(1 / var.x)", "pending: can((1 / var.x))"),
    ("number", "can(length(var.x))", "false"),
    ("number", "can(var.x ? 1 : 2)", "false"),
    ("list(string)", "can(length(var.x))", "true"),
    ("list(string)", "can(keys(var.x))", "false"),
    ("list(string)", "can(concat(var.x, [\"a\"])[0])", "true"),
    ("list(string)", "can(concat(var.x, [\"a\"])[1])", "pending: length(var.x) > 0"),
    ("list(string)", "can(formatlist(\"%s%s\", var.x, var.x))", "pending: can(formatlist(\"%s%s\", var.x, var.x))"),
    ("list(object({ a = string }))", "can(join(\"\", var.x))", "false"),
    ("list(object({ a = string }))", "can(var.x[*].b)", "false"),
    // Of an empty list no element fails.
    ("list(object({ a = string }))", "can([for each in var.x : each.b])", "pending: var.x is empty"),
    ("map(string)", "can(\"${var.x}-\")", "false"),
    ("map(string)", "can(transpose(var.x))", "false"),
    ("map(string)", "can(lookup(var.x, \"a\", \"b\"))", "pending: var.x holds \"a\""),
    // Where anything may be given, these tell types apart.
    ("any", "can(length(var.x))", "pending: can(length(var.x))"),
    ("any", "can(keys(var.x))", "pending: can(keys(var.x))"),
    ("any", "can([for each in var.x : each])", "pending: can([for each in var.x : each])"),
    ("any", "can(\"${var.x}-\")", "pending: can(tostring(var.x))"),
    ("any", "can(jsonencode(var.x))", "true"),
];

#[test]
fn what_an_expression_needs_is_known_or_asked() {
    for (ty, expression, worth) in TABLE {
        let variable = format!("variable \"x\" {{\n  type     = {ty}\n  nullable = false\n}}");
        assert_eq!(evaluated(expression, &variable), *worth, "{expression} of a {ty}");
    }
}

#[test]
fn a_collection_without_elements_still_has_a_type() {
    for (ty, expression, worth) in [
        ("list(object({ a = string }))", "can(join(\"\", var.x))", "false"),
        ("list(object({ a = string }))", "can(var.x[*].b)", "false"),
        ("list(object({ a = string }))", "can(var.x[*].a)", "true"),
        ("list(number)", "can(alltrue(var.x))", "false"),
        ("list(number)", "can(join(\"\", var.x))", "true"),
    ] {
        let variable = format!("variable \"x\" {{\n  type    = {ty}\n  default = []\n}}");
        assert_eq!(evaluated(expression, &variable), worth, "{expression} of a {ty}");
    }
}

/// What Terraform 1.11 gives with hashicorp/aws 5.100.0 is false for each that is asked here: a newer provider may have the
/// attribute. It refuses what is written out, so that where that is deployed the attribute is there.
#[test]
fn an_attribute_that_the_schema_lacks_is_there_where_it_is_written_out() {
    let declared = "resource \"aws_kms_key\" \"k\" {}\nlocals {\n  o = aws_kms_key.k\n}\nvariable \"x\" {}";
    for (expression, worth) in [
        ("can(aws_kms_key.k.none)", "true"),
        ("can(local.o.none)", "pending: can(aws_kms_key.k.none)"),
        ("can([for each in [aws_kms_key.k] : each.none])", "pending: can(aws_kms_key.k.none)"),
        ("can([aws_kms_key.k][*].none)", "pending: can(aws_kms_key.k.none)"),
        ("can(local.o.arn)", "true"),
    ] {
        assert_eq!(evaluated(expression, declared), worth, "{expression}");
    }
}
