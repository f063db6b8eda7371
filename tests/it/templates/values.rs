//! What an expression is worth: a row's `value` (or `condition`) stands in a template with the group's sections.

use std::path::Path;
use std::sync::Arc;

use trailwarden::cloudformation::{CloudFormationUnit, Given, Loaded, load};
use trailwarden::model::{Inputs, Kind, OpenInputs, Unit};
use trailwarden::source::Sources;
use trailwarden::syntax::{Entry, Node, NodeKind};
use trailwarden::value::{Ask, Data, Input, Literal, Origin, Question, Stop, Value, World};

use super::spell::{listed, mapping, scalar, written};
use super::{Spelling, grounds, only, pairs, rows, spell, spellings, table, text};

const TABLES: [&str; 10] = [
    "references.yaml",
    "sub.yaml",
    "lists.yaml",
    "find_in_map.yaml",
    "conditions.yaml",
    "parameters.yaml",
    "rules.yaml",
    "scalars.yaml",
    "extensions.yaml",
    "dynamic_references.yaml",
];

#[test]
fn functions_are_worth_what_cloudformation_documents() {
    let (mut judged, mut wrong) = (0, Vec::new());
    for name in TABLES {
        for group in &table(name) {
            only(group, &["page", "says", "template", "rows"]);
            for row in rows(group) {
                judged += 1;
                for spelling in spellings(row) {
                    if let Err(message) = judge(group, row, spelling) {
                        let case =
                            EXPRESSIONS.iter().find_map(|key| row.get(key)).map(|node| spell(node, Spelling::Json));
                        let case = text(row, "name").map(str::to_owned).or(case).unwrap_or_default();
                        let case = case.trim();
                        wrong.push(format!("{name} ({spelling:?}): {case}: {message}\n    {}", grounds(group)));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {judged} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(judged >= 400, "only {judged} rows");
}

/// The keys a row's expression may have.
const EXPRESSIONS: [&str; 3] = ["value", "condition", "rule"];

const KEYS: [&str; 14] = [
    "name",
    "value",
    "condition",
    "rule",
    "with",
    "open",
    "pins",
    "answers",
    "spelling",
    "is",
    "reads",
    "asks",
    "broken",
    "rejected",
];

fn judge(group: &Node, row: &Node, spelling: Spelling) -> Result<(), String> {
    only(row, &KEYS);
    let unit = unit(&template(group, row), spelling, &inputs(row));
    let world = pairs(row.get("answers")).into_iter().fold(World::default(), |world, (name, text)| {
        let input = Input::derived(name, Origin::default());
        world.with(Question::new(input, Ask::Is(Literal::Text(text))), true)
    });
    if row.get("rule").is_some() {
        return judge_rule(&unit, row, &world);
    }
    let (value, expected) = (property(&unit, "Tested", &world), property(&unit, "Expected", &world));
    if let Some(rejected) = row.get("rejected") {
        let failed = unit.estate(&world).rejected() || matches!(value.data, Data::Failed(_));
        return expect(&failed.to_string(), rejected.text().unwrap_or_default());
    }
    match (text(row, "reads"), text(row, "asks"), text(row, "broken")) {
        (Some(reads), ..) => expect(&value.describe(), reads),
        (_, Some(asks), _) => match &value.data {
            Data::Pending(question) => expect(&question.describe(), asks),
            _ => Err(format!("asks nothing: {}", value.describe())),
        },
        (.., Some(why)) => {
            let notes: Vec<String> = unit.notes().into_iter().map(|note| note.message).collect();
            let open = matches!(value.data, Data::Open(_) | Data::Pending(_));
            if open { expect(&notes.join("; "), why) } else { Err(format!("is {}", value.describe())) }
        }
        _ => expect(&value.describe(), &expected.describe()),
    }
}

fn expect(got: &str, wanted: &str) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("expected {wanted}, got {got}")) }
}

/// What a rule's condition is worth: it asserts that the parameter `Applies`, which is "yes" in this world, is "no".
fn judge_rule(unit: &CloudFormationUnit, row: &Node, world: &World) -> Result<(), String> {
    let applies = Input::derived("Applies", Origin::default());
    let world = world.with(Question::new(applies, Ask::Is(Literal::Text("yes".to_owned()))), true);
    match (unit.estate(&world).refusal(), text(row, "asks")) {
        (Ok(holds), _) => expect(&holds.is_some().to_string(), text(row, "is").unwrap_or("nothing known")),
        (Err(Stop::Ask(question)), asks) => expect(&question.describe(), asks.unwrap_or("nothing asked")),
        (Err(Stop::Reject(failure)), _) => Err(failure.message.clone()),
    }
}

/// The group's sections, and a trail with the row's expression and what it must be worth.
fn template(group: &Node, row: &Node) -> Node {
    let mut sections: Vec<Entry> = group.get("template").map(Node::entries).unwrap_or_default().to_vec();
    let mut value = row.get("value").cloned();
    if let Some(rule) = row.get("rule") {
        extend(&mut sections, "Parameters", mapping("Applies", mapping("Type", written("String"))).entries());
        let denied = [mapping("Ref", written("Applies")), written("no")].to_vec();
        let assert = mapping("Assert", mapping("Fn::Equals", listed(denied)));
        let assertions = mapping("Assertions", listed(vec![assert]));
        let tested = [mapping("RuleCondition", rule.clone()).entries(), assertions.entries()].concat();
        let tested = Node { kind: NodeKind::Mapping(tested), ..assertions };
        extend(&mut sections, "Rules", mapping("Tested", tested).entries());
    }
    if let Some(condition) = row.get("condition") {
        let tested = mapping("Tested", condition.clone()).entries().to_vec();
        extend(&mut sections, "Conditions", &tested);
        value = Some(mapping("Fn::If", listed(["Tested", "true", "false"].map(written).to_vec())));
    }
    let tested = value.map(|value| mapping("Tested", value));
    let expected = row.get("is").map(|expected| mapping("Expected", expected.clone()));
    let properties = tested.iter().chain(&expected).flat_map(|node| node.entries().to_vec()).collect();
    let properties = Node { kind: NodeKind::Mapping(properties), span: row.span, tag: None };
    let kind = mapping("Type", Node { kind: scalar("AWS::CloudTrail::Trail"), span: row.span, tag: None });
    let trail = [kind.entries(), mapping("Properties", properties).entries()].concat();
    let trail = Node { kind: NodeKind::Mapping(trail), span: row.span, tag: None };
    extend(&mut sections, "Resources", mapping("Trail", trail).entries());
    Node { kind: NodeKind::Mapping(sections), span: row.span, tag: None }
}

/// Adds entries to a section that may not be there yet.
fn extend(sections: &mut Vec<Entry>, name: &str, more: &[Entry]) {
    if !sections.iter().any(|entry| entry.key.text() == Some(name)) {
        let empty = Node { kind: NodeKind::Mapping(Vec::new()), ..mapping(name, more[0].key.clone()) };
        sections.extend(mapping(name, empty).entries().to_vec());
    }
    let section = sections.iter_mut().find(|entry| entry.key.text() == Some(name)).unwrap();
    let entries = [section.value.entries(), more].concat();
    section.value.kind = NodeKind::Mapping(entries);
}

fn inputs(row: &Node) -> Inputs {
    let pin = |name: &str| row.get("pins").and_then(|pins| text(pins, name)).map(str::to_owned);
    Inputs {
        open: if text(row, "open") == Some("any") { OpenInputs::Any } else { OpenInputs::default() },
        parameters: pairs(row.get("with")),
        region: pin("region"),
        account_id: pin("account"),
        partition: pin("partition"),
        ..Inputs::default()
    }
}

fn unit(template: &Node, spelling: Spelling, inputs: &Inputs) -> CloudFormationUnit {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = Arc::new(Sources::new(directory.to_owned(), directory.to_owned()));
    let spelt = spell(template, spelling);
    sources.add(spelling.file(), spelt.clone());
    let given = Given::read(&sources, inputs).unwrap();
    match load(&sources, Path::new(spelling.file()), &given, &Arc::default()) {
        Loaded::Template(unit) => *unit,
        other => panic!("not a template: {other:?}\n{spelt}"),
    }
}

fn property(unit: &CloudFormationUnit, name: &str, world: &World) -> Value {
    let estate = unit.estate(world);
    let trails = estate.resources(Kind::Trail);
    estate.property(&trails[0], name)
}
