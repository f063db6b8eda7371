//! What functions and operators make of values that are not known.

use std::sync::Arc;

use indexmap::IndexMap;

use super::evaluate::Evaluator;
use crate::value::{
    Ask, Data, Domain, Input, Literal, Origin, Question, Reason, Symbol, SymbolSource, Type, Value, World,
};

fn input(name: &str, domain: Domain) -> Arc<Input> {
    let reason = Reason::NoValue(format!("--var {name}=VALUE"));
    Arc::new(Input { name: name.to_owned(), reason, domain, origin: Origin::default() })
}

fn opaque(address: &str, attribute: &str) -> Value {
    let source = SymbolSource::Resource(address.to_owned());
    Value::opaque(Symbol { source, attribute: attribute.to_owned() }, Origin::default())
}

/// `env`, `list`, `map` and `other` are open, `flag` is an open boolean, `numbers` is a list of numbers that `texts` makes
/// texts of; the rest is set at deployment.
fn names() -> IndexMap<String, Value> {
    let never_null = Domain { never_null: true, ..Domain::default() };
    let open = |name: &str| (name.to_owned(), Value::open(input(name, never_null.clone()), Origin::default()));
    let known = |name: &str, value: Value| (name.to_owned(), value);
    let list_of = |element| Value::open(input("l", Domain::default()), Origin::default()).typed(&Type::list(element));
    IndexMap::from([
        open("env"),
        open("other"),
        open("list"),
        open("map"),
        known("nullable", Value::open(input("nullable", Domain::default()), Origin::default())),
        known("flag", Value::open(input("flag", Domain::boolean()), Origin::default())),
        known("arn", opaque("topic", "arn")),
        known("bucket", opaque("aws_s3_bucket.b", "id")),
        known("second", opaque("aws_s3_bucket.c", "id")),
        known("subnets", opaque("vpc", "subnet_ids")),
        known("numbers", list_of(Type::Number)),
        known("texts", list_of(Type::String)),
    ])
}

fn shown(expression: &str, world: &World) -> String {
    let value = Evaluator { names: names(), world: world.clone() }.text(expression);
    match &value.data {
        Data::Pending(_) => format!("ask {}", value.describe()),
        Data::Open(_) => format!("open {}", value.describe()),
        Data::Opaque(_) => format!("opaque {}", value.describe()),
        Data::Failed(_) => "failed".to_owned(),
        _ => value.describe(),
    }
}

fn check(table: &[(&str, &str)], world: &World) {
    let wrong: Vec<String> = table
        .iter()
        .map(|(expression, expected)| (expression, expected, shown(expression, world)))
        .filter(|(_, expected, got)| *expected != got)
        .map(|(expression, expected, got)| format!("{expression}\n    expected {expected}\n    got      {got}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn collections_keep_their_shape() {
    let table = [
        ("length([arn, env])", "2"),
        ("length({ a = env })", "1"),
        ("length(toset([arn]))", "1"),
        ("length(toset([arn, bucket]))", "open length(toset([topic.arn, aws_s3_bucket.b.id]))"),
        ("length(list)", "open length(list)"),
        ("concat([arn], [1])", "[topic.arn, 1]"),
        ("concat([arn], list)", "open concat([topic.arn], list)"),
        ("merge({ a = arn }, { b = env, a = 1 })", "{a = 1, b = env}"),
        ("merge({ a = 1 }, map)", "open merge({a = 1}, map)"),
        ("keys({ b = env, a = arn })", "[\"a\", \"b\"]"),
        ("values({ b = env, a = arn })", "[topic.arn, env]"),
        ("element([arn, env], 3)", "open env"),
        ("element(list, 0)", "open list[0]"),
        ("flatten([[arn, [bucket]], [\"a\"]])", "[topic.arn, aws_s3_bucket.b.id, \"a\"]"),
        ("flatten([subnets, [arn]])", "open flatten([vpc.subnet_ids, [topic.arn]])"),
        ("flatten([list, [arn]])", "open flatten([list, [topic.arn]])"),
        ("reverse([arn, env])", "[env, topic.arn]"),
        ("slice([arn, env, 1], 0, 2)", "[topic.arn, env]"),
        ("zipmap([\"a\"], [arn])", "{a = topic.arn}"),
        ("tolist([arn, \"a\"])", "[topic.arn, \"a\"]"),
        ("toset([arn, \"b\", arn, \"a\"])", "toset([\"a\", \"b\", topic.arn])"),
        ("setunion([arn], [\"a\"])", "toset([\"a\", topic.arn])"),
        ("setproduct([arn], [1, 2])", "[[topic.arn, 1], [topic.arn, 2]]"),
        ("sort([env, \"b\", \"a\"])", "open sort([env, \"b\", \"a\"])"),
        ("contains(sort([env, \"b\", \"a\"]), \"b\")", "true"),
        ("contains(concat([\"a\"], list), \"a\")", "true"),
        ("contains(concat([\"a\"], list), \"b\")", "ask list holds \"b\""),
        ("element(concat([\"a\", arn], list), 1)", "opaque topic.arn"),
        ("length(concat([\"a\"], list)) > 0", "true"),
        ("length(concat([\"a\"], list)) > 1", "ask length(list) > 0"),
        ("lookup(merge(map, { a = 1 }), \"a\")", "1"),
        ("lookup(merge({ a = 1 }, map), \"a\")", "ask map holds \"a\""),
        ("contains(keys(merge(map, { a = 1 })), \"a\")", "true"),
        ("contains(setunion([\"a\"], list), \"a\")", "true"),
        ("distinct([arn, arn, \"a\"])", "[topic.arn, \"a\"]"),
        ("one([arn])", "opaque topic.arn"),
        ("one(list)", "ask list is empty"),
        ("chunklist([arn, env, 1], 2)", "[[topic.arn, env], [\"1\"]]"),
        ("lookup({ a = arn }, \"a\", \"x\")", "opaque topic.arn"),
        ("lookup({ a = arn }, \"b\", env)", "open env"),
        ("lookup(map, \"a\", \"x\")", "ask map holds \"a\""),
        ("lookup(map, \"a\")", "open map.a"),
        ("lookup({ dev = 1, prod = 2 }, env)", "ask env == \"dev\""),
    ];
    check(&table, &World::default());
}

#[test]
fn questions_are_asked_in_order_and_only_where_needed() {
    let table = [
        ("contains([\"dev\", env], \"dev\")", "true"),
        ("contains([\"dev\", \"prod\"], env)", "ask env == \"dev\""),
        ("contains([arn, bucket], arn)", "true"),
        ("contains([bucket], second)", "ask aws_s3_bucket.b.id == aws_s3_bucket.c.id"),
        ("contains(list, \"a\")", "ask list holds \"a\""),
        ("anytrue([env == \"a\", true])", "true"),
        ("anytrue([env == \"a\", false])", "ask env == \"a\""),
        ("alltrue([env == \"a\", false])", "false"),
        ("alltrue([flag])", "ask flag"),
        ("coalesce(null, arn, env)", "opaque topic.arn"),
        ("coalesce(nullable, \"x\")", "ask nullable == null"),
        ("coalesce(env, \"x\")", "ask env is empty"),
        ("coalescelist(list, [1])", "ask list is empty"),
        ("compact([arn, \"\", null])", "[topic.arn]"),
        ("compact([arn, nullable])", "ask nullable == null"),
        ("compact([\"x-${env}\"])", "[\"x-${env}\"]"),
        ("index([arn, env], env)", "ask env == topic.arn"),
        ("setsubtract([env, \"a\"], [\"a\"])", "ask env == \"a\""),
        ("setintersection([arn], [arn, \"a\"])", "toset([topic.arn])"),
    ];
    check(&table, &World::default());
}

#[test]
fn texts_keep_their_parts() {
    let table = [
        ("join(\":\", [\"a\", arn, env])", "\"a:${topic.arn}:${env}\""),
        ("join(\"\", [arn])", "opaque topic.arn"),
        ("format(\"%s/%s\", arn, env)", "\"${topic.arn}/${env}\""),
        ("format(\"%s\", arn)", "opaque topic.arn"),
        ("format(\"%5s\", env)", "open format(\"%5s\", env)"),
        ("format(\"%05d-%s\", 7, env)", "\"00007-${env}\""),
        ("formatlist(\"%s/*\", [arn, bucket])", "[\"${topic.arn}/*\", \"${aws_s3_bucket.b.id}/*\"]"),
        ("split(\"/\", \"a/${bucket}/c\")", "[\"a\", aws_s3_bucket.b.id, \"c\"]"),
        ("split(\":\", arn)", "opaque split(\":\", topic.arn)"),
        ("split(\"-\", \"a-${bucket}\")", "opaque split(\"-\", \"a-${aws_s3_bucket.b.id}\")"),
        ("upper(\"a-${arn}\")", "\"A-${upper(topic.arn)}\""),
        ("lower(env)", "open lower(env)"),
        ("replace(\"a/b-${bucket}\", \"/\", \"_\")", "\"a_b-${aws_s3_bucket.b.id}\""),
        ("replace(\"a-${env}\", \"-\", \"_\")", "\"a_${replace(env, \"-\", \"_\")}\""),
        ("replace(\"ab${env}\", \"bc\", \"\")", "open replace(\"ab${env}\", \"bc\", \"\")"),
        ("trimprefix(\"s3://${bucket}\", \"s3://\")", "opaque aws_s3_bucket.b.id"),
        ("trimsuffix(\"${arn}:*\", \":*\")", "opaque topic.arn"),
        ("trimsuffix(arn, \":*\")", "opaque trimsuffix(topic.arn, \":*\")"),
        ("trimspace(\" a-${env}-b \")", "\"a-${env}-b\""),
        ("startswith(\"a-${env}\", \"a-\")", "true"),
        ("startswith(\"a-${env}\", \"b\")", "false"),
        ("startswith(arn, \"arn:\")", "open startswith(topic.arn, \"arn:\")"),
        ("endswith(\"${arn}/*\", \"/*\")", "true"),
        ("strcontains(\"a-${env}\", \"-\")", "true"),
        ("substr(\"abcdef-${env}\", 0, 3)", "\"abc\""),
        ("substr(env, 0, 3)", "open substr(env, 0, 3)"),
        ("substr(\"${env}-logs\", 0, 3) == \"\"", "false"),
        ("substr(\"${env}-logs\", 1, 3) == \"\"", "ask substr(\"${env}-logs\", 1, 3) == \"\""),
        ("substr(\"${arn}-logs\", 0, 3)", "open substr(\"${topic.arn}-logs\", 0, 3)"),
        ("tostring(arn)", "opaque topic.arn"),
        ("tostring(flag)", "ask flag"),
        ("sha256(arn)", "opaque sha256(topic.arn)"),
        ("base64encode(env)", "open base64encode(env)"),
        ("timeadd(timestamp(), \"1h\")", "opaque timeadd(timestamp()#0:8, \"1h\")"),
        ("unknown_function(env)", "open unknown_function(env)"),
        ("provider::aws::arn_parse(arn)", "opaque provider::aws::arn_parse(topic.arn)"),
        ("file(\"${env}.json\")", "open file(\"${env}.json\")"),
    ];
    check(&table, &World::default());
}

#[test]
fn json_holds_what_is_unknown_and_gives_it_back() {
    let table = [
        ("jsonencode({ b = arn, a = \"x-${env}\" })", "\"{\"a\":\"x-${env}\",\"b\":${json(topic.arn)}}\""),
        ("jsondecode(jsonencode({ b = arn, a = [\"x-${env}\", 1] }))", "{a = [\"x-${env}\", 1], b = topic.arn}"),
        ("jsondecode(jsonencode(arn))", "opaque topic.arn"),
        ("jsondecode(\"{\\\"a\\\":\\\"${arn}\\\"}\")", "{a = topic.arn}"),
        ("jsondecode(\"{\\\"a\\\":${env}}\")", "{a = jsondecode(env)}"),
        ("jsondecode(\"[${env}]\")", "open jsondecode(\"[${env}]\")"),
        ("jsondecode(\"{\\\"${env}\\\":1}\")", "open jsondecode(\"{\"${env}\":1}\")"),
        (
            "jsondecode(lookup(jsondecode(jsonencode({ p = jsonencode({ a = arn, b = \"${env}x\" }) })), \"p\"))",
            "{a = topic.arn, b = \"${env}x\"}",
        ),
        // What is encoded is no text, and a number is written in another way than a text.
        ("md5(jsonencode(env)) == md5(env)", "ask md5(\"${json(env)}\") == md5(env)"),
        (
            "md5(jsonencode(numbers)) == md5(jsonencode(texts))",
            "ask md5(\"${json(l as list(number))}\") == md5(\"${json(l as list(string))}\")",
        ),
        (
            "yamlencode([length(list)]) == yamlencode([tostring(length(list))])",
            "ask \"${json(length(list) as number)}\" == \"${json(tostring(length(list)))}\"",
        ),
        ("yamldecode(\"a: ${arn}\\nb: x-${env}\")", "{a = topic.arn, b = \"x-${env}\"}"),
        (
            "yamlencode({ a = env, b = \"x \\\"${env}\\\"\", c = [arn, { d = list }] })",
            "\"\"a\": ${json(env)}\n\"b\": \"x \\\"${env}\\\"\"\n\"c\":\n- ${json(topic.arn)}\n- \"d\": ${json(list)}\n\"",
        ),
        ("yamldecode(yamlencode({ a = env, b = arn }))", "{a = env, b = topic.arn}"),
    ];
    check(&table, &World::default());
}

#[test]
fn operators_ask_what_they_cannot_tell() {
    let table = [
        ("arn == arn", "true"),
        // A list with a tuple behind it is a tuple.
        ("concat(subnets, []) == subnets", "ask concat(vpc.subnet_ids, []) == vpc.subnet_ids"),
        ("arn == null", "false"),
        ("arn == \"\"", "false"),
        ("arn == \"x\"", "ask topic.arn == \"x\""),
        ("\"x\" == arn", "ask topic.arn == \"x\""),
        ("bucket == arn", "ask aws_s3_bucket.b.id == topic.arn"),
        ("arn == bucket", "ask aws_s3_bucket.b.id == topic.arn"),
        ("nullable == null", "ask nullable == null"),
        ("env == null", "false"),
        ("env == \"a\"", "ask env == \"a\""),
        ("env != \"a\"", "ask env == \"a\""),
        ("env == env", "true"),
        ("\"a-${env}\" == \"a-b\"", "ask env == \"b\""),
        ("\"a-${env}\" == \"b-a\"", "false"),
        ("\"a-${env}-c\" == \"a-${env}-c\"", "true"),
        ("\"a-${env}-c\" == \"a-${env}-d\"", "false"),
        ("\"${arn}x\" == arn", "ask \"${topic.arn}x\" == topic.arn"),
        ("[env, 1] == [\"a\", 2]", "false"),
        ("[env, 1] == [\"a\", 1]", "ask env == \"a\""),
        ("{ a = arn } == { b = arn }", "false"),
        ("env == \"a\" && false", "false"),
        ("env == \"a\" || true", "true"),
        ("flag && true", "ask flag"),
        ("!flag", "ask flag"),
        ("length(list) > 0", "ask length(list) > 0"),
        ("length(list) >= 1", "ask length(list) > 0"),
        ("length(list) == 0", "ask length(list) > 0"),
        ("0 < length(list)", "ask length(list) > 0"),
        ("length(list) < 3", "ask length(list) > 2"),
        ("length(list) >= 0", "true"),
        ("length(arn) > 0", "true"),
        ("other + 1", "open (tonumber(other) + 1)"),
        ("other > 1", "ask tonumber(other) > 1"),
        ("1 >= other", "ask tonumber(other) > 1"),
        ("other >= 1", "ask tonumber(other) < 1"),
        ("other < 1", "ask tonumber(other) < 1"),
        ("subnets == null", "ask vpc.subnet_ids == null"),
        ("length(subnets) > 0", "ask length(vpc.subnet_ids) > 0"),
        ("one(subnets)", "ask vpc.subnet_ids is empty"),
        ("trimspace(arn)", "opaque trimspace(topic.arn)"),
        ("trimsuffix(subnets, \"x\")", "open trimsuffix(vpc.subnet_ids, \"x\")"),
        ("-other", "open -tonumber(other)"),
    ];
    check(&table, &World::default());
}

#[test]
fn answers_settle_what_they_decide() {
    let text = |text: &str| Ask::Is(Literal::Text(text.to_owned()));
    let asked = |name: &str, ask: Ask| Question::new(input(name, Domain::default()), ask);
    let world = World::default()
        .with(asked("env", text("prod")), true)
        .with(Question::new(input("flag", Domain::boolean()), Ask::True), false)
        .with(asked("nullable", Ask::Null), true)
        .with(asked("list", Ask::LongerThan(0)), true)
        .with(asked("lower(other)", text("x")), true);
    let table = [
        ("upper(env)", "\"PROD\""),
        ("format(\"a-%s\", env)", "\"a-prod\""),
        ("contains([\"dev\", \"prod\"], env)", "true"),
        ("tostring(flag)", "\"false\""),
        ("!flag", "true"),
        ("coalesce(nullable, \"x\")", "\"x\""),
        ("length(list) > 0", "true"),
        ("length(list) > 1", "ask length(list) > 1"),
        ("coalescelist(list, [1])", "open list"),
        ("upper(lower(other))", "\"X\""),
        ("join(\"-\", [env, arn])", "\"prod-${topic.arn}\""),
    ];
    check(&table, &world);
}
