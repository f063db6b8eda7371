//! The table in `tests/exposure`: what AWS documents, row by row.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value as Yaml};

use super::{MAX_WORLDS, explore, exposure};
use crate::model::{
    Acl, AclSpelling, Apart, Bucket, Described, Existence, Kind, Language, Others, Provider, PublicAccessBlock,
};
use crate::source::{FileId, Span};
use crate::value::{
    Ask, Data, Decided, Domain, Input, ListKind, Literal, MapKind, Number, Origin, Part, Question, Reason, Symbol,
    SymbolSource, Text, Value, World,
};

/// What all worlds say about reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Unknown,
}

/// How a policy is spelled.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Object,
    Text,
    Encoded,
}

/// Whether the world may read and may write the bucket, over all worlds.
pub(super) fn judge(bucket: impl Fn(&World) -> Bucket) -> [Answer; 2] {
    let over = |decide: &dyn Fn(&World) -> Decided<bool>| {
        let exploration = explore(MAX_WORLDS, decide);
        assert!(exploration.exploded.is_empty(), "too many worlds");
        match exploration.worlds.iter().map(|(_, open)| *open).collect::<Vec<_>>().as_slice() {
            [] => panic!("no world has a vote"),
            open if open.iter().all(|open| *open) => Answer::Yes,
            open if open.iter().all(|open| !open) => Answer::No,
            _ => Answer::Unknown,
        }
    };
    [
        over(&|world| exposure(&bucket(world), world).read.map(|open| !open.is_empty())),
        over(&|world| exposure(&bucket(world), world).write.map(|open| !open.is_empty())),
    ]
}

/// The bucket `aws_s3_bucket.logs`, named `logs`, with nothing that belongs to it.
pub(super) fn bucket() -> Bucket {
    let resource = Described {
        kind: Kind::Bucket,
        language: Language::Terraform,
        address: "aws_s3_bucket.logs".to_owned(),
        name: None,
        header: Span::new(FileId(0), 0, 0),
        caller: None,
        callers: Vec::new(),
        provider: Provider::default(),
        existence: Existence::Exists,
        presence: Origin::default(),
        handle: 0,
    };
    Bucket {
        resource: resource.into(),
        name: Value::text("logs", Origin::default()),
        acls: Vec::new(),
        ownership: Vec::new(),
        public_access_blocks: Vec::new(),
        account_blocks: Vec::new(),
        policies: Vec::new(),
        handed_to: Vec::new(),
        apart: Apart::Anything,
        is_in_units_account: true,
        others: Others { addresses: BTreeSet::from(["aws_s3_bucket.other".to_owned()]), ..Others::default() },
    }
}

#[test]
fn the_bucket_is_as_public_as_aws_documents() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exposure");
    let (mut rows, mut wrong) = (0, Vec::new());
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files: BTreeSet<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    assert!(files.len() >= 20, "only {} files", files.len());
    for path in files {
        let (before, file) = (rows, path.file_stem().unwrap().to_str().unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let groups: Vec<Mapping> = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{file}.yaml: {error}"));
        for group in &groups {
            let text = |key: &str| group.get(key).and_then(Yaml::as_str).unwrap_or_else(|| panic!("{file}: no {key}"));
            let (page, says) = (text("page"), text("says"));
            for row in group.get("rows").and_then(Yaml::as_sequence).into_iter().flatten() {
                rows += 1;
                let row = row.as_mapping().unwrap();
                let expected = expected(row);
                for spelling in [Spelling::Object, Spelling::Text, Spelling::Encoded] {
                    let answers = judge(|world| declared(row, spelling, world));
                    if answers != expected {
                        let name = row.get("name").and_then(Yaml::as_str).unwrap_or_default();
                        wrong.push(format!(
                            "{file}: {name} ({spelling:?}): {answers:?}, expected {expected:?}\n    {page}: {says}"
                        ));
                    }
                }
            }
        }
        assert!(rows >= before + 20, "only {} rows in {file}.yaml", rows - before);
    }
    assert!(wrong.is_empty(), "{} of {rows} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows >= 400, "only {rows} rows");
}

fn expected(row: &Mapping) -> [Answer; 2] {
    let answer = |at: usize| match row.get("expect").and_then(|expect| expect.get(at)).and_then(Yaml::as_str) {
        Some("yes") => Answer::Yes,
        Some("no") => Answer::No,
        Some("unknown") => Answer::Unknown,
        other => panic!("expect: {other:?} in {row:?}"),
    };
    [answer(0), answer(1)]
}

const KEYS: [&str; 15] = [
    "name",
    "allow",
    "deny",
    "policy",
    "policies",
    "acl",
    "grants",
    "ownership",
    "block",
    "account_block",
    "bucket",
    "handed_to",
    "expect",
    "verdict",
    "cloudformation",
];

fn declared(row: &Mapping, spelling: Spelling, world: &World) -> Bucket {
    for key in row.keys() {
        assert!(key.as_str().is_some_and(|key| KEYS.contains(&key)), "no such key: {key:?}");
    }
    let value = |yaml: &Yaml| build(yaml, world);
    let given = |key: &str| row.get(key).map_or_else(|| Value::null(Origin::default()), value);
    let mut bucket = bucket();
    if let Some(name) = row.get("bucket") {
        bucket.name = value(name);
    }
    bucket.acls.push(Acl { canned: given("acl"), grants: given("grants"), spelling: AclSpelling::Either });
    bucket.ownership = row.get("ownership").map(one_or_more).into_iter().flatten().map(value).collect();
    let blocks = |key: &str| row.get(key).map(one_or_more).into_iter().flatten().map(|block| flags(&value(block)));
    bucket.public_access_blocks = blocks("block").collect();
    bucket.account_blocks = blocks("account_block").collect();
    bucket.policies = policies(row).iter().map(|policy| spelled(value(policy), spelling)).collect();
    bucket.handed_to = row.get("handed_to").map(one_or_more).into_iter().flatten().map(module).collect();
    bucket
}

fn flags(block: &Value) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block.field("BlockPublicAcls"),
        ignore_public_acls: block.field("IgnorePublicAcls"),
        block_public_policy: block.field("BlockPublicPolicy"),
        restrict_public_buckets: block.field("RestrictPublicBuckets"),
    }
}

fn module(name: &Yaml) -> std::sync::Arc<Input> {
    let module = name.as_str().unwrap().to_owned();
    let reason = Reason::ModuleNotOnDisk { module: module.clone(), source: "git::logs".to_owned() };
    std::sync::Arc::new(Input::undecidable(module, reason, Origin::default()))
}

fn one_or_more(yaml: &Yaml) -> Vec<&Yaml> {
    // Behind a tag a list is the arguments of the tag.
    if let Yaml::Sequence(items) = yaml { items.iter().collect() } else { vec![yaml] }
}

/// The policies a row declares: whole ones, or one made of its `allow` and `deny` statements.
fn policies(row: &Mapping) -> Vec<Yaml> {
    let mut policies: Vec<Yaml> = row.get("policy").cloned().into_iter().collect();
    policies.extend(row.get("policies").map(one_or_more).into_iter().flatten().cloned());
    let allow = statements(
        row.get("allow"),
        r#"{ Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::logs/*" }"#,
    );
    let deny = statements(
        row.get("deny"),
        r#"{ Effect: Deny, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"] }"#,
    );
    if !allow.is_empty() || !deny.is_empty() {
        let version = (Yaml::from("Version"), Yaml::from("2012-10-17"));
        let statement = (Yaml::from("Statement"), Yaml::Sequence(allow.into_iter().chain(deny).collect()));
        policies.push(Yaml::Mapping([version, statement].into_iter().collect()));
    }
    policies
}

fn statements(given: Option<&Yaml>, default: &str) -> Vec<Yaml> {
    let elements = |given: &Yaml| {
        let mut statement: Mapping = serde_yaml::from_str(default).unwrap();
        for (element, value) in given.as_mapping().expect("a statement is a map") {
            match value {
                Yaml::Tagged(tagged) if tagged.tag == "absent" => statement.remove(element),
                _ => statement.insert(element.clone(), value.clone()),
            };
        }
        Yaml::Mapping(statement)
    };
    given.map(one_or_more).into_iter().flatten().map(elements).collect()
}

/// The value a row's YAML stands for in `world`.
pub(super) fn build(yaml: &Yaml, world: &World) -> Value {
    let origin = Origin::default();
    match yaml {
        Yaml::Null => Value::null(origin),
        Yaml::Bool(value) => Value::bool(*value, origin),
        Yaml::Number(number) => Value::number(Number::parse(&number.to_string()).unwrap(), origin),
        Yaml::String(text) => Value::text(text.clone(), origin),
        Yaml::Sequence(items) => {
            Value::list(ListKind::Tuple, items.iter().map(|item| build(item, world)).collect(), origin)
        }
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (&Yaml, &Yaml)| (key.as_str().unwrap().to_owned(), build(value, world));
            Value::map(MapKind::Object, entries.iter().map(entry).collect(), origin)
        }
        Yaml::Tagged(tagged) => unknown(&tagged.tag.to_string(), &tagged.value, world),
    }
}

fn unknown(tag: &str, yaml: &Yaml, world: &World) -> Value {
    let origin = Origin::default();
    let name = || yaml.get(0).unwrap_or(yaml).as_str().unwrap().to_owned();
    let input =
        |domain| Input { name: name(), reason: Reason::NoValue(String::new()), domain, origin: Origin::default() };
    let rest = || yaml.as_sequence().unwrap().iter().skip(1);
    match tag {
        "!open" => Value::open(input(Domain::default()), origin),
        "!one_of" => {
            let values = rest().map(|value| Literal::Text(value.as_str().unwrap().to_owned())).collect();
            Value::open(input(Domain::of(values)), origin)
        }
        "!opaque" => {
            let name = name();
            let (address, attribute) = name.rsplit_once('.').unwrap();
            let source = SymbolSource::Resource(address.to_owned());
            Value::opaque(Symbol { source, attribute: attribute.to_owned() }, origin)
        }
        "!if" => {
            let question = Question::new(input(Domain::boolean()), Ask::True);
            match world.answer(&question) {
                Some(answer) => build(yaml.get(if answer { 1 } else { 2 }).unwrap(), world),
                None => Value::pending(question, origin),
            }
        }
        "!text" => {
            let part = |yaml: &Yaml| match build(yaml, world) {
                Value { data: Data::Text(text), .. } => Part::Literal(text.as_literal().unwrap().to_owned()),
                value => Part::Value(value),
            };
            Value::new(Data::Text(Text::join(yaml.as_sequence().unwrap().iter().map(part))), origin)
        }
        other => panic!("no such tag: {other}"),
    }
}

/// The policy in another spelling. What is no object is what it is in all of them.
fn spelled(policy: Value, spelling: Spelling) -> Value {
    let text = |parts: Vec<Part>| Value::new(Data::Text(Text::join(parts)), Origin::default());
    match (&policy.data, spelling) {
        (Data::Map(..), Spelling::Text) => text(written(&policy)),
        (Data::Map(..), Spelling::Encoded) => text(vec![Part::Json(policy)]),
        _ => policy,
    }
}

/// JSON text with a hole for everything that is not known.
pub(super) fn written(value: &Value) -> Vec<Part> {
    let literal = |text: &str| vec![Part::Literal(text.to_owned())];
    let joined = |items: Vec<Vec<Part>>| items.join(&Part::Literal(",".to_owned()));
    let bracketed = |open: &str, parts: Vec<Part>, close: &str| [literal(open), parts, literal(close)].concat();
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    match &value.data {
        Data::Null => literal("null"),
        Data::Bool(value) => literal(&value.to_string()),
        Data::Number(value) => literal(&value.to_string()),
        Data::Text(text) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => Part::Literal(quoted(text).trim_matches('"').to_owned()),
                other => other.clone(),
            };
            // The quotes that `trim_matches` may have taken too many belong to escapes, which end in no quote here.
            match text.as_literal() {
                Some(text) => literal(&quoted(text)),
                None => bracketed("\"", text.parts().iter().map(part).collect(), "\""),
            }
        }
        Data::List(_, items) => bracketed("[", joined(items.iter().map(written).collect()), "]"),
        Data::Map(_, entries) => {
            let entry =
                |(key, value): (&String, &Value)| [literal(&format!("{}:", quoted(key))), written(value)].concat();
            bracketed("{", joined(entries.iter().map(entry).collect::<Vec<_>>()), "}")
        }
        Data::Opaque(_) | Data::Open(_) | Data::Pending(_) | Data::Failed(_) | Data::Object(..) => {
            vec![Part::Value(value.clone())]
        }
    }
}

/// A map of values, for tests that build one by hand.
pub(super) fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    Value::map(MapKind::Object, entries.into_iter().collect::<IndexMap<_, _>>(), Origin::default())
}
