//! Trees are compared in a short notation, spans by the text they hold.

use proptest::prelude::*;

use super::parse;
use crate::source::FileId;
use crate::syntax::{Node, NodeKind, Parsed, ProblemSeverity, Style};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// `{key: value}`, `[item]`, `plain`, `"quoted"`, each after its `!Tag`.
fn show(node: &Node) -> String {
    let tag = node.tag.as_ref().map_or(String::new(), |tag| format!("!{} ", tag.name));
    let list = |items: Vec<String>| items.join(", ");
    let body = match &node.kind {
        NodeKind::Scalar(scalar) if scalar.style == Style::Plain => scalar.text.clone(),
        NodeKind::Scalar(scalar) => format!("{:?}", scalar.text),
        NodeKind::Sequence(items) => format!("[{}]", list(items.iter().map(show).collect())),
        NodeKind::Mapping(entries) => {
            let entry = |entry: &crate::syntax::Entry| format!("{}: {}", show(&entry.key), show(&entry.value));
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
    };
    format!("{tag}{body}").trim_end().to_owned()
}

fn documents(text: &str) -> String {
    read(text).documents.iter().map(show).collect::<Vec<_>>().join(" --- ")
}

/// The messages, each with the text it points at.
fn problems(text: &str) -> Vec<String> {
    let problem = |problem: &crate::syntax::Problem| {
        let mark = if problem.severity == ProblemSeverity::Lost { "lost" } else { "harmless" };
        format!("{mark} at {:?}: {}", &text[problem.span.range()], problem.message)
    };
    read(text).problems.iter().map(problem).collect()
}

#[test]
fn trees() {
    let cases = [
        ("", ""),
        ("# nothing\n", ""),
        ("a: 1\nb: 'x'\nc: \"y\\tz\"\nd:\n", r#"{a: 1, b: "x", c: "y\tz", d: }"#),
        ("a: ~\nb: null\nc: 012\nd: yes\n", "{a: ~, b: null, c: 012, d: yes}"),
        // Tags of every shape of node, the short and the verbatim form.
        ("a: !Sub 'x'\nb: !Ref\nc: !If [x, !Ref y]\n", r#"{a: !Sub "x", b: !Ref, c: !If [x, !Ref y]}"#),
        ("a: !Fn::If\n  - x\nb: !Foo\n  x: 1\nc: !<!Sub> x\n", "{a: !Fn::If [x], b: !Foo {x: 1}, c: !Sub x}"),
        // Global and non-specific tags are no local tags, but they may make a text of a number.
        ("a: !!str 12\nb: ! 12\nc: !!int 12\nd: !!str\n", r#"{a: "12", b: "12", c: 12, d: ""}"#),
        // Block scalars.
        ("a: |\n  x\n\n  y\n\nb: >-\n  x\n  y\n", r#"{a: "x\n\ny\n", b: "x y"}"#),
        ("a: |\r\n  x\r\n  y\r\nb: 1\r\n", r#"{a: "x\ny\n", b: 1}"#),
        ("a: |\nb: 1\n", r#"{a: "", b: 1}"#),
        ("a: |\n  x\n  y", r#"{a: "x\ny"}"#),
        ("a: >\n  x\n  y\n ", r#"{a: "x y\n"}"#),
        // Sequences that are not indented, nested ones, empty items.
        ("a:\n- x\n- y: 1\n  z: 2\n-\n", "{a: [x, {y: 1, z: 2}, ]}"),
        ("- - a\n  - b\n-\n  c: d\n", "[[a, b], {c: d}]"),
        // A byte-order mark, CRLF, tabs between tokens, flow style with trailing commas.
        ("\u{feff}é: 1\r\nb: [x, {y: 2,z: },]\r\n", "{é: 1, b: [x, {y: 2, z: }]}"),
        ("k:\tv\nl: \t# c\n", "{k: v, l: }"),
        ("{\"a\":\"b\",\t\"c\":[1,\n\t2]}", r#"{"a": "b", "c": [1, 2]}"#),
        ("a: \"\\ud83d\\ude00\"\n", "{a: \"😀\"}"),
        // Complex and missing keys.
        ("? [a]\n: b\n? c\n", "{[a]: b, c: }"),
        ("a: 1\n---\nb: 2\n...\n---\n[c]\n", "{a: 1} --- {b: 2} --- [c]"),
    ];
    for (text, expected) in cases {
        assert_eq!(documents(text), expected, "tree of {text:?}");
        assert_eq!(problems(text), [""; 0], "problems of {text:?}");
    }
}

/// Every node's span, in the order of the text, `~` for those without text.
fn spans(text: &str) -> Vec<String> {
    fn collect(node: &Node, text: &str, found: &mut Vec<String>) {
        found.push(text[node.span.range()].to_owned());
        match &node.kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter().for_each(|item| collect(item, text, found)),
            NodeKind::Mapping(entries) => {
                entries.iter().flat_map(|entry| [&entry.key, &entry.value]).for_each(|node| collect(node, text, found));
            }
        }
    }
    let mut found = Vec::new();
    read(text).documents.iter().for_each(|document| collect(document, text, &mut found));
    found
}

#[test]
fn spans_hold_the_nodes_own_text() {
    let cases: [(&str, &[&str]); 9] = [
        ("é: 'x'  # c\n\n", &["é: 'x'", "é", "'x'"]),
        ("a: !Sub &x 'y'\n", &["a: !Sub &x 'y'", "a", "'y'"]),
        ("a:\n- x\n- y\n\nb: 1\n", &["a:\n- x\n- y\n\nb: 1", "a", "- x\n- y", "x", "y", "b", "1"]),
        ("a:\n  -\n    b: 1\n", &["a:\n  -\n    b: 1", "a", "-\n    b: 1", "b: 1", "b", "1"]),
        ("a:\n-\n  b: 1\n", &["a:\n-\n  b: 1", "a", "-\n  b: 1", "b: 1", "b", "1"]),
        (
            "a: !Sub |- # x > y\n\n  one\n  two\n\nb: c\n",
            &["a: !Sub |- # x > y\n\n  one\n  two\n\nb: c", "a", "|- # x > y\n\n  one\n  two", "b", "c"],
        ),
        ("- |\n x\n- &a|b >\n y", &["- |\n x\n- &a|b >\n y", "|\n x", ">\n y"]),
        ("a: [ b, {c: d} ] # e\n", &["a: [ b, {c: d} ]", "a", "[ b, {c: d} ]", "b", "{c: d}", "c", "d"]),
        ("a: two\n  lines \nb: &x\n", &["a: two\n  lines \nb: &x", "a", "two\n  lines", "b", ""]),
    ];
    for (text, expected) in cases {
        assert_eq!(spans(text), expected, "spans of {text:?}");
    }
}

#[test]
fn a_node_without_text_stands_behind_its_colon_dash_or_tag() {
    for (text, expected) in [("a:  \n\nb: 1\n", 2), ("a: !Ref  \nb: 1\n", 7), ("a:   # c\n", 2), ("- \n- 1\n", 1)] {
        let document = read(text).documents.remove(0);
        let empty = match &document.kind {
            NodeKind::Sequence(items) => &items[0],
            _ => &document.entries()[0].value,
        };
        assert_eq!(empty.span.range(), expected..expected, "empty node in {text:?}");
    }
}

#[test]
fn tags_and_comments_have_spans() {
    let text = "# é\na: !Sub\n  b: !<!Ref> c # d\n";
    let Parsed { documents, comments, .. } = read(text);
    let tagged = documents[0].get("a").unwrap();
    let tags = [tagged, tagged.get("b").unwrap()].map(|node| &text[node.tag.as_ref().unwrap().span.range()]);
    assert_eq!(tags, ["!Sub", "!<!Ref>"]);
    let comments: Vec<_> =
        comments.iter().map(|comment| (comment.text.as_str(), &text[comment.span.range()])).collect();
    assert_eq!(comments, [("# é", "# é"), ("# d", "# d")]);
}

#[test]
fn aliases_and_merge_keys_are_expanded() {
    let cases = [
        ("a: &x {p: 1}\nb: *x\nc: [*x]\n", "{a: {p: 1}, b: {p: 1}, c: [{p: 1}]}"),
        ("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"),
        ("&k a: *k\n", "{a: a}"),
        // The mapping's own keys win, wherever they stand; then the earlier of the merged ones.
        ("- &x {p: 1, q: 2}\n- {<<: *x, q: 3}\n- {q: 3, <<: *x}\n", "[{p: 1, q: 2}, {p: 1, q: 3}, {q: 3, p: 1}]"),
        ("- &x {p: 1}\n- &y {p: 2, q: 2}\n- <<: [*x, *y]\n", "[{p: 1}, {p: 2, q: 2}, {p: 1, q: 2}]"),
        // No merge key, or nothing to merge.
        ("a: {'<<': {p: 1}}\n", r#"{a: {"<<": {p: 1}}}"#),
        ("<<: !Include x.yml\na: {<<: 1}\nb: {<<: [{}, 1]}\n", "{<<: !Include x.yml, a: {<<: 1}, b: {<<: [{}, 1]}}"),
    ];
    for (text, expected) in cases {
        assert_eq!(documents(text), expected, "tree of {text:?}");
        assert_eq!(problems(text), [""; 0], "problems of {text:?}");
    }
}

#[test]
fn problems_point_at_their_text() {
    let cases: [(&str, &[&str]); 7] = [
        ("a: 1\nb: 2\na: 3\n", &["harmless at \"a\": the key `a` occurs twice in this mapping; the last one counts"]),
        ("a: *x\n", &["lost at \"*x\": the alias `*x` has no anchor `&x` before it"]),
        ("a: &x [*x]\n", &["lost at \"*x\": the alias refers to a node that contains it"]),
        ("a: [1, 2\nb: 3\n", &["lost at \":\": not valid YAML: illegal placement of ':' indicator"]),
        ("a: b\n c: d\n", &["lost at \":\": not valid YAML: mapping values are not allowed in this context"]),
        ("a: \"x", &["lost at \"\\\"\": not valid YAML: unclosed quote"]),
        ("a: 'x\n---\ny'\n", &["lost at \"-\": not valid YAML: invalid indentation in multiline quoted scalar"]),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), expected, "problems of {text:?}");
    }
}

#[test]
fn an_error_costs_one_document_from_there_on() {
    assert_eq!(documents("a: 1\nb: [2\n---\nc: 3\n"), "{a: 1, b: []} --- {c: 3}");
    assert_eq!(documents("a: *x\nb: 1\n"), "{a: , b: 1}");
}

#[test]
fn quoted_scalars_may_be_indented_like_their_parent() {
    let cases = [
        ("a: \"x\ny\"\nb: 1\n", r#"{a: "x y", b: 1}"#),
        ("p:\n  a: 'it''s\n\n  y'\n  b: \"q\\\"\r\n  z\\\r\n  w\" # c\n", r#"{p: {a: "it's\ny", b: "q\" zw"}}"#),
        ("a: 'x\n\ty'\n", r#"{a: "x y"}"#),
        ("[\n---\na: \"x\ny\nz\"\n---\nb: 'x\ny'\n", r#"{a: "x y z"} --- {b: "x y"}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(documents(text), expected, "tree of {text:?}");
    }
    let text = "a: \"x\r\ny\" # é\nb: é\n";
    assert_eq!(spans(text), ["a: \"x\r\ny\" # é\nb: é", "a", "\"x\r\ny\"", "b", "é"]);
    assert_eq!(problems(text), [""; 0]);
}

#[test]
fn a_dash_alone_is_a_text_in_a_flow_sequence() {
    for text in ["a: !Join [-, [a, b]]\n", "a: !Join [-, [a, -]]\nb: [-]\n"] {
        assert_eq!(problems(text), Vec::<String>::new(), "{text}");
        let parsed = read(text);
        let items = parsed.documents[0].get("a").and_then(Node::items).unwrap();
        assert_eq!(items[0].text(), Some("-"), "{text}");
        assert_eq!(&text[items[0].span.range()], "-");
    }
}

#[test]
fn nesting_has_a_limit() {
    let deep = |count: usize| ["[".repeat(count), "]".repeat(count)].concat();
    assert_eq!(problems(&deep(128)), [""; 0]);
    let chained = (1..200).map(|n| format!("- &a{n} [*a{}]\n", n - 1)).collect::<Vec<_>>().concat();
    let cases = [
        deep(129),
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        (0..3000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<Vec<_>>().concat(),
        format!("- &a0 x\n{chained}"),
    ];
    for text in cases {
        let found = problems(&text);
        let start: String = text.chars().take(40).collect();
        assert!(found.iter().any(|problem| problem.contains("nested deeper than 128 levels")), "{start}…: {found:?}");
    }
}

#[test]
fn aliases_have_a_budget() {
    let level = |n: usize| format!("l{n}: &l{n} [{}]\n", vec![format!("*l{}", n - 1); 9].join(", "));
    let bomb = format!("l0: &l0 lol\n{}", (1..10).map(level).collect::<String>());
    assert!(problems(&bomb)[0].contains("aliases expand to more than 1000000 nodes"));
    let long = format!("- &x {}\n{}", "x".repeat(100_000), "- *x\n".repeat(2_000));
    assert!(problems(&long)[0].contains("aliases expand to more than 1000000 nodes"));
}

fn check_spans(node: &Node, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(text.get(node.span.range()).is_some(), "{:?} is no part of the text", node.span);
    if let Some(tag) = &node.tag {
        prop_assert!(text.get(tag.span.range()).is_some_and(|tag| tag.starts_with('!')));
    }
    match &node.kind {
        NodeKind::Scalar(_) => Ok(()),
        NodeKind::Sequence(items) => items.iter().try_for_each(|item| check_spans(item, text)),
        NodeKind::Mapping(entries) => entries.iter().try_for_each(|entry| {
            check_spans(&entry.key, text)?;
            check_spans(&entry.value, text)
        }),
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let Parsed { documents, comments, problems, .. } = read(text);
    documents.iter().try_for_each(|document| check_spans(document, text))?;
    for span in comments.iter().map(|comment| comment.span).chain(problems.iter().map(|problem| problem.span)) {
        prop_assert!(text.get(span.range()).is_some(), "{span:?} is no part of the text");
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn anything_that_looks_like_yaml_is_read(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        check(&words.concat())?;
    }
}

const WORDS: &[&str] = &[
    "a",
    "é",
    "x: ",
    "? ",
    ": ",
    "- ",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    " ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    "\"",
    "\\",
    "|",
    ">-",
    "# c",
    "&x ",
    "*x",
    "<<: ",
    "!Sub ",
    "!!str ",
    "!<!a> ",
    "! ",
    "---\n",
    "...\n",
    "%TAG ! x\n",
    "\u{feff}",
    "\u{0}",
    "~",
];
