use super::*;
use crate::source::FileId;
use crate::syntax::hcl;
use crate::value::{Input, Origin, World};

fn ty(text: &str) -> Result<Type, String> {
    let (expr, problems) = hcl::parse_expression(FileId(0), text, 0..text.len());
    assert!(problems.is_empty(), "{text}: {problems:?}");
    parse(&expr)
}

fn value(text: &str) -> Value {
    let (expr, _) = hcl::parse_expression(FileId(0), text, 0..text.len());
    constant(&expr).unwrap_or_else(|problem| Value::failed(problem, Origin::default()))
}

fn shown(value: &Value) -> String {
    match &value.data {
        Data::Failed(failure) => format!("failed: {}", failure.message),
        _ => format!("{} {}", kind(value), value.describe()),
    }
}

/// As `terraform console` shows a variable of that type with that default.
#[test]
fn values_become_what_their_type_says() {
    let table = [
        ("string", "1", "string \"1\""),
        ("string", "true", "string \"true\""),
        ("string", "null", "null null"),
        ("number", "\"1.50\"", "number 1.5"),
        ("number", "\"x\"", "failed: a number is needed, this is a string"),
        ("bool", "\"true\"", "bool true"),
        ("bool", "\"yes\"", "failed: a bool is needed, this is a string"),
        ("bool", "1", "failed: a bool is needed, this is a number"),
        ("list(string)", "[1, true]", "list [\"1\", \"true\"]"),
        ("list(any)", "[1, \"a\"]", "list [\"1\", \"a\"]"),
        ("list(any)", "[1, true]", "failed: all elements must have the same type"),
        ("list", "[[1], [2, 3]]", "list [[1], [2, 3]]"),
        ("set(string)", "[\"b\", \"a\", \"b\"]", "set toset([\"a\", \"b\"])"),
        ("set(number)", "[10, \"9\", 9]", "set toset([9, 10])"),
        ("map(string)", "{ a = 1, b = \"x\" }", "map {a = \"1\", b = \"x\"}"),
        ("map(list(number))", "{ a = [\"1\"] }", "map {a = [1]}"),
        ("tuple([string, number])", "[1, \"2\"]", "tuple [\"1\", 2]"),
        ("tuple([string])", "[]", "failed: a tuple of 1 elements is needed, this has 0"),
        ("object({ a = string })", "{ a = 1, b = 2 }", "object {a = \"1\"}"),
        ("object({ a = string })", "{}", "failed: attribute \"a\" is required"),
        ("object({ a = optional(string) })", "{}", "object {a = null}"),
        ("object({ a = optional(string, \"x\") })", "{}", "object {a = \"x\"}"),
        ("object({ a = optional(string, \"x\") })", "{ a = null }", "object {a = \"x\"}"),
        ("object({ a = optional(number, \"1\") })", "{}", "object {a = 1}"),
        ("object({ o = optional(object({ n = optional(number, 3) }), {}) })", "{}", "object {o = {n = 3}}"),
        ("list(object({ a = optional(bool, true) }))", "[{}, { a = false }]", "list [{a = true}, {a = false}]"),
        ("list(object({ n = any }))", "[{ n = 1 }, { n = \"z\" }]", "list [{n = \"1\"}, {n = \"z\"}]"),
        ("map(object({ n = any }))", "{ a = { n = 1 }, b = { n = \"z\" } }", "map {a = {n = \"1\"}, b = {n = \"z\"}}"),
        ("list(object({ n = optional(any) }))", "[{ n = 1 }, { n = \"z\" }]", "list [{n = \"1\"}, {n = \"z\"}]"),
        ("list(list(any))", "[[1], [\"a\"]]", "list [[\"1\"], [\"a\"]]"),
        ("list(object({ n = any }))", "[{ n = 1 }, { n = true }]", "failed: all elements must have the same type"),
        ("any", "[1, \"a\"]", "tuple [1, \"a\"]"),
        ("\"list\"", "[\"a\"]", "list [\"a\"]"),
        ("list(string)", "\"a\"", "failed: a list is needed, this is a string"),
    ];
    for (text, given, expected) in table {
        let ty = ty(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(shown(&convert(value(given), &ty, &World::default())), expected, "{given} as {text}");
    }
}

#[test]
fn what_is_no_type_says_why() {
    let table = [
        ("strin", "\"strin\" is not a type"),
        ("list(string, number)", "list() takes one argument in a type constraint"),
        ("tuple(string)", "tuple(…) is not a type constraint"),
        (
            "object({ a = optional(number, \"x\") })",
            "the default does not fit its type: a number is needed, this is a string",
        ),
        ("object({ a = optional(string, var.b) })", "a default in a type constraint must be a constant"),
        ("[string]", "this is not a type"),
    ];
    for (text, expected) in table {
        assert_eq!(ty(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn an_open_boolean_is_true_or_false() {
    let open = Value::open(Input::derived("var.x", Origin::default()), Origin::default());
    let Data::Open(input) = convert(open, &Type::Bool, &World::default()).data else { panic!("it stays open") };
    assert_eq!(input.domain, domain(&Type::Bool, Nullable::Yes));
}

#[test]
fn conditionals_find_one_type() {
    let table = [
        (["1", "\"a\""], Some("\"1\", \"a\"")),
        (["1", "true"], None),
        (["null", "1"], Some("null, 1")),
        (["[1, 2]", "[\"a\"]"], Some("[\"1\", \"2\"], [\"a\"]")),
        (["{ a = 1 }", "{ a = \"x\" }"], Some("{a = \"1\"}, {a = \"x\"}")),
        (["{ a = 1 }", "{ b = 2 }"], Some("{a = 1}, {b = 2}")),
        (["[1]", "\"a\""], None),
    ];
    for (given, expected) in table {
        let unified = unify(given.map(value).to_vec(), &World::default());
        let unified = unified.map(|values| values.iter().map(Value::describe).collect::<Vec<_>>().join(", "));
        assert_eq!(unified.as_deref(), expected, "{given:?}");
    }
}
