//! What a verdict costs, in worlds and steps: a row explores the inputs that matter to it and no others, and what is the same in
//! several worlds is worked out once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use trailwarden::judge::{Judge, Outcomes};
use trailwarden::model::{Inputs, Neighbours, Resource, Unit};
use trailwarden::rules::Catalog;
use trailwarden::terraform::{self, TerraformUnit};

use super::cloudformation::unit;
use super::estate::{Assignment, sources};

const CONDITIONS: usize = 12;

/// A template with twelve open parameters, each with a condition of its own, and these resources.
fn template(resources: &str) -> String {
    let mut text = String::from("Parameters:\n");
    for number in 0..CONDITIONS {
        writeln!(text, "  P{number}: {{Type: String, AllowedValues: [\"true\", \"false\"]}}").unwrap();
    }
    text.push_str("Conditions:\n");
    for number in 0..CONDITIONS {
        writeln!(text, "  C{number}: !Equals [!Ref P{number}, \"true\"]").unwrap();
    }
    text + "Resources:\n" + resources
}

/// A trail whose log file validation is `validation`, with other properties.
fn trail(name: &str, validation: &str, others: &str) -> String {
    format!(
        "  {name}:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n      S3BucketName: logs\n      \
         EnableLogFileValidation: {validation}\n{others}"
    )
}

/// How many worlds each trail's row of a control takes.
fn worlds(control: &str, resources: &str) -> Vec<usize> {
    worlds_in(&unit(&template(resources), &Assignment::new()).0, control)
}

fn worlds_in(unit: &dyn Unit, control: &str) -> Vec<usize> {
    let (neighbours, outcomes) = (Neighbours::default(), Outcomes::default());
    let judge = Judge::new(unit, 4096, &neighbours, &outcomes, &|_, _, _| None);
    let rule = Catalog::builtin().unwrap().get(control).unwrap();
    let trails = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails);
    let trails: BTreeMap<String, Resource> = trails.map(|trail| (trail.address.clone(), trail)).collect();
    let rows: Vec<_> = trails.values().map(|trail| (rule, trail)).collect();
    judge.trail_rows(&rows).iter().map(|row| row.worlds.len()).collect()
}

/// Passes when the first two parameters are equal, so that each always matters.
const BOTH: &str = "!If [C0, !If [C1, true, false], !If [C1, false, true]]";

#[test]
fn of_twelve_conditions_the_two_that_matter_take_four_worlds() {
    let names = ["TrailName", "S3KeyPrefix", "SnsTopicName", "KMSKeyId", "CloudWatchLogsLogGroupArn"];
    let other = |(number, name): (usize, &&str)| format!("      {name}: !If [C{}, a, b]\n", number + 2);
    let irrelevant = names.iter().enumerate().map(other).collect::<Vec<_>>().concat();
    let bucket = |number: usize| format!("  B{number}: {{Type: AWS::S3::Bucket, Condition: C{number}}}\n");
    let conditional = (7..CONDITIONS).map(bucket).collect::<Vec<_>>().concat();
    assert_eq!(worlds("CloudTrail.4", &trail("Trail", BOTH, "")), [4]);
    assert_eq!(worlds("CloudTrail.4", &(trail("Trail", BOTH, &irrelevant) + &conditional)), [4]);
}

#[test]
fn twelve_conditions_that_each_matter_to_another_trail_take_two_worlds_each() {
    let trails =
        (0..CONDITIONS).map(|number| trail(&format!("T{number}"), &format!("!If [C{number}, true, false]"), ""));
    let worlds = worlds("CloudTrail.4", &trails.collect::<String>());
    assert_eq!((worlds.len(), worlds.iter().sum::<usize>()), (CONDITIONS, 2 * CONDITIONS), "{worlds:?}");
}

/// A root that calls one module so many times with what all of them share and something of their own, of which the module
/// validates both.
fn calls(count: usize) -> TerraformUnit {
    let module = "variable \"all\" {\n  type = object({ key = optional(string), on = optional(bool) })\n  validation {\n    \
         condition     = alltrue([for name, value in var.all : value == null ? true : length(value) > 0])\n    error_message = \"\"\n  }\n}\n\
         variable \"names\" {\n  type = list(string)\n  validation {\n    \
         condition     = alltrue([for name in var.names : can(regex(\"^[a-z]+$\", name))])\n    error_message = \"\"\n  }\n}\n\
         resource \"aws_cloudtrail\" \"t\" {\n  name                       = var.names[0]\n  s3_bucket_name             = \"logs\"\n  \
         kms_key_id                 = var.all.key\n  enable_log_file_validation = var.all.on\n}\n";
    let variables = "variable \"all\" {\n  type = object({ key = optional(string), on = optional(bool) })\n}\n\
         variable \"names\" {\n  type = list(string)\n}\n";
    let call = |at: usize| {
        format!("module \"m{at}\" {{\n  source = \"./m\"\n  all    = var.all\n  names  = [var.names[{at}]]\n}}\n")
    };
    let sources = sources("main.tf", &format!("{variables}{}", (0..count).map(call).collect::<String>()));
    sources.add(Path::new("m/main.tf"), module.to_owned());
    terraform::load(&sources, Path::new("/project"), &Inputs::default())
}

/// How many steps the row of the first trail takes in all its worlds.
fn steps(unit: &TerraformUnit) -> u64 {
    let (neighbours, outcomes) = (Neighbours::default(), Outcomes::default());
    let judge = Judge::new(unit, 256, &neighbours, &outcomes, &|_, _, _| None);
    let rule = Catalog::builtin().unwrap().get("CloudTrail.4").unwrap();
    let trails: Vec<Resource> = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails).collect();
    let rows = judge.trail_rows(&[(rule, &trails[0])]);
    rows[0].worlds.iter().map(|(world, _)| world.work().steps()).max().unwrap()
}

#[test]
fn what_calls_validate_costs_as_much_a_call_however_many_there_are() {
    let [few, many] = [8, 64].map(|count| steps(&calls(count)));
    assert!(many <= 10 * few, "{few} steps for 8 calls, {many} for 64");
}

#[test]
fn of_twelve_conditional_statements_the_one_that_opens_the_bucket_takes_two_worlds() {
    let statement = |number: usize, effect: &str, principal: &str| {
        format!(
            "          - !If\n            - C{number}\n            - {{Effect: {effect}, Principal: {principal}, \
             Action: 's3:GetObject', Resource: 'arn:aws:s3:::logs/{number}/*'}}\n            - !Ref AWS::NoValue\n"
        )
    };
    let policy = |first: &str| {
        let closed = (1..CONDITIONS).map(|number| match number % 3 {
            0 => statement(number, "Deny", "'*'"),
            1 => statement(number, "Allow", "{Service: cloudtrail.amazonaws.com}"),
            _ => statement(number, "Allow", "{AWS: [!If [C0, '111122223333', !Ref AWS::NoValue], '444455556666']}"),
        });
        "  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: logs}}\n  Policy:\n    Type: AWS::S3::BucketPolicy\n    \
         Properties:\n      Bucket: logs\n      PolicyDocument:\n        Statement:\n"
            .to_owned()
            + first
            + &closed.collect::<String>()
    };
    let trail = trail("Trail", "true", "");
    assert_eq!(worlds("CloudTrail.6", &(trail.clone() + &policy(""))), [1]);
    assert_eq!(worlds("CloudTrail.6", &(trail + &policy(&statement(0, "Allow", "'*'")))), [2]);
}

/// A root with twelve flags that are never null, a bucket and a trail, and what `each` makes of the number of each flag between
/// two texts.
fn root(before: &str, each: impl Fn(usize) -> String, after: &str) -> TerraformUnit {
    root_of("  nullable = false\n", before, each, after)
}

/// The same with this in the block of each flag.
fn root_of(flag: &str, before: &str, each: impl Fn(usize) -> String, after: &str) -> TerraformUnit {
    let flag = |number: usize| format!("variable \"c{number}\" {{\n  type = bool\n{flag}}}\n");
    let flags: String = (0..CONDITIONS).map(flag).collect();
    let made: String = (0..CONDITIONS).map(each).collect();
    let text =
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"logs\"\n}\n".to_owned() + &flags + before + &made + after;
    terraform::load(&sources("main.tf", &text), Path::new("/project"), &Inputs::default())
}

const TRAIL: &str =
    "resource \"aws_cloudtrail\" \"t\" {\n  name           = \"t\"\n  s3_bucket_name = aws_s3_bucket.b.id\n";

const POLICY: &str = "resource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = aws_s3_bucket.b.id\n  policy = data.aws_iam_policy_document.all.json\n}\n";

/// What stands in a block of a statement that opens nothing, or everything.
fn statement(number: usize, effect: &str) -> String {
    let (kind, who) = if number.is_multiple_of(2) { ("AWS", "*") } else { ("Service", "delivery.logs.amazonaws.com") };
    format!(
        "effect = \"{effect}\"\nactions = [\"s3:PutObject\"]\nresources = [\"arn:aws:s3:::logs/{number}/*\"]\nprincipals {{\n\
         type = \"{kind}\"\nidentifiers = [\"{who}\"]\n}}\n"
    )
}

/// The effect of a statement: of the sixth, which is about everybody, `sixth`.
fn effect(number: usize, sixth: &'static str) -> &'static str {
    if number == 6 { sixth } else { ["Deny", "Allow"][number % 2] }
}

#[test]
fn of_twelve_flags_of_a_module_the_one_whose_statement_opens_the_bucket_takes_two_worlds() {
    let trail = format!("{TRAIL}}}\n");
    let (head, foot) = ("data \"aws_iam_policy_document\" \"all\" {\n".to_owned(), format!("}}\n{POLICY}"));
    for (sixth, expected) in [("Deny", 1), ("Allow", 2)] {
        let dynamic = |number| {
            let statement = statement(number, effect(number, sixth));
            format!("dynamic \"statement\" {{\nfor_each = var.c{number} ? [1] : []\ncontent {{\n{statement}}}\n}}\n")
        };
        assert_eq!(worlds_in(&root(&(trail.clone() + &head), dynamic, &foot), "CloudTrail.6"), [expected]);

        let document = |number| {
            let statement = statement(number, effect(number, sixth));
            format!(
                "data \"aws_iam_policy_document\" \"d{number}\" {{\ncount = var.c{number} ? 1 : 0\nstatement {{\n\
                 sid = \"s{number}\"\n{statement}}}\n}}\n"
            )
        };
        for kind in ["source_policy_documents", "override_policy_documents"] {
            let json = |number| format!("var.c{number} ? data.aws_iam_policy_document.d{number}[0].json : \"\",\n");
            let list = (0..CONDITIONS).map(json).collect::<String>();
            let all = format!("{head}{kind} = compact([{list}])\n{foot}");
            assert_eq!(worlds_in(&root(&trail, document, &all), "CloudTrail.6"), [expected], "{kind}");
        }

        let object = |number| {
            let effect = effect(number, sixth);
            let who = if number % 2 == 0 { "\"*\"" } else { "{ Service = \"delivery.logs.amazonaws.com\" }" };
            format!(
                "{{ on = var.c{number}, is = {{ Effect = \"{effect}\", Principal = {who}, Action = \"s3:PutObject\", \
                 Resource = \"arn:aws:s3:::logs/*\" }} }},\n"
            )
        };
        let (written, end) = (
            format!("{trail}locals {{\nall = ["),
            "]\n}\nresource \"aws_s3_bucket_policy\" \"p\" {\n  bucket = aws_s3_bucket.b.id\n  \
             policy = jsonencode({ Statement = [for s in local.all : s.is if s.on] })\n}\n",
        );
        assert_eq!(worlds_in(&root(&written, object, end), "CloudTrail.6"), [expected]);

        let who = |number| {
            let who = if number == 6 && sixth == "Allow" {
                "*".to_owned()
            } else {
                format!("{}", 111_122_223_300_u64 + number as u64)
            };
            format!("var.c{number} ? [\"{who}\"] : [],\n")
        };
        let (start, end) = (
            format!(
                "{trail}{head}statement {{\nactions = [\"s3:PutObject\"]\nresources = [\"arn:aws:s3:::logs/*\"]\nprincipals {{\n\
                 type = \"AWS\"\nidentifiers = concat([\"444455556666\"],\n"
            ),
            format!(")\n}}\n}}\n{foot}"),
        );
        assert_eq!(worlds_in(&root(&start, who, &end), "CloudTrail.6"), [expected]);
    }
}

#[test]
fn of_twelve_conditional_selectors_none_is_asked_for_beside_one_that_decides() {
    for (kind, all, data) in [
        ("event_selector", "read_write_type = \"All\"", "read_write_type = \"ReadOnly\""),
        (
            "advanced_event_selector",
            "field_selector {\nfield = \"eventCategory\"\nequals = [\"Management\"]\n}",
            "field_selector {\nfield = \"eventCategory\"\nequals = [\"Data\"]\n}",
        ),
    ] {
        let selector = |number| {
            format!("dynamic \"{kind}\" {{\nfor_each = var.c{number} ? [1] : []\ncontent {{\n{data}\n}}\n}}\n")
        };
        let trail = format!("{TRAIL}is_multi_region_trail = true\n{kind} {{\n{all}\n}}\n");
        assert_eq!(worlds_in(&root(&trail, selector, "}\n"), "CloudTrail.1"), [1], "{kind}");
    }
}

/// Most flags are written without `nullable`: an operator refuses null, so that nothing is asked behind it.
#[test]
fn of_twelve_flags_that_may_be_null_each_takes_a_few_worlds() {
    let flag = |number| format!("var.c{number}, ");
    let or = |number| format!("var.c{number} || ");
    let coalesced = |number| format!("coalesce(var.c{number}, false) || ");
    let compared = |number| format!("var.c{number} == true || ");
    let begun = format!("{TRAIL}enable_log_file_validation = ");
    for (start, each, end) in [
        ("", &or as &dyn Fn(usize) -> String, "false"),
        ("anytrue([", &flag, "])"),
        ("", &coalesced, "false"),
        ("", &compared, "false"),
        ("contains([", &flag, "], true)"),
    ] {
        let unit = root_of("", &(begun.clone() + start), each, &format!("{end}\n}}\n"));
        assert_eq!(worlds_in(&unit, "CloudTrail.4"), [CONDITIONS + 1], "{start}{}…{end}", each(0));
    }
}
