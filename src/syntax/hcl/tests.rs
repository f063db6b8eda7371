//! What the real Terraform reads, this reads: the expected texts were all printed by `terraform console` 1.11.
#![allow(clippy::string_slice, reason = "a span that cannot be sliced fails its test")]

use proptest::prelude::*;

use super::*;
use crate::syntax::{Attribute, Block, ExprKind, ForResult, Step};

const FILE: FileId = FileId(7);

fn body(text: &str) -> Body {
    let parsed = parse(FILE, text);
    assert_eq!(parsed.problems, [], "problems of {text}");
    parsed.body
}

/// The value of the only attribute in `x = …`.
fn value(expression: &str) -> Arc<Expr> {
    let body = body(&format!("x = {expression}\n"));
    let [Attribute { expr, .. }] = body.attributes.as_slice() else { unreachable!("one attribute: {expression}") };
    Arc::clone(expr)
}

/// An expression with all its brackets, and a dot before each step.
fn sketch(expr: &Expr) -> String {
    let list = |items: &[Arc<Expr>]| items.iter().map(|item| sketch(item)).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::Text(text, _) => format!("{text:?}"),
        ExprKind::Template(parts) => format!("`{}`", sketch_parts(parts)),
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(entries) => {
            let entry = |(key, value): &(Arc<Expr>, Arc<Expr>)| format!("{} = {}", sketch(key), sketch(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Variable(name) => name.clone(),
        ExprKind::Attribute(source, name) => format!("{}.{name}", sketch(source)),
        ExprKind::Index(source, key) => format!("{}[{}]", sketch(source), sketch(key)),
        ExprKind::Splat(source, steps) => {
            let step = |step: &Step| match step {
                Step::Attribute(name) => format!(".{name}"),
                Step::Index(key) => format!("[{}]", sketch(key)),
            };
            format!("{}[*<{}>]", sketch(source), steps.iter().map(step).collect::<String>())
        }
        ExprKind::Call(call) => {
            let dots = if call.expansion == super::super::Expansion::LastArgument { "..." } else { "" };
            format!("{}({}{dots})", call.name, list(&call.arguments))
        }
        ExprKind::Conditional(condition, yes, no) => {
            format!("({} ? {} : {})", sketch(condition), sketch(yes), sketch(no))
        }
        ExprKind::Binary(left, operator, right) => format!("({} {operator:?} {})", sketch(left), sketch(right)),
        ExprKind::Negate(inner) => format!("-({})", sketch(inner)),
        ExprKind::Not(inner) => format!("!({})", sketch(inner)),
        ExprKind::For(comprehension) => {
            let key = comprehension.key.as_ref().map(|key| format!("{key}, ")).unwrap_or_default();
            let result = match &comprehension.result {
                ForResult::Tuple(value) => sketch(value),
                ForResult::Object(key, value) => format!("{} => {}", sketch(key), sketch(value)),
                ForResult::Grouped(key, value) => format!("{} => {}...", sketch(key), sketch(value)),
            };
            let condition = comprehension.condition.as_ref().map(|condition| format!(" if {}", sketch(condition)));
            let collection = sketch(&comprehension.collection);
            format!("for({key}{} in {collection}: {result}{})", comprehension.value, condition.unwrap_or_default())
        }
        ExprKind::Parenthesis(inner) => format!("({})", sketch(inner)),
        ExprKind::Unsupported(reason) => format!("unsupported: {reason}"),
    }
}

fn sketch_parts(parts: &[TemplatePart]) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal(text, _) => text.clone(),
        TemplatePart::Interpolation(expr) => format!("${{{}}}", sketch(expr)),
        TemplatePart::If(condition, yes, no) => {
            format!("%{{if {}}}{}%{{else}}{}%{{end}}", sketch(condition), sketch_parts(yes), sketch_parts(no))
        }
        TemplatePart::For(repeated) => {
            let key = repeated.key.as_ref().map(|key| format!("{key}, ")).unwrap_or_default();
            let collection = sketch(&repeated.collection);
            format!("%{{for {key}{} in {collection}}}{}%{{end}}", repeated.value, sketch_parts(&repeated.parts))
        }
    };
    parts.iter().map(part).collect()
}

#[test]
fn blocks_and_attributes_know_their_places() {
    let text = "\u{feff}# π\r\nresource \"aws_cloudtrail\" main  { # here\r\n  name = \"é\" // there\r\n  \
                event_selector { read = \"All\" }\r\n}\r\nx = 1 /* last */";
    let parsed = parse(FILE, text);
    assert_eq!(parsed.problems, []);
    let slice = |span: Span| &text[span.range()];
    let [block] = parsed.body.blocks.as_slice() else { unreachable!("one block") };
    assert_eq!(slice(block.header), "resource \"aws_cloudtrail\" main");
    assert!(slice(block.span).starts_with("resource") && slice(block.span).ends_with("\r\n}"));
    assert_eq!(block.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>(), ["aws_cloudtrail", "main"]);
    assert_eq!(slice(block.labels[0].span), "\"aws_cloudtrail\"");
    let [name] = block.body.attributes.as_slice() else { unreachable!("one attribute") };
    assert_eq!((slice(name.name_span), slice(name.expr.span)), ("name", "\"é\""));
    let [nested] = block.body.blocks.as_slice() else { unreachable!("one nested block") };
    assert_eq!((slice(nested.header), slice(nested.span)), ("event_selector", "event_selector { read = \"All\" }"));
    let comments: Vec<_> = parsed.comments.iter().map(|comment| (comment.text.as_str(), slice(comment.span))).collect();
    assert_eq!(comments, ["# π", "# here", "// there", "/* last */"].map(|comment| (comment, comment)));
}

#[test]
fn what_looks_like_a_comment_in_a_text_is_none() {
    let text = "x = \"# // /* ${1 /* yes */} \"\ny = <<EOT\n# // /* ${1 # yes too\n}\nEOT\nz = 1 / 2 # yes\n";
    let comments = parse(FILE, text).comments;
    let comments: Vec<_> = comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(comments, ["/* yes */", "# yes too", "# yes"]);
}

#[test]
fn expressions() {
    let cases = [
        ("a || b && c == d < e + f * g", "(a Or (b And (c Equal (d Less (e Add (f Multiply g))))))"),
        ("a - b - c % d != !e.f", "(((a Subtract b) Subtract (c Modulo d)) NotEqual !(e.f))"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("-1.50", "-(1.5)"),
        ("- x[-2]", "-(x[-(2)])"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        ("1e3 >= 1E-2", "(1000 GreaterOrEqual 0.01)"),
        ("provider::aws::arn_parse(f(), x...)", "provider::aws::arn_parse(f(), x...)"),
        ("a.b[\"c\"].0.d", "a.b[\"c\"][0].d"),
        ("a[*].b[0].c", "a[*<.b[0].c>]"),
        ("a.*.b.0.c[1].d", "a[*<.b[0].c>][1].d"),
        ("a.*", "a[*<>]"),
        ("a[*].b[*].c", "for(* in a[*<>]: *.b[*<.c>])"),
        (
            "{ a = 1, \"b\" : 2\n (c) = 3\n true = null\n d.e = 4 }",
            "{\"a\" = 1, \"b\" = 2, (c) = 3, \"true\" = null, d.e = 4}",
        ),
        ("[for v in l : v if v != null]", "for(v in l: v if (v NotEqual null))"),
        ("{for k, v in m : k => v...}", "for(k, v in m: k => v...)"),
        ("{\n  # why\n  for k, v\n in m :\n k => c ?\n a :\n b if\n d }", "for(k, v in m: k => (c ? a : b) if d)"),
        ("[for x in a ?\n b : c : x]", "for(x in (a ? b : c): x)"),
        ("(\n a\n && # b\n c\n)", "((a And c))"),
        ("[1, 2,]", "[1, 2]"),
        ("[f({ a = 1\n b = 2 })]", "[f({\"a\" = 1, \"b\" = 2})]"),
    ];
    for (source, expected) in cases {
        assert_eq!(sketch(&value(source)), expected, "{source}");
    }
}

#[test]
fn every_expression_knows_its_place() {
    let text = "é = [a.b[0].c, -1, x.*.y.0[2], { k = \"v\" }, f(1)...]";
    let text = text.replace("...", "");
    let body = body(&text);
    let ExprKind::Tuple(items) = &body.attributes[0].expr.kind else { unreachable!("a tuple") };
    let slice = |expr: &Expr| text[expr.span.range()].to_owned();
    let places: Vec<_> = items.iter().map(|item| slice(item)).collect();
    assert_eq!(places, ["a.b[0].c", "-1", "x.*.y.0[2]", "{ k = \"v\" }", "f(1)"]);
    let ExprKind::Attribute(index, _) = &items[0].kind else { unreachable!("an attribute") };
    let ExprKind::Index(attribute, key) = &index.kind else { unreachable!("an index") };
    assert_eq!((slice(index), slice(attribute), slice(key)), ("a.b[0]".into(), "a.b".into(), "0".into()));
    let ExprKind::Index(splat, _) = &items[2].kind else { unreachable!("an index") };
    assert_eq!(slice(splat), "x.*.y.0");
}

#[test]
fn a_repeated_key_is_kept() {
    let cases = [
        ("{ a = 1, a = 2, a = 3 }", "{\"a\" = 1, \"a\" = 2, \"a\" = 3}"),
        ("{ \"a b\" = 1, \"a b\" = 2 }", "{\"a b\" = 1, \"a b\" = 2}"),
        ("{ (var.x) = 1, (var.x) = 2 }", "{(var.x) = 1, (var.x) = 2}"),
        ("{ \"${var.x}-é\" = 1, \"${var.x}-é\" = 2 }", "{`${var.x}-é` = 1, `${var.x}-é` = 2}"),
        ("{ 1 = 1, 1 = 2, true = 3, true = 4 }", "{1 = 1, 1 = 2, \"true\" = 3, \"true\" = 4}"),
        ("[{ Z = { z = 1, z = 2 }, Z = 3, Y = 4 }]", "[{\"Z\" = {\"z\" = 1, \"z\" = 2}, \"Z\" = 3, \"Y\" = 4}]"),
    ];
    for (source, expected) in cases {
        assert_eq!(sketch(&value(source)), expected, "{source}");
    }
}

#[test]
fn quoted_templates() {
    let cases = [
        (r#""""#, r#""""#),
        (r#""a\n\"\\\u00e9 $${b} %%{c} $5""#, r#""a\n\"\\é ${b} %{c} $5""#),
        (r#""${x}""#, "`${x}`"),
        (r#""${x ~} ""#, "`${x}`"),
        (r#""a ${~ "b" ~} c${d}""#, "`a${\"b\"}c${d}`"),
        (r#""a %{~ if c ~} b\n %{~ else } d %{ endif }\"""#, "`a%{if c}b%{else} d %{end}\"`"),
        (r#""%{ for i, x in y ~} ${x}${"${i}"} %{ endfor ~} .""#, "`%{for i, x in y}${x}${`${i}`} %{end}.`"),
    ];
    for (source, expected) in cases {
        assert_eq!(sketch(&value(source)), expected, "{source}");
    }
    // A literal that was stripped to nothing still makes a text of what stands beside it.
    let ExprKind::Template(parts) = &value(r#""${x ~} ""#).kind else { unreachable!("a template") };
    assert_eq!(parts.len(), 2);
}

#[test]
fn heredocs() {
    let cases = [
        ("<<EOT\nEOT", "\"\""),
        ("<<-EOT\r\n  EOT", "\"\""),
        ("<<EOT\n\nEOT", "\"\\n\""),
        ("<<EOT\n  a \\n \"q\" $${b}\n EOT x\n EOT", "\"  a \\\\n \\\"q\\\" ${b}\\n EOT x\\n\""),
        ("<<-EOT\n    a\n\n      b\n    EOT", "\"a\\n\\n  b\\n\""),
        ("<<-EOT\ncurl ${1}\n      foo\nEOT", "`curl ${1}\n      foo\n`"),
        ("<<-EOT\n    ${1}\n      foo\n  EOT", "`${1}\n  foo\n`"),
        ("<<-EOT\r\n  a\r\n   b\r\n  EOT", "\"a\\r\\n b\\r\\n\""),
        // A marker strips its own line end only, and the line after it then counts for nothing.
        ("<<-EOT\n    %{ if c ~}\n    foo\n    %{ endif ~}\n    EOT", "`%{if c}    foo\n%{else}%{end}`"),
        ("<<EOT\n${a ~}\n\n  b\nEOT", "`${a}\n  b\n`"),
        ("<<-A\n      a ${<<-B\n         x\n          y\n   B\n   }\n    b\n  A", "`  a ${\"x\\n y\\n\"}\nb\n`"),
    ];
    for (source, expected) in cases {
        assert_eq!(sketch(&value(source)), expected, "{source}");
    }
    assert_eq!(sketch(&value("[<<A\n}]\"\nA\n, f(<<B\n(\nB\n)]")), "[\"}]\\\"\\n\", f(\"(\\n\")]");
}

#[test]
fn literals_know_their_places() {
    let text = "x = <<-EOT\n    é ${a}\n    c\n  EOT\n";
    let ExprKind::Template(parts) = &body(text).attributes[0].expr.kind.clone() else { unreachable!("a template") };
    let places = parts.iter().map(|part| match part {
        TemplatePart::Literal(literal, places) => {
            let start = literal.len() - literal.trim_start().len();
            &text[places.span(start..literal.trim_end().len()).unwrap().range()]
        }
        TemplatePart::Interpolation(expr) => &text[expr.span.range()],
        _ => "",
    });
    assert_eq!(places.collect::<Vec<_>>(), ["é", "a", "c"]);
}

#[test]
fn one_bad_block_loses_only_itself() {
    let good = "variable \"a\" {\n  default = 1\n}\n";
    let cases = [
        ("resource \"b\" \"c\" {\n  x = = 1\n}\n", "="),
        ("resource \"b\" \"c\" {\n  x = \"unfinished\n}\n", "\"unfinished"),
        ("resource \"b\" \"c\" {\n  x = [1, 2\n}\n", "}"),
        ("resource \"b\" \"c\" {\n  x = {\n", "resource \"b\" \"c\" {"),
        ("x = <<EOT\n never closed\n", "x = <<EOT"),
        ("}\n", "}"),
        ("resource \"b\" \"c\" {\n  a = 1\n  a = 2\n}\n", "a"),
    ];
    for (bad, place) in cases {
        let text = format!("{good}{bad}{good}");
        let parsed = parse(FILE, &text);
        let kinds: Vec<_> = parsed.body.blocks.iter().map(|block| block.kind.as_str()).collect();
        assert_eq!(kinds, ["variable", "variable"], "{bad}");
        let [problem] = parsed.problems.as_slice() else { unreachable!("one problem: {:?}", parsed.problems) };
        assert_eq!(problem.severity, ProblemSeverity::Lost);
        assert_eq!(&text[problem.span.range()], place, "{}", problem.message);
    }
}

#[test]
fn beyond_the_limits_only_the_value_is_unknown() {
    let cases = [
        (format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)), "an expression with more than 64 nested levels"),
        (vec!["a"; 10_000].join(" + "), "an expression with more than 128 operators in a row"),
        (format!("a{}", ".b".repeat(10_000)), "an expression of more than 128 levels"),
        (format!("a{}", "[*]".repeat(10_000)), "an expression of more than 128 levels"),
        (format!("{}a", "!".repeat(10_000)), "an expression with more than 64 nested levels"),
        (format!("{}c", "a ? b : ".repeat(10_000)), "an expression with more than 64 nested levels"),
        (format!("{}{}", "\"${".repeat(10_000), "}\"".repeat(10_000)), "an expression with more than 64 nested levels"),
    ];
    for (source, reason) in cases {
        let text = format!("locals {{\n  x = {source}\n  y = 1\n}}\n");
        let body = body(&text);
        let [Block { body, .. }] = body.blocks.as_slice() else { unreachable!("one block") };
        let values: Vec<_> = body.attributes.iter().map(|attribute| sketch(&attribute.expr)).collect();
        assert_eq!(values, [&format!("unsupported: {reason}"), "1"]);
        assert_eq!(&text[body.attributes[0].expr.span.range()], source);
    }
    let deep = "(".repeat(60) + &vec!["a"; 60].join(" + ") + &")".repeat(60);
    assert!(!sketch(&value(&deep)).contains("unsupported"));
}

#[test]
fn whole_templates_and_expressions() {
    let text = "…%{ if a ~}\n  \"b\\n\" $${c}\n%{ endif }${d}…";
    let range = "…".len()..text.len() - "…".len();
    let whole = Span::new(FILE, range.start, range.end);
    let (parts, problems) = parse_template(&text[range.clone()], &Places::of(range.len(), whole), whole);
    assert_eq!((sketch_parts(&parts).as_str(), problems), ("%{if a}  \"b\\n\" ${c}\n%{else}%{end}${d}", vec![]));
    let Some(TemplatePart::Interpolation(last)) = parts.last() else { unreachable!("an interpolation") };
    assert_eq!(&text[last.span.range()], "d");

    let text = "x= [\"a\",\n b] # all\n";
    let (expr, problems) = parse_expression(FILE, text, 2..text.len());
    assert_eq!((sketch(&expr).as_str(), problems), ("[\"a\", b]", vec![]));
    assert_eq!(&text[expr.span.range()], "[\"a\",\n b]");
    for text in ["", "[", "a b", "\"", "}", ")"] {
        let (expr, problems) = parse_expression(FILE, text, 0..text.len());
        assert!(matches!(expr.kind, ExprKind::Unsupported(_)) && problems.len() == 1, "{text}: {expr:?}");
    }
}

fn assert_spans_inside(text: &str, parsed: &ParsedBody) {
    // The tree's own description holds every span of it.
    let description = format!("{parsed:?}");
    for span in description.split("Span { file: FileId(7), start: ").skip(1) {
        let numbers: Vec<usize> =
            span.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).take(2).flat_map(str::parse).collect();
        assert!(text.get(numbers[0]..numbers[1]).is_some(), "{numbers:?} in {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        assert_spans_inside(&text, &parse(FILE, &text));
        let _ = parse_template(&text, &Places::default(), Span::new(FILE, 0, 0));
        let _ = parse_expression(FILE, &text, 0..text.len());
    }

    #[test]
    fn any_row_of_tokens_is_read(tokens in proptest::collection::vec(proptest::sample::select(vec![
        "a", "b ", "\"", "{", "}", "(", ")", "[", "]", "=", "==", ":", ",", ".", "*", "[*]", "\n", "\r\n", " ", "${", "%{", "~",
        "$${", "<<E\n", "<<-E\n", "\nE\n", "E", "for ", " in ", "if ", "else", "endif", "endfor", "?", "=>", "...", "::", "#", "//",
        "/*", "*/", "-", "!", "&&", "1", "0.5", "\\", "é", "\u{feff}", "x = ", "resource \"a\" \"b\" {\n", "\u{a0}", "true", "null",
    ]), 0..60)) {
        let text = tokens.concat();
        assert_spans_inside(&text, &parse(FILE, &text));
        let _ = parse_template(&text, &Places::default(), Span::new(FILE, 0, 0));
        let _ = parse_expression(FILE, &text, 0..text.len());
    }
}

/// Terraform's numbers are larger than 64 bits hold.
#[test]
fn numbers_may_be_larger_than_the_parsers() {
    for (source, expected) in
        [("1e400", format!("1{}", "0".repeat(400))), ("12.5E+400", format!("125{}", "0".repeat(399)))]
    {
        let text = format!("locals {{\n  x = {source}\n  y = [-{source}, 1]\n}}\n");
        let body = body(&text);
        let [Block { body, .. }] = body.blocks.as_slice() else { unreachable!("one block") };
        let values: Vec<_> = body.attributes.iter().map(|attribute| sketch(&attribute.expr)).collect();
        let [x, y] = values.as_slice() else { panic!("{values:?}") };
        assert_eq!(*x, expected);
        assert!(y.contains(&expected), "{y}");
    }
}
