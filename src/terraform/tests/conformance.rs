//! What terraform 1.11 makes of expressions, recorded: each with its result as JSON, or null where terraform stops.
//!
//! The module and the expressions are in `conformance/`. Where terraform is installed, the record is compared with it.

use std::process::Command;

use super::*;

const MODULE: &str = include_str!("conformance/module.tf");
const CHILD: &str = include_str!("conformance/child.tf");
const TEMPLATE: &str = include_str!("conformance/greeting.tpl");

fn recorded() -> Vec<(String, Option<String>)> {
    serde_json::from_str(include_str!("conformance/expressions.json")).expect("the record is JSON")
}

#[test]
fn expressions_are_worth_what_terraform_recorded() {
    on_a_large_stack(|| {
        let differing: Vec<String> = recorded()
            .into_iter()
            .filter_map(|(expression, expected)| {
                let found = encoded(&expression);
                (found != expected).then(|| format!("{expression}\n  terraform: {expected:?}\n  here:      {found:?}"))
            })
            .collect();
        assert!(differing.is_empty(), "{}", differing.join("\n"));
    });
}

/// The value as JSON text; `None` where it is an input named by what Terraform would say.
fn encoded(expression: &str) -> Option<String> {
    encoded_in(MODULE, expression)
}

fn encoded_in(module: &str, expression: &str) -> Option<String> {
    // A text function makes characters of the JSON.
    let policy =
        format!("resource \"aws_s3_bucket_policy\" \"it\" {{\n  policy = trimspace(jsonencode({expression}))\n}}");
    let main = format!("{module}\n{policy}\n");
    let unit = unit(&[("main.tf", &main), ("m/main.tf", CHILD), ("greeting.tpl", TEMPLATE)]);
    let kind = Kind::BucketPolicy;
    let value = property_in(&unit, kind, "aws_s3_bucket_policy.it", "PolicyDocument", &World::default());
    match &value.data {
        Data::Open(_) => None,
        _ => Some(value.as_str().map_or_else(|| show(&value), str::to_owned)),
    }
}

/// Operators, and what types decide: a collection without elements and a null have one too, and two are equal only if it is
/// the same.
#[test]
fn operators_and_types_are_terraforms() {
    on_a_large_stack(|| {
        let recorded = include_str!("conformance/types.txt").lines().filter_map(|line| line.split_once('\t'));
        let differing: Vec<String> = recorded
            .filter_map(|(expression, expected)| {
                let found = encoded_in(include_str!("conformance/types.tf"), expression);
                (found.as_deref().unwrap_or("!error") != expected)
                    .then(|| format!("{expression}\n  terraform: {expected}\n  here:      {found:?}"))
            })
            .collect();
        assert!(differing.is_empty(), "{}", differing.join("\n"));
    });
}

/// What every operator is called in the tree of an expression.
const OPERATORS: [(&str, &str); 33] = [
    ("+", " Add,"),
    ("-", " Subtract,"),
    ("*", " Multiply,"),
    ("/", " Divide,"),
    ("%", " Modulo,"),
    ("unary -", "Negate("),
    ("!", "Not("),
    ("==", " Equal,"),
    ("!=", " NotEqual,"),
    ("<", " Less,"),
    ("<=", " LessOrEqual,"),
    (">", " Greater,"),
    (">=", " GreaterOrEqual,"),
    ("&&", " And,"),
    ("||", " Or,"),
    ("?:", "Conditional("),
    ("()", "Parenthesis("),
    ("[]", "Tuple(["),
    ("{}", "Object(["),
    ("[for]", "result: Tuple("),
    ("{for}", "result: Object("),
    ("for with if", "condition: Some("),
    ("for with ...", "result: Grouped("),
    ("for with a key", "For { key: Some("),
    ("splat", "Splat("),
    ("splat with steps", "[Attribute(\""),
    ("splat with an index", "[Index("),
    ("index", "Index(Expr"),
    ("attribute", "Attribute(Expr"),
    ("interpolation", "Interpolation("),
    ("%{if}", "If(Expr"),
    ("%{for}", "TemplateFor {"),
    ("expansion", "LastArgument"),
];

/// What is told apart in the text of an expression or module only.
const SPELLINGS: [(&str, &str); 8] = [
    ("attribute splat", ".*"),
    ("full splat", "[*]"),
    ("strip marker before", "~}"),
    ("strip marker behind", "{~"),
    ("%{else}", "%{ else }"),
    ("heredoc", "<<E"),
    ("dedented heredoc", "<<-E"),
    ("escaped template", "$${"),
];

/// How many recordings at least hold each operator.
const USES: usize = 6;

#[test]
fn every_operator_is_recorded() {
    let tables = ["expressions.txt", "planned.txt"]
        .map(|name| std::fs::read_to_string(format!("tests/conformance/{name}")).expect("the recordings are there"));
    let lines = tables.iter().flat_map(|table| table.lines()).chain(include_str!("conformance/types.txt").lines());
    let lines = lines.filter_map(|line| line.split_once('\t')).map(|(expression, _)| expression.to_owned());
    let expressions: Vec<String> = lines.chain(recorded().into_iter().map(|(expression, _)| expression)).collect();
    let tree = |text: &String| {
        format!("{:?}", crate::syntax::hcl::parse_expression(crate::source::FileId(0), text, 0..text.len()).0)
    };
    let trees: Vec<String> = expressions.iter().map(tree).collect();
    let modules = planned::recorded_modules().into_iter().map(|case| case.text());
    let texts: Vec<String> = expressions.iter().cloned().chain(modules).collect();
    let count = |texts: &[String], mark: &str| texts.iter().filter(|text| text.contains(mark)).count();
    let operators = OPERATORS.iter().map(|(name, mark)| (*name, count(&trees, mark)));
    let spellings = SPELLINGS.iter().map(|(name, mark)| (*name, count(&texts, mark)));
    let few: Vec<(&str, usize)> = operators.chain(spellings).filter(|(_, uses)| *uses < USES).collect();
    assert!(few.is_empty(), "fewer than {USES} recordings hold {few:?}");
}

/// Where terraform is not installed, the record stands for it.
#[test]
fn agrees_with_the_terraform_that_is_installed() {
    if !Command::new("terraform").arg("version").output().is_ok_and(|output| output.status.success()) {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let write =
        |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("a file can be written");
    std::fs::create_dir(directory.path().join("m")).expect("a directory can be made");
    write("m/main.tf", CHILD);
    write("greeting.tpl", TEMPLATE);
    let run = |arguments: &[&str]| {
        let output = Command::new("terraform").args(arguments).current_dir(directory.path()).output();
        let output = output.expect("terraform runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    // One expression that terraform refuses would end the whole plan.
    let accepted: Vec<(usize, String, String)> = recorded()
        .into_iter()
        .enumerate()
        .filter_map(|(at, (expression, expected))| Some((at, expression, expected?)))
        .collect();
    let outputs: Vec<String> = accepted
        .iter()
        .map(|(at, expression, _)| format!("output \"o{at}\" {{\n  value = jsonencode({expression})\n}}"))
        .collect();
    write("main.tf", &format!("{MODULE}\n{}\n", outputs.join("\n")));
    run(&["init", "-input=false", "-no-color"]);
    run(&["plan", "-input=false", "-no-color", "-out=plan"]);
    let plan: serde_json::Value = serde_json::from_slice(&run(&["show", "-json", "plan"])).expect("the plan is JSON");
    for (at, expression, expected) in accepted {
        let found = plan.pointer(&format!("/planned_values/outputs/o{at}/value")).and_then(serde_json::Value::as_str);
        assert_eq!(found, Some(expected.as_str()), "{expression}");
    }
}
