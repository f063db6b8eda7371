//! Laws that hold for every bucket, whatever AWS documents.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::exposure;
use super::table::{Answer, bucket, judge};
use crate::model::{Acl, AclSpelling, Bucket, PublicAccessBlock};
use crate::value::{Data, Input, ListKind, Number, Origin, Part, Text, Value, World};

/// A bucket as the laws vary it: what is open, and what is closed.
#[derive(Debug, Clone)]
struct Declared {
    acl: Option<&'static str>,
    flags: [bool; 8],
    statements: Vec<Json>,
}

impl Declared {
    fn bucket(&self) -> Bucket {
        let origin = Origin::default;
        let block = |flags: &[bool]| PublicAccessBlock {
            block_public_acls: Value::bool(flags[0], origin()),
            ignore_public_acls: Value::bool(flags[1], origin()),
            block_public_policy: Value::bool(flags[2], origin()),
            restrict_public_buckets: Value::bool(flags[3], origin()),
        };
        let canned = self.acl.map_or_else(|| Value::null(origin()), |acl| Value::text(acl, origin()));
        Bucket {
            acls: vec![Acl { canned, grants: Value::null(origin()), spelling: AclSpelling::Dashes }],
            public_access_blocks: vec![block(&self.flags[..4])],
            account_blocks: vec![block(&self.flags[4..])],
            policies: vec![value(&json!({ "Statement": self.statements }))],
            ..bucket()
        }
    }

    fn judged(&self) -> [Answer; 2] {
        judge(|_| self.bucket())
    }
}

fn value(json: &Json) -> Value {
    let origin = Origin::default();
    match json {
        Json::Null => Value::null(origin),
        Json::Bool(value) => Value::bool(*value, origin),
        Json::Number(number) => Value::number(Number::parse(&number.to_string()).unwrap_or(0_i64.into()), origin),
        Json::String(text) => match text.strip_prefix("open:") {
            Some(name) => Value::open(Input::derived(name, Origin::default()), origin),
            None => Value::text(text.clone(), origin),
        },
        Json::Array(items) => Value::list(ListKind::Tuple, items.iter().map(value).collect(), origin),
        Json::Object(entries) => super::table::map(entries.iter().map(|(key, json)| (key.clone(), value(json)))),
    }
}

fn principal() -> impl Strategy<Value = Json> {
    prop::sample::select(vec![
        json!({ "Principal": "*" }),
        json!({ "Principal": { "AWS": "*" } }),
        json!({ "Principal": { "AWS": "111122223333" } }),
        json!({ "Principal": { "AWS": ["111122223333", "open:var.principal"] } }),
        json!({ "Principal": "open:var.principals" }),
        json!({ "Principal": { "Service": "cloudtrail.amazonaws.com" } }),
        json!({ "Principal": { "Federated": "accounts.google.com" } }),
        json!({ "NotPrincipal": { "AWS": "111122223333" } }),
    ])
}

const KEYS: [&str; 7] = [
    "aws:SourceVpce",
    "aws:SourceIp",
    "aws:SourceArn",
    "aws:SecureTransport",
    "aws:PrincipalOrgID",
    "s3:DataAccessPointArn",
    "aws:UserAgent",
];

const VALUES: [&str; 9] = [
    "vpce-1",
    "*",
    "vpce-${aws:username}",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2001:db8::/32",
    "arn:aws:s3:us-west-2:111122223333:accesspoint/*",
    "open:var.value",
    "true",
];

/// One condition: an operator, a key and its values.
fn comparison() -> impl Strategy<Value = (&'static str, &'static str, Vec<&'static str>)> {
    let operator = prop::sample::select(vec![
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "IpAddress",
        "NotIpAddress",
        "StringEqualsIfExists",
        "ForAnyValue:StringEquals",
        "ForAllValues:StringEquals",
        "Bool",
        "Null",
    ]);
    (operator, prop::sample::select(KEYS.to_vec()), prop::collection::vec(prop::sample::select(VALUES.to_vec()), 0..3))
}

fn condition() -> impl Strategy<Value = Json> {
    let some = prop::collection::vec(comparison(), 1..3).prop_map(|comparisons| {
        let mut condition = json!({});
        for (operator, key, values) in comparisons {
            condition[operator][key] = json!(values);
        }
        condition
    });
    prop_oneof![3 => Just(Json::Null), 5 => some, 1 => Just(json!("open:var.condition"))]
}

fn statement(effect: &'static str) -> impl Strategy<Value = Json> {
    let action = prop::sample::select(vec![
        json!({ "Action": "s3:GetObject" }),
        json!({ "Action": ["s3:Put*", "sqs:*"] }),
        json!({ "Action": "s3:*" }),
        json!({ "Action": "*" }),
        json!({ "Action": "open:var.action" }),
        json!({ "NotAction": "s3:Get*" }),
        json!({ "NotAction": "open:var.action" }),
    ]);
    let resource = prop::sample::select(vec![
        json!({ "Resource": "arn:aws:s3:::logs/*" }),
        json!({ "Resource": "arn:aws:s3:::other/*" }),
        json!({ "Resource": ["*", "arn:aws:s3:::other"] }),
        json!({ "Resource": "arn:aws:s3:::logs*" }),
        json!({ "Resource": "open:var.resource" }),
        json!({ "NotResource": "arn:aws:s3:::logs/a/*" }),
        json!({ "NotResource": "open:var.resource" }),
    ]);
    (principal(), action, resource, condition()).prop_map(move |(principal, action, resource, condition)| {
        let mut statement = json!({ "Effect": effect });
        for part in [principal, action, resource] {
            for (element, value) in part.as_object().into_iter().flatten() {
                statement[element] = value.clone();
            }
        }
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        statement
    })
}

fn declared() -> impl Strategy<Value = Declared> {
    let acl = prop::option::of(prop::sample::select(vec!["private", "public-read", "public-read-write"]));
    let statements = prop::collection::vec(prop_oneof![3 => statement("Allow"), 1 => statement("Deny")], 0..4);
    (acl, prop::array::uniform8(prop::bool::weighted(0.2)), statements).prop_map(|(acl, flags, statements)| Declared {
        acl,
        flags,
        statements,
    })
}

/// The value with every list in it the other way round.
fn reversed_lists(json: Json) -> Json {
    match json {
        Json::Array(items) => items.into_iter().rev().map(reversed_lists).collect(),
        Json::Object(entries) => entries.into_iter().rev().map(|(key, value)| (key, reversed_lists(value))).collect(),
        scalar => scalar,
    }
}

/// How open an answer is.
fn openness(answers: [Answer; 2]) -> [u8; 2] {
    answers.map(|answer| match answer {
        Answer::No => 0,
        Answer::Unknown => 1,
        Answer::Yes => 2,
    })
}

fn at_least(more: [Answer; 2], less: [Answer; 2]) -> bool {
    openness(more).into_iter().zip(openness(less)).all(|(more, less)| more >= less)
}

proptest! {
    #[test]
    fn a_deny_never_opens_and_never_makes_a_pass_anything_else(declared in declared(), deny in statement("Deny"), at in 0_usize..4) {
        let before = declared.judged();
        let mut with = declared.clone();
        with.statements.insert(at.min(declared.statements.len()), deny);
        let after = with.judged();
        prop_assert!(at_least(before, after), "{before:?} became {after:?}");
        for (before, after) in before.into_iter().zip(after) {
            prop_assert!(before == Answer::No || after != Answer::No, "a Deny closed: {before:?} became {after:?}");
        }
    }

    #[test]
    fn an_allow_never_closes(declared in declared(), allow in statement("Allow"), at in 0_usize..4) {
        let mut with = declared.clone();
        with.statements.insert(at.min(declared.statements.len()), allow);
        let (before, after) = (declared.judged(), with.judged());
        prop_assert!(at_least(after, before), "{before:?} became {after:?}");
    }

    #[test]
    fn a_flag_never_opens(declared in declared(), flag in 0_usize..8) {
        let mut with = declared.clone();
        with.flags[flag] = true;
        let (before, after) = (declared.judged(), with.judged());
        prop_assert!(at_least(before, after), "{before:?} became {after:?}");
    }

    #[test]
    fn a_wider_principal_never_closes(declared in declared(), at in any::<prop::sample::Index>()) {
        let mut with = declared.clone();
        let allows: Vec<usize> = (0..with.statements.len()).filter(|at| with.statements[*at]["Effect"] == "Allow").collect();
        if !allows.is_empty() {
            let statement = with.statements[allows[at.index(allows.len())]].as_object_mut().unwrap();
            statement.remove("NotPrincipal");
            statement.insert("Principal".to_owned(), json!("*"));
        }
        let (before, after) = (declared.judged(), with.judged());
        prop_assert!(at_least(after, before), "{before:?} became {after:?}");
    }

    #[test]
    fn a_wider_range_never_closes(address in any::<[u8; 4]>(), length in 0_u8..=32, wider in 0_u8..=32) {
        let judged = |length: u8| {
            let [a, b, c, d] = address;
            let range = format!("{a}.{b}.{c}.{d}/{length}");
            let allow = json!({
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
                "Condition": { "IpAddress": { "aws:SourceIp": range } },
            });
            Declared { acl: None, flags: [false; 8], statements: vec![allow] }.judged()
        };
        prop_assert!(at_least(judged(length.min(wider)), judged(length)));
    }

    #[test]
    fn a_further_value_of_a_condition_never_closes(declared in declared(), (operator, key, values) in comparison(), more in prop::sample::select(VALUES.to_vec())) {
        let with = |values: &[&str]| {
            let mut with = declared.clone();
            for statement in with.statements.iter_mut().filter(|statement| statement["Effect"] == "Allow") {
                statement["Condition"] = json!({ operator: { key: values } });
            }
            with.judged()
        };
        let (before, after) = (with(&values), with(&[&values[..], &[more]].concat()));
        // A key without any value fixes nobody.
        prop_assert!(values.is_empty() || at_least(after, before), "{before:?} became {after:?}");
    }

    #[test]
    fn a_further_condition_never_opens(declared in declared(), (operator, key, values) in comparison(), at in any::<prop::sample::Index>()) {
        let mut with = declared.clone();
        let allows: Vec<usize> = (0..with.statements.len()).filter(|at| with.statements[*at]["Effect"] == "Allow").collect();
        if !allows.is_empty() {
            let condition = &mut with.statements[allows[at.index(allows.len())]]["Condition"];
            if condition.is_null() {
                *condition = json!({});
            }
            if condition.is_object() && condition.get(operator).is_none() {
                condition[operator] = json!({ key: values });
            }
        }
        let (before, after) = (declared.judged(), with.judged());
        prop_assert!(at_least(before, after), "{before:?} became {after:?}");
    }

    #[test]
    fn a_wider_range_of_either_kind_never_closes(head in any::<u16>(), length in 0_u8..=128, wider in 0_u8..=128, other in prop::sample::select(VALUES.to_vec())) {
        let judged = |length: u8| {
            let allow = json!({
                "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*",
                "Condition": { "IpAddress": { "aws:SourceIp": [format!("{head:x}::/{length}"), other] } },
            });
            Declared { acl: None, flags: [false; 8], statements: vec![allow] }.judged()
        };
        prop_assert!(at_least(judged(length.min(wider)), judged(length)));
    }

    #[test]
    fn order_changes_nothing(declared in declared(), reversed in any::<bool>(), turn in 0_usize..4) {
        let mut other = declared.clone();
        if reversed {
            other.statements.reverse();
        }
        let turn = turn.min(other.statements.len());
        other.statements.rotate_left(turn);
        for statement in &mut other.statements {
            let statement = statement.as_object_mut().unwrap();
            *statement = std::mem::take(statement).into_iter().rev().map(|(key, value)| (key, reversed_lists(value))).collect();
        }
        // Statements that cannot be read are named by their number; none of these are.
        prop_assert_eq!(declared.judged(), other.judged());
    }

    #[test]
    fn an_open_value_moves_an_answer_to_unknown_or_leaves_it(declared in declared(), at in any::<prop::sample::Index>()) {
        let mut with = declared.clone();
        if !with.statements.is_empty() {
            let statement = at.index(with.statements.len());
            let statement = with.statements[statement].as_object_mut().unwrap();
            statement.remove("NotPrincipal");
            statement.insert("Principal".to_owned(), json!({ "AWS": "open:var.any" }));
        }
        for (before, after) in declared.judged().into_iter().zip(with.judged()) {
            let was_fixed = before == Answer::No;
            prop_assert!(after == before || after == Answer::Unknown || (!was_fixed && before == Answer::Unknown));
        }
    }

    #[test]
    fn any_text_is_a_policy_that_can_be_judged(text in any::<String>(), tail in any::<String>()) {
        let hole = Value::open(Input::derived("var.hole", Origin::default()), Origin::default());
        let parts = [Part::Literal(text), Part::Value(hole), Part::Literal(tail)];
        let policy = Value::new(Data::Text(Text::join(parts)), Origin::default());
        let _ = exposure(&Bucket { policies: vec![policy], ..bucket() }, &World::default());
    }

    #[test]
    fn any_json_is_a_policy_that_can_be_judged(json in any_json()) {
        let statement = json!({ "Statement": [json.clone(), { "Effect": json, "Principal": json, "Action": json, "Resource": json, "Condition": json }] });
        for policy in [json, statement] {
            let text = Value::text(policy.to_string(), Origin::default());
            for policy in [value(&policy), text] {
                let _ = exposure(&Bucket { policies: vec![policy], ..bucket() }, &World::default());
            }
        }
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "*",
        "AWS",
        "Allow",
        "Statement",
        "StringEquals",
        "aws:SourceIp",
        "0.0.0.0/0",
        "s3:*",
        "open:x",
        "",
        "${a",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        word.clone().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((word.clone(), inner), 0..4).prop_map(|entries| Json::Object(
                entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}
