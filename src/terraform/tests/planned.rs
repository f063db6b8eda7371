//! Expressions and whole modules against real plans. `tests/conformance/planned.txt` holds expressions over values that
//! are known after apply, each with what Terraform planned; `tests/conformance/modules` holds, by family, modules
//! with every argument that Terraform planned for them. `tests/conformance/record.py` records both, and `terraform_data.py`
//! beside it tells how.

use std::collections::BTreeMap;
use std::fs;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::super::attribute::META;
use super::super::blocks::Content;
use super::super::evaluator::Evaluator;
use super::super::expand::in_slot;
use super::super::module::Mode;
use super::super::object::Object;
use super::*;
use crate::value::Number;

/// What the recordings write for a value that is known after apply; as a key, when they hold what it then was.
const UNKNOWN: &str = "(known after apply)";

/// How many questions are answered in every way where a plan knows what waits for an answer.
const MAX_QUESTIONS: usize = 6;

/// The arguments of every instance, by its address.
type Planned = BTreeMap<String, BTreeMap<String, Json>>;

pub(super) struct Case {
    name: String,
    files: Vec<(String, String)>,
    planned: Planned,
}

impl Case {
    /// All its files.
    pub(super) fn text(&self) -> String {
        self.files.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// The modules of a family: `=== name`, then files after `--- path`, then the record after `--- planned`.
fn cases(family: &str) -> Vec<Case> {
    let case = |text: &str| {
        let (name, sections) = text.split_at(text.find('\n').expect("a case has a name and files"));
        let mut case = Case { name: name.trim().to_owned(), files: Vec::new(), planned: Planned::new() };
        for section in sections.split("\n--- ").skip(1) {
            let (path, text) = section.split_once('\n').unwrap_or((section, ""));
            match path {
                // For tests/it/plans.rs.
                "plan.json" => {}
                "planned" => case.planned = serde_json::from_str(text).expect("the record is JSON"),
                _ => case.files.push((path.to_owned(), format!("{text}\n"))),
            }
        }
        case
    };
    format!("\n{family}").split("\n=== ").skip(1).map(case).collect()
}

/// The arguments of every instance that exists in a world, by its address.
fn instances(unit: &TerraformUnit, world: &World) -> BTreeMap<String, IndexMap<String, Value>> {
    let evaluator = Evaluator::new(unit, world);
    evaluator.expand_all();
    let objects: Vec<_> = evaluator.objects.borrow().values().cloned().collect();
    let instances = objects.iter().filter_map(|object| match object.as_ref() {
        Object::Instance(instance) if instance.key.mode == Mode::Managed => Some(instance),
        _ => None,
    });
    let modelled = instances.filter(|instance| crate::model::schema::kind(&instance.key.kind).is_some());
    let arguments = modelled.map(|instance| {
        evaluator.limits.begin();
        let content = Content::of(instance.block);
        let value = in_slot(&instance.scope, &instance.slot, |env| evaluator.whole_content(content, META, env));
        let doubt = if instance.existence == Existence::Exists { "" } else { "?" };
        (format!("{}{doubt}", instance.address), value.as_map().cloned().unwrap_or_default())
    });
    arguments.collect()
}

/// The values an argument has, whatever the answers to at most so many questions that it waits for are.
fn possible(unit: &TerraformUnit, address: &str, argument: &str, world: &World, questions: usize) -> Vec<Value> {
    let Some(value) = instances(unit, world).get(address).and_then(|arguments| arguments.get(argument)).cloned() else {
        return Vec::new();
    };
    match value.obstacle().map(|obstacle| &obstacle.data) {
        Some(Data::Pending(question)) if questions > 0 => {
            let worlds = [true, false].map(|answer| world.with(question.as_ref().clone(), answer));
            worlds.iter().flat_map(|world| possible(unit, address, argument, world, questions - 1)).collect()
        }
        // Terraform refuses this world, whatever else is in it.
        Some(Data::Failed(_)) if !world.answers().is_empty() => Vec::new(),
        _ => vec![value],
    }
}

fn agrees(expected: &Json, value: &Value) -> bool {
    match (expected, &value.data) {
        (Json::String(mark), _) if mark == UNKNOWN => {
            value.obstacle().is_some_and(|obstacle| !matches!(obstacle.data, Data::Failed(_)))
        }
        (Json::Object(mark), _) if mark.contains_key(UNKNOWN) => {
            agrees(&Json::String(UNKNOWN.to_owned()), value) || mark.values().all(|applied| agrees(applied, value))
        }
        (Json::Null, Data::Null) => true,
        (Json::Bool(expected), Data::Bool(known)) => expected == known,
        (Json::Number(expected), Data::Number(known)) => Number::parse(&expected.to_string()).as_ref() == Ok(known),
        (Json::String(expected), Data::Text(text)) => text.as_literal() == Some(expected),
        (Json::Array(expected), Data::List(_, items)) => {
            expected.len() == items.len() && expected.iter().zip(items.iter()).all(|(item, value)| agrees(item, value))
        }
        (Json::Object(expected), Data::Map(_, entries)) => {
            let held = |(name, item): (&String, &Json)| entries.get(name).is_some_and(|value| agrees(item, value));
            expected.len() == entries.len() && expected.iter().all(held)
        }
        _ => false,
    }
}

pub(super) fn recorded_modules() -> Vec<Case> {
    let families = fs::read_dir("tests/conformance/modules").expect("the recordings are there");
    let mut paths: Vec<_> = families.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| fs::read_to_string(path).expect("it can be read"));
    texts.flat_map(|text| cases(&text)).collect()
}

/// Every way in which what is evaluated differs from what was planned.
fn differences(case: &Case) -> Vec<String> {
    let files: Vec<(&str, &str)> = case.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let unit = unit(&files);
    let evaluated = instances(&unit, &World::default());
    let mut wrong = Vec::new();
    let (planned, found): (Vec<_>, Vec<_>) = (case.planned.keys().collect(), evaluated.keys().collect());
    if planned != found {
        wrong.push(format!("{}\n    planned   {planned:?}\n    evaluated {found:?}", case.name));
    }
    for (address, planned) in &case.planned {
        let Some(arguments) = evaluated.get(address) else { continue };
        for (argument, planned) in planned {
            let Some(value) = arguments.get(argument) else { continue };
            let is_worth_it = || {
                let values = possible(&unit, address, argument, &World::default(), MAX_QUESTIONS);
                !values.is_empty() && values.iter().all(|value| agrees(planned, value))
            };
            if !agrees(planned, value) && !is_worth_it() {
                let place = format!("{}: {address}.{argument}", case.name);
                wrong.push(format!("{place}\n    planned   {planned}\n    evaluated {}", show(value)));
            }
        }
    }
    wrong
}

/// The module that gives the names of `planned.txt` a meaning; the same as in `record.py`.
const NAMES: &str = r#"
    resource "aws_kms_key" "k" {}
    data "aws_unknown" "u" {}
    locals {
      text      = aws_kms_key.k.arn
      number    = data.aws_unknown.u.number
      bool      = data.aws_unknown.u.bool
      list      = data.aws_unknown.u.lists
      map       = data.aws_unknown.u.maps
      nothing   = null
      template  = "Hi $${name}!"
      plain     = "plain"
      directive = "%%{ for x in list }$${x};%%{ endfor }"
    }
"#;

/// What is known to differ, by how the expression begins, and why that does not matter.
const DIFFERENT: &[(&str, &str)] = &[
    ("base64gzip(null)", "it is never worked out here, so that nothing is refused"),
    ("templatestring(\"literal\"", "a literal template is rendered"),
    ("local.list == []", "the type of what is set at deployment is not known"),
    ("{ (local.number) = 1 }", "what is known of the object is kept under a key that is not"),
    ("{ (local.text) = 1 }", "what is known of the object is kept under a key that is not"),
];

fn planned_expressions() -> impl Iterator<Item = (&'static str, &'static str)> {
    let recorded = include_str!("../../../tests/conformance/planned.txt");
    recorded.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// What an expression is worth among the names of `planned.txt`, failures included.
fn raw(expression: &str) -> Value {
    let main = format!("{NAMES}\nresource \"aws_s3_bucket_policy\" \"it\" {{\n  policy = {expression}\n}}\n");
    let files = [
        ("main.tf", main.as_str()),
        ("a.txt", include_str!("../../../tests/conformance/module/a.txt")),
        ("t.tftpl", include_str!("../../../tests/conformance/module/t.tftpl")),
    ];
    let found = instances(&unit_with(&files, &Inputs::default()), &World::default());
    let value = found.get("aws_s3_bucket_policy.it").and_then(|arguments| arguments.get("policy"));
    value.cloned().unwrap_or_else(|| Value::failed("it cannot be parsed", crate::value::Origin::default()))
}

fn is_refused(value: &Value) -> bool {
    value.obstacle().is_some_and(|obstacle| match &obstacle.data {
        Data::Failed(_) => true,
        Data::Open(input) => matches!(input.reason, crate::value::Reason::Broken(_)),
        _ => false,
    })
}

#[test]
fn expressions_are_worth_what_terraform_plans() {
    on_a_large_stack(|| {
        let mut wrong = Vec::new();
        for (expression, planned) in planned_expressions() {
            let value = raw(expression);
            let is_right = match planned {
                "!error" => is_refused(&value),
                _ => agrees(&serde_json::from_str(planned).expect("a value is JSON"), &value),
            };
            let is_different = DIFFERENT.iter().any(|(beginning, _)| expression.starts_with(beginning));
            if is_right == is_different {
                wrong.push(format!("{expression}\n    planned   {planned}\n    evaluated {}", show(&value)));
            }
        }
        assert!(wrong.is_empty(), "{} expressions differ, or no longer do:\n{}", wrong.len(), wrong.join("\n"));
    });
}

#[test]
fn modules_are_worth_what_terraform_plans() {
    on_a_large_stack(|| {
        let cases = recorded_modules();
        assert!(cases.len() >= 200, "there are {} modules", cases.len());
        let wrong: Vec<String> = cases.iter().flat_map(differences).collect();
        assert!(wrong.is_empty(), "{} of {} modules:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    });
}
