//! `try` and `can` about what is not known: what is certain, and what is asked.

use super::*;

/// A type, an expression about a variable of that type which is never null, and what it is worth. What Terraform gives for
/// values of the type agrees with each.
const TABLE: &[(&str, &str, &str)] = &[
    // A type that is declared tells what never fails, and what always does.
    ("string", "can(upper(var.x))", "true"),
    ("string", "can(basename(dirname(var.x)))", "true"),
    ("string", "can(regexall(\"[a-z]+\", var.x))", "true"),
    ("string", "can(regexall(var.x, \"a\"))", "pending: can(regexall(var.x, \"a\"))"),
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
    ("number", "can(format(\"%d\", var.x))", "pending: can(format(\"%d\", var.x))"),
    ("number", "can(format(\"%v\", var.x))", "true"),
    ("number", "can(signum(var.x))", "pending: can(signum(var.x))"),
    ("number", "can(substr(\"abc\", var.x, 1))", "pending: can(substr(\"abc\", var.x, 1))"),
    ("list(string)", "can(substr(\"abc\", length(var.x), 1))", "true"),
    ("number", "can(length(var.x))", "false"),
    ("number", "can(var.x ? 1 : 2)", "false"),
    ("list(string)", "can(length(var.x))", "true"),
    ("list(string)", "can(keys(var.x))", "false"),
    ("list(string)", "can(concat(var.x, [\"a\"])[0])", "true"),
    ("list(string)", "can(concat(var.x, [\"a\"])[1])", "pending: length(var.x) > 0"),
    ("list(string)", "can(formatlist(\"%s%s\", var.x, var.x))", "pending: var.x[*] == null"),
    ("list(object({ a = string }))", "can(join(\"\", var.x))", "false"),
    ("list(object({ a = string }))", "can(var.x[*].b)", "false"),
    // Of an empty list no element fails.
    ("list(object({ a = string }))", "can([for each in var.x : each.b])", "pending: var.x is empty"),
    // An element may be null.
    ("list(string)", "can(join(\"\", var.x))", "pending: var.x[*] == null"),
    ("list(string)", "can(join(\"\", concat(var.x, [\"a\"])))", "pending: var.x[*] == null"),
    ("list(string)", "can(join(\"\", compact(var.x)))", "true"),
    ("list(object({ a = optional(string) }))", "can(join(\"\", var.x[*].a))", "pending: var.x[*] == null"),
    ("list(string)", "can(formatlist(\"%s\", var.x))", "pending: var.x[*] == null"),
    ("set(string)", "can({ for each in var.x : each => 1 })", "pending: var.x[*] == null"),
    ("list(bool)", "can([for each in var.x : 1 if each])", "pending: var.x[*] == null"),
    // What an element makes may fail by what it is.
    ("list(string)", "can([for each in var.x : { a = 1 }[each]])", "pending: var.x[*] == \"a\""),
    ("list(number)", "can([for each in var.x : [1, 2][each]])", "pending: var.x[*] == 0"),
    ("list(string)", "can([for each in var.x : coalesce(each, \"\")])", "pending: var.x[*] == null"),
    ("list(string)", "can({ for each in var.x : each => { a = 1 }[each] })", "pending: var.x[*] == null"),
    ("list(string)", "can([for each in var.x : { a = 1 }[each] if false])", "true"),
    ("list(string)", "can([for each in var.x : each if { a = true }[each]])", "pending: var.x[*] == \"a\""),
    ("map(string)", "can(merge({ a = \"b\" }, var.x)[\"a\"])", "pending: var.x holds \"a\""),
    ("map(string)", "can(merge({ a = \"b\" }, var.x)[\"c\"])", "pending: var.x holds \"c\""),
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

const ONE: &str = "resource \"aws_kms_key\" \"k\" {\n  count = 1\n}";
const NONE: &str = "resource \"aws_kms_key\" \"k\" {\n  count = 0\n}";
const PERHAPS: &str =
    "variable \"on\" {\n  type = bool\n}\nresource \"aws_kms_key\" \"k\" {\n  count = var.on ? 1 : 0\n}";
const COUNTED: &str = "variable \"n\" {\n  type = number\n}\nresource \"aws_kms_key\" \"k\" {\n  count = var.n\n}";
const MEASURED: &str =
    "variable \"l\" {\n  type = list(string)\n}\nresource \"aws_kms_key\" \"k\" {\n  count = length(var.l)\n}";
const KEYED: &str =
    "variable \"s\" {\n  type = set(string)\n}\nresource \"aws_kms_key\" \"k\" {\n  for_each = var.s\n}";

/// The instances of a resource, and what an expression about them is worth in every world.
const INSTANCES: &[(&str, &str, &[&str])] = &[
    (ONE, "try(one(aws_kms_key.k[*].arn), null)", &["aws_kms_key.k[0].arn"]),
    (NONE, "try(one(aws_kms_key.k[*].arn), null)", &["null"]),
    (PERHAPS, "try(one(aws_kms_key.k[*].arn), null)", &["var.on: aws_kms_key.k[0].arn", "not var.on: null"]),
    (PERHAPS, "coalesce(one(aws_kms_key.k[*].arn), \"x\")", &["var.on: aws_kms_key.k[0].arn", "not var.on: \"x\""]),
    // One of several fails.
    (
        COUNTED,
        "try(one(aws_kms_key.k[*].arn), null)",
        &["var.n == 0: null", "not var.n == 0, var.n > 1: null", "not var.n == 0, not var.n > 1: aws_kms_key.k[0].arn"],
    ),
    (COUNTED, "try(aws_kms_key.k[0].arn, null)", &["var.n == 0: null", "not var.n == 0: aws_kms_key.k[0].arn"]),
    (
        COUNTED,
        "length(aws_kms_key.k) > 1 ? aws_kms_key.k[1].arn : null",
        &["var.n == 0: null", "not var.n == 0, var.n > 1: aws_kms_key.k[1].arn", "not var.n == 0, not var.n > 1: null"],
    ),
    (
        COUNTED,
        "element(concat(aws_kms_key.k.*.arn, [\"\"]), 0)",
        &["var.n == 0: \"\"", "not var.n == 0: aws_kms_key.k[0].arn"],
    ),
    // Without anything between them, `join` takes the only one.
    (ONE, "join(\"\", aws_kms_key.k[*].arn)", &["aws_kms_key.k[0].arn"]),
    (
        COUNTED,
        "join(\"\", aws_kms_key.k[*].arn)",
        &[
            "var.n == 0: \"\"",
            "not var.n == 0, var.n > 1: join(\"\", aws_kms_key.k.*.arn)",
            "not var.n == 0, not var.n > 1: aws_kms_key.k[0].arn",
        ],
    ),
    (
        MEASURED,
        "coalesce(join(\"\", concat(aws_kms_key.k.*.arn, [\"\"])), \"x\")",
        &[
            "var.l is empty: \"x\"",
            "not var.l is empty, length(var.l) > 1: join(\"\", concat(aws_kms_key.k.*.arn, [\"\"]))",
            "not var.l is empty, not length(var.l) > 1: aws_kms_key.k[0].arn",
        ],
    ),
    (
        KEYED,
        "join(\"\", values(aws_kms_key.k)[*].arn)",
        &[
            "var.s is empty: \"\"",
            "not var.s is empty, length(var.s) > 1: join(\"\", values(aws_kms_key.k).*.arn)",
            "not var.s is empty, not length(var.s) > 1: aws_kms_key.k[\"${values(aws_kms_key.k)[0]}\"].arn",
        ],
    ),
    (
        COUNTED,
        "join(\",\", aws_kms_key.k[*].arn)",
        &["var.n == 0: \"\"", "not var.n == 0: join(\",\", aws_kms_key.k.*.arn)"],
    ),
    (
        MEASURED,
        "try(aws_kms_key.k.*.arn[1], null)",
        &[
            "var.l is empty: null",
            "not var.l is empty, length(var.l) > 1: aws_kms_key.k[1].arn",
            "not var.l is empty, not length(var.l) > 1: null",
        ],
    ),
    (
        KEYED,
        "try(aws_kms_key.k[\"a\"].arn, null)",
        &[
            "var.s is empty: null",
            "not var.s is empty, var.s holds \"a\": aws_kms_key.k[\"a\"].arn",
            "not var.s is empty, not var.s holds \"a\": null",
        ],
    ),
    // A map is one thing to a splat, which has no such attribute.
    (KEYED, "one(aws_kms_key.k[*].arn)", &[]),
    (
        KEYED,
        "try(one(values(aws_kms_key.k)[*].arn), null)",
        &[
            "var.s is empty: null",
            "not var.s is empty, length(var.s) > 1: null",
            "not var.s is empty, not length(var.s) > 1: aws_kms_key.k[\"${values(aws_kms_key.k)[0]}\"].arn",
        ],
    ),
    (
        KEYED,
        "try(values(aws_kms_key.k)[0].arn, null)",
        &["var.s is empty: null", "not var.s is empty: aws_kms_key.k[\"${values(aws_kms_key.k)[0]}\"].arn"],
    ),
    (
        KEYED,
        "try(lookup({ for name, key in aws_kms_key.k : name => key.arn }, \"a\"), null)",
        &[
            "var.s is empty: null",
            "not var.s is empty, var.s holds \"a\": aws_kms_key.k[\"a\"].arn",
            "not var.s is empty, not var.s holds \"a\": null",
        ],
    ),
];

#[test]
fn whether_there_is_an_instance_is_all_that_is_asked() {
    for (resource, expression, worth) in INSTANCES {
        assert_eq!(in_all_worlds(expression, resource), *worth, "{expression} of {resource}");
    }
}
