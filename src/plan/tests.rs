//! Plans judged as users meet them: `tests/fixtures/plans` holds what `terraform show -json` printed for the modules
//! beside (Terraform 1.11; their resources were `terraform_data` while planning, so no provider was needed).

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Configuration, Loaded, Plan, explain_bytes, load, may_be_plan};
use crate::explore::merge;
use crate::finding::Verdict;
use crate::judge::Judge;
use crate::model::{Kind, Unit, schema};
use crate::rules::Catalog;
use crate::source::Sources;
use crate::value::{Data, Value, World};

const UNKNOWN: &str = include_str!("../../tests/cases/13_tf_plan_unknown/tfplan.json");
const REPEATED: &str = include_str!("../../tests/fixtures/plans/repeated/plan.json");
const MODULES: &str = include_str!("../../tests/fixtures/plans/modules/plan.json");

fn loaded(text: &str) -> (Arc<Sources>, Loaded) {
    let sources = Arc::new(Sources::new(PathBuf::from("/project"), PathBuf::from("/project")));
    let file = sources.add("plan.json", text.to_owned());
    let loaded = load(&sources, file, Configuration::Unknown);
    (sources, loaded)
}

fn plan(text: &str) -> Plan {
    match loaded(text).1 {
        Loaded::Plan(plan) => *plan,
        _ => panic!("no plan"),
    }
}

/// What a control says about a trail: its verdict, and the inputs it depends on.
fn verdict(plan: &Plan, control: &str, trail: &str) -> String {
    let neighbours = crate::model::Neighbours::default();
    let outcomes = crate::judge::Outcomes::default();
    let judge = Judge::new(plan, 256, &neighbours, &outcomes, &|_, _, _| None);
    let rule = Catalog::builtin().unwrap().get(control).unwrap();
    let trails = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails);
    let Some(trail) = trails.into_iter().find(|found| found.address == trail) else { return "(none)".to_owned() };
    let Some(exploration) = judge.trail_rows(&[(rule, &trail)]).pop() else { return "(none)".to_owned() };
    let votes: Vec<_> =
        exploration.worlds.iter().filter_map(|(world, judged)| Some((world, judged.as_ref()?.verdict))).collect();
    let merged = merge(&votes);
    let (verdict, cases) = merged.map_or((None, Vec::new()), |merged| (Some(merged.verdict), merged.cases));
    let inputs: Vec<&str> = cases.iter().flat_map(|case| &case.when).map(|(name, _)| name.as_str()).collect();
    let mut words = vec![verdict.map_or("(none)", Verdict::as_str)];
    words.extend(inputs.first());
    words.join(": ")
}

/// The properties of one resource in the world without answers.
fn property(plan: &Plan, kind: Kind, address: &str, name: &str) -> Value {
    let world = World::default();
    let estate = plan.estate(&world);
    let resource = estate.resources(kind).into_iter().find(|resource| resource.address == address);
    estate.property(&resource.unwrap_or_else(|| panic!("no {address}")), name)
}

/// A plan of one bucket with a trail that logs to it, and with what is given: more resources as they are in
/// `resource_changes`, and their blocks in the configuration.
fn with(changes: &str, blocks: &str) -> Plan {
    plan(&format!(
        r#"{{"format_version": "1.2", "resource_changes": [
            {{"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
             "change": {{"actions": ["create"], "after": {{"bucket": "b"}}, "after_unknown": {{"id": true, "policy": true}}}}}},
            {{"address": "aws_cloudtrail.t", "mode": "managed", "type": "aws_cloudtrail", "name": "t",
             "change": {{"actions": ["create"], "after": {{"s3_bucket_name": "b"}}, "after_unknown": {{}}}}}}, {changes}],
           "configuration": {{"root_module": {{"resources": [
            {{"mode": "managed", "type": "aws_s3_bucket", "name": "b", "expressions": {{"bucket": {{}}}}}},
            {{"mode": "managed", "type": "aws_cloudtrail", "name": "t", "expressions": {{"s3_bucket_name": {{}}}}}}, {blocks}]}}}}}}"#
    ))
}

#[test]
fn what_is_known_after_apply_is_set_and_links() {
    let plan = plan(UNKNOWN);
    for (control, expected) in [("2", "pass"), ("4", "pass"), ("5", "pass"), ("6", "pass"), ("7", "fail")] {
        let control = format!("CloudTrail.{control}");
        assert_eq!(verdict(&plan, &control, "aws_cloudtrail.main"), expected, "{control}");
    }
    let bucket = property(&plan, Kind::Trail, "aws_cloudtrail.main", "S3BucketName");
    assert_eq!(bucket.describe(), "aws_s3_bucket.logs.id");
}

#[test]
fn references_to_repeated_resources_lead_to_instances() {
    let plan = plan(REPEATED);
    let cases = [
        (r#"aws_cloudtrail.each["eu"]"#, "pass"),
        (r#"aws_cloudtrail.each["us"]"#, "pass"),
        ("aws_cloudtrail.either_logs", "pass"),
        ("aws_cloudtrail.either", "unknown: aws_cloudtrail.either.s3_bucket_name"),
        ("aws_cloudtrail.literal_key", "pass"),
        ("aws_cloudtrail.tried", "fail"),
        ("aws_cloudtrail.local", "unknown: local.only"),
        ("aws_cloudtrail.literal", "fail"),
        ("aws_cloudtrail.ordered", "fail"),
        ("aws_cloudtrail.elsewhere", "no_data"),
    ];
    for (trail, expected) in cases {
        assert_eq!(verdict(&plan, "CloudTrail.7", trail), expected, "{trail}");
    }
    let eu = property(&plan, Kind::Trail, r#"aws_cloudtrail.each["eu"]"#, "S3BucketName");
    assert_eq!(eu.describe(), r#"aws_s3_bucket.each["eu"].id"#);
}

#[test]
fn of_what_belongs_to_one_of_many_buckets_it_is_asked_only_whether_this_is_the_one() {
    let change = |number: usize| {
        format!(
            r#"{{"address": "aws_s3_bucket.b{number}", "mode": "managed", "type": "aws_s3_bucket", "name": "b{number}",
                "change": {{"actions": ["create"], "after": {{}}, "after_unknown": {{"id": true, "bucket": true}}}}}},
               {{"address": "aws_s3_bucket_logging.l{number}", "mode": "managed", "type": "aws_s3_bucket_logging", "name": "l{number}",
                "change": {{"actions": ["create"], "after": {{"target_bucket": "logs"}}, "after_unknown": {{"bucket": true}}}}}}"#
        )
    };
    let block = |number: usize| {
        format!(
            r#"{{"mode": "managed", "type": "aws_s3_bucket", "name": "b{number}"}},
               {{"mode": "managed", "type": "aws_s3_bucket_logging", "name": "l{number}",
                "expressions": {{"bucket": {{"references": ["local.l{number}"]}}}}}}"#
        )
    };
    let all = |part: &dyn Fn(usize) -> String| (0..6).map(part).collect::<Vec<_>>().join(", ");
    let trail = r#", {"address": "aws_cloudtrail.u", "mode": "managed", "type": "aws_cloudtrail", "name": "u",
        "change": {"actions": ["create"], "after": {}, "after_unknown": {"s3_bucket_name": true}}}"#;
    let trails = r#", {"mode": "managed", "type": "aws_cloudtrail", "name": "u",
        "expressions": {"s3_bucket_name": {"references": ["aws_s3_bucket.b0.id", "aws_s3_bucket.b0"]}}}"#;
    let plan = with(&(all(&change) + trail), &(all(&block) + trails));
    let (neighbours, outcomes) = (crate::model::Neighbours::default(), crate::judge::Outcomes::default());
    let judge = Judge::new(&plan, 256, &neighbours, &outcomes, &|_, _, _| None);
    let rule = Catalog::builtin().unwrap().get("CloudTrail.7").unwrap();
    let trails = judge.trails().worlds.into_iter().flat_map(|(_, trails)| trails);
    let trail = trails.into_iter().find(|trail| trail.address == "aws_cloudtrail.u").unwrap();
    let worlds = judge.trail_rows(&[(rule, &trail)]).pop().unwrap().worlds;
    assert_eq!(worlds.len(), 64, "each of six configurations belongs to it or does not");
}

/// A plan of a bucket without a name, and of a module that declares logging for what a local value of its own says.
fn with_local_of_module(arguments: &str) -> Plan {
    plan(&format!(
        r#"{{"format_version": "1.2", "resource_changes": [
            {{"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
             "change": {{"actions": ["create"], "after": {{}}, "after_unknown": {{"bucket": true, "id": true}}}}}},
            {{"address": "module.m.aws_s3_bucket_logging.l", "module_address": "module.m", "mode": "managed",
             "type": "aws_s3_bucket_logging", "name": "l",
             "change": {{"actions": ["create"], "after": {{"target_bucket": "logs"}}, "after_unknown": {{"bucket": true}}}}}},
            {{"address": "aws_cloudtrail.t", "mode": "managed", "type": "aws_cloudtrail", "name": "t",
             "change": {{"actions": ["create"], "after": {{}}, "after_unknown": {{"s3_bucket_name": true}}}}}}],
           "configuration": {{"root_module": {{
            "resources": [
             {{"mode": "managed", "type": "aws_s3_bucket", "name": "b", "expressions": {{}}}},
             {{"mode": "managed", "type": "aws_cloudtrail", "name": "t", "expressions": {{
               "s3_bucket_name": {{"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}}}}}}],
            "module_calls": {{"m": {{"expressions": {{{arguments}}}, "module": {{"resources": [
             {{"mode": "managed", "type": "aws_s3_bucket_logging", "name": "l", "expressions": {{
               "bucket": {{"references": ["local.bucket"]}}, "target_bucket": {{}}}}}}]}}}}}}}}}}}}"#
    ))
}

#[test]
fn a_local_value_of_a_module_is_nothing_that_the_module_cannot_refer_to() {
    let cases = [
        ("", "fail"),
        (r#""name": {"constant_value": "x"}"#, "fail"),
        (r#""name": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}"#, "unknown: module.m.local.bucket"),
        (r#""name": {"references": ["local.name"]}"#, "unknown: module.m.local.bucket"),
    ];
    for (arguments, expected) in cases {
        let plan = with_local_of_module(arguments);
        assert_eq!(verdict(&plan, "CloudTrail.7", "aws_cloudtrail.t"), expected, "{arguments}");
    }
}

#[test]
fn references_are_followed_through_variables_and_outputs() {
    let plan = plan(MODULES);
    let cases = [
        ("module.trail.aws_cloudtrail.this", "pass"),
        (r#"module.trails["a"].aws_cloudtrail.this"#, "pass"),
        (r#"module.trails["b"].aws_cloudtrail.this"#, "fail"),
    ];
    for (trail, expected) in cases {
        assert_eq!(verdict(&plan, "CloudTrail.7", trail), expected, "{trail}");
    }
}

/// A bucket policy whose text is known after apply, by way of the data source that is given.
fn with_policy(references: &str, documents: &str) -> Plan {
    with(
        &format!(
            r#"{documents}
            {{"address": "aws_s3_bucket_policy.p", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "p",
              "change": {{"actions": ["create"], "after": {{"bucket": "b"}}, "after_unknown": {{"policy": true}}}}}}"#
        ),
        &format!(
            r#"{{"mode": "data", "type": "aws_iam_policy_document", "name": "d", "expressions": {{
                "override_policy_documents": {{"references": ["data.aws_iam_policy_document.o.json", "data.aws_iam_policy_document.o"]}}}}}},
            {{"mode": "managed", "type": "aws_s3_bucket_policy", "name": "p", "expressions": {{"policy": {{"references": {references}}}}}}}"#
        ),
    )
}

fn document(name: &str, after: &str, after_unknown: &str) -> String {
    format!(
        r#"{{"address": "data.aws_iam_policy_document.{name}", "mode": "data", "type": "aws_iam_policy_document", "name": "{name}",
           "change": {{"actions": ["read"], "after": {after}, "after_unknown": {after_unknown}}}}},"#
    )
}

#[test]
fn a_policy_is_read_from_the_document_it_comes_from() {
    const REFERENCES: &str = r#"["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"]"#;
    let statement = |principal: &str| {
        format!(
            r#"{{"sid": "S", "effect": null, "actions": ["s3:GetObject"], "condition": [], "not_resources": null,
               "principals": [{principal}]}}"#
        )
    };
    let service = statement(r#"{"type": "Service", "identifiers": ["cloudtrail.amazonaws.com"]}"#);
    let everybody = statement(r#"{"type": "*", "identifiers": ["*"]}"#);
    let unknown = r#"{"json": true, "statement": [{"actions": [false], "resources": true}]}"#;
    let of = |statement: &str, more: &str| format!(r#"{{"statement": [{statement}], {more} "version": null}}"#);
    let merging = r#"{"json": true, "override_policy_documents": [true]}"#;
    let merged = |own: &str, other: &str| {
        let own = document("d", &of(own, r#""override_policy_documents": [null],"#), merging);
        own + &document("o", &of(other, ""), unknown)
    };
    let cases = [
        (REFERENCES, document("d", &of(&service, ""), unknown), "pass"),
        (REFERENCES, document("d", &of(&everybody, ""), unknown), "fail"),
        (REFERENCES, merged(&everybody, &service), "pass"),
        (REFERENCES, merged(&service, &everybody), "fail"),
        (
            REFERENCES,
            document("d", "{}", r#"{"statement": true}"#),
            "unknown: the policy of aws_s3_bucket.b (aws_s3_bucket_policy.p.policy) is public",
        ),
        (
            r#"["aws_s3_bucket.b.arn", "aws_s3_bucket.b"]"#,
            String::new(),
            "unknown: the policy of aws_s3_bucket.b (aws_s3_bucket_policy.p.policy) is public",
        ),
    ];
    for (references, documents, expected) in cases {
        let plan = with_policy(references, &documents);
        assert_eq!(verdict(&plan, "CloudTrail.6", "aws_cloudtrail.t"), expected, "{documents}");
    }
}

#[test]
fn secrets_decide_what_they_can_and_are_never_printed() {
    let secret = |value: &str| {
        with(
            &format!(
                r#"{{"address": "aws_cloudtrail.s", "mode": "managed", "type": "aws_cloudtrail", "name": "s", "change": {{
                    "actions": ["create"], "after_unknown": {{}}, "after_sensitive": {{"kms_key_id": true}},
                    "after": {{"s3_bucket_name": "b", "kms_key_id": {value}}}}}}}"#
            ),
            "{}",
        )
    };
    for (value, expected) in [("\"hunter2\"", "pass"), ("\"\"", "fail"), ("null", "fail")] {
        assert_eq!(verdict(&secret(value), "CloudTrail.2", "aws_cloudtrail.s"), expected, "{value}");
    }
    let plan = secret("\"hunter2\"");
    let key = property(&plan, Kind::Trail, "aws_cloudtrail.s", "KMSKeyId");
    assert_eq!(key.shown(), "(sensitive value)");
}

#[test]
fn blocks_of_an_unknown_number_prove_nothing() {
    let plan = with(
        r#"{"address": "aws_cloudtrail.d", "mode": "managed", "type": "aws_cloudtrail", "name": "d", "change": {
            "actions": ["create"], "after_unknown": {"event_selector": true},
            "after": {"s3_bucket_name": "b", "is_multi_region_trail": true}}}"#,
        "{}",
    );
    let selectors = property(&plan, Kind::Trail, "aws_cloudtrail.d", "EventSelectors");
    assert_eq!(selectors.describe(), "aws_cloudtrail.d.event_selector");
    assert!(matches!(selectors.data, Data::Open(_)), "{selectors:?}");
}

#[test]
fn what_the_provider_reads_back_is_not_what_somebody_wrote() {
    let bucket = |change: &str, other: &str| {
        with(
            &format!(
                r#"{{"address": "aws_s3_bucket.old", "mode": "managed", "type": "aws_s3_bucket", "name": "old", "change": {change}}},
                {{"address": "aws_cloudtrail.old", "mode": "managed", "type": "aws_cloudtrail", "name": "old",
                  "change": {{"actions": ["no-op"], "after": {{"s3_bucket_name": "old"}}}}}} {other}"#
            ),
            r#"{"mode": "managed", "type": "aws_s3_bucket", "name": "old", "expressions": {"bucket": {}}}"#,
        )
    };
    let logging = r#""bucket": "old", "logging": [{"target_bucket": "x"}]"#;
    let existing = format!(r#"{{"actions": ["no-op"], "before": {{{logging}}}, "after": {{{logging}}}}}"#);
    let removed = r#", {"address": "aws_s3_bucket_logging.l", "type": "aws_s3_bucket_logging", "name": "l",
                        "change": {"actions": ["delete"], "before": {}, "after": null}}"#;
    let new = r#"{"actions": ["create"], "after": {"bucket": "old"}, "after_unknown": {"logging": true, "acl": true}}"#;
    let cases = [
        ("logging is on and stays on", bucket(&existing, ""), "pass"),
        ("logging is on and is removed", bucket(&existing, removed), "fail"),
        ("logging is for the provider to fill", bucket(new, ""), "fail"),
    ];
    for (what, plan, expected) in cases {
        assert_eq!(verdict(&plan, "CloudTrail.7", "aws_cloudtrail.old"), expected, "{what}");
    }
}

#[test]
fn a_provider_with_a_role_of_its_own_is_another_account() {
    let text = r#"{"format_version": "1.2", "variables": {"role": {"value": "arn:of:role"}}, "planned_values": {"root_module": {
        "resources": [{"address": "aws_cloudtrail.a", "type": "aws_cloudtrail", "name": "a", "values": {}}],
        "child_modules": [{"resources": [
            {"address": "module.m.aws_cloudtrail.b", "type": "aws_cloudtrail", "name": "b", "values": {}}]}]}},
        "configuration": {"provider_config": {
            "aws": {"expressions": {"region": {"constant_value": "eu-west-1"}}},
            "module.m:aws.other": {"expressions": {"assume_role": [{"role_arn": {"references": ["var.role"]}}]}}},
          "root_module": {
            "resources": [{"mode": "managed", "type": "aws_cloudtrail", "name": "a", "provider_config_key": "aws"}],
            "module_calls": {"m": {"module": {"resources": [
              {"mode": "managed", "type": "aws_cloudtrail", "name": "b", "provider_config_key": "module.m:aws.other"}]}}}}}}"#;
    let plan = plan(text);
    let world = World::default();
    let trails = plan.estate(&world).resources(Kind::Trail);
    let providers: Vec<&str> = trails.iter().map(|trail| &*trail.provider).collect();
    assert_eq!(providers, ["", "arn:of:role"]);
}

#[test]
fn what_is_forgotten_is_not_there() {
    let text = r#"{"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_cloudtrail.t", "mode": "managed", "type": "aws_cloudtrail", "name": "t", "sensitive_values": false}]}},
        "resource_changes": [{"address": "aws_cloudtrail.t", "type": "aws_cloudtrail", "name": "t",
            "change": {"actions": ["forget"], "before": {"name": "t"}, "after": null}}]}"#;
    assert_eq!(plan(text).estate(&World::default()).resources(Kind::Trail), []);
}

/// In Terraform's JSON syntax a plan has a template as it is written for a constant: `terraform show -json`, 1.11.
#[test]
fn a_template_in_json_is_no_constant() {
    for (constant, expected) in [("${var.prefix}-b", "planned-b"), ("written-b", "written-b")] {
        let plan = plan(&format!(
            r#"{{"format_version": "1.2", "resource_changes": [
                {{"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
                 "change": {{"actions": ["create"], "after": {{"bucket": "planned-b"}}, "after_unknown": {{}}}}}}],
               "configuration": {{"root_module": {{"resources": [{{"mode": "managed", "type": "aws_s3_bucket", "name": "b",
                 "expressions": {{"bucket": {{"constant_value": "{constant}", "references": []}}}}}}]}}}}}}"#
        ));
        assert_eq!(
            property(&plan, Kind::Bucket, "aws_s3_bucket.b", "BucketName").as_str(),
            Some(expected),
            "{constant}"
        );
    }
}

#[test]
fn what_is_no_plan_says_so() {
    assert!(matches!(loaded(r#"{"Resources": {}}"#).1, Loaded::NotAPlan));
    assert!(matches!(loaded(r#"{"a": {"format_version": "1.2", "planned_values": {}}}"#).1, Loaded::NotAPlan));
    let Loaded::Broken(errors) = loaded(r#"{"format_version": "2.0", "planned_values": {}}"#).1 else { panic!() };
    assert_eq!(errors[0].message, "is a plan in format 2.0, which is not known here (1.x is)");
    let Loaded::Broken(errors) = loaded(UNKNOWN.split_at(UNKNOWN.len() / 2).0).1 else { panic!() };
    assert_eq!(errors.len(), 1);
    let saved = b"PK\x03\x04\x14\0\x08\0\x08\0\xd4\x48\x75\x5d\0\0\0\0\0\0\0\0\0\0\0\0\x06\0\x09\0tfplanUT";
    assert!(explain_bytes(saved).unwrap().contains("terraform show -json"));
    assert_eq!(explain_bytes(b"PK\x03\x04 an archive"), None);
    let utf16: Vec<u8> = "\u{feff}{\"format_version\": \"1.2\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(explain_bytes(&utf16).unwrap().contains("UTF-16"));
}

/// Every property of every resource, in the world without answers.
fn read_all(plan: &Plan, sources: &Sources) {
    let world = World::default();
    let estate = plan.estate(&world);
    for kind in
        [Kind::Trail, Kind::Bucket, Kind::BucketPolicy, Kind::BucketAcl, Kind::PublicAccessBlock, Kind::BucketLogging]
    {
        for resource in estate.resources(kind) {
            assert!(!sources.text(resource.header).is_empty());
            for name in schema::names(kind) {
                let value = estate.property(&resource, name);
                assert!(value.origin.hops().all(|hop| !sources.text(hop.span).is_empty()), "{value:?} is nowhere");
            }
        }
    }
}

#[test]
fn every_value_has_its_place() {
    for text in [UNKNOWN, REPEATED, MODULES] {
        let (sources, loaded) = loaded(text);
        let Loaded::Plan(plan) = loaded else { panic!() };
        read_all(&plan, &sources);
        let world = World::default();
        let header = plan.estate(&world).resources(Kind::Trail)[0].header;
        assert!(sources.text(header).starts_with('"') && sources.text(header).contains("aws_cloudtrail"));
    }
}

proptest! {
    #[test]
    fn any_text_is_read(at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), word in prop::sample::select(WORDS)) {
        for text in [UNKNOWN, MODULES] {
            let words: Vec<&str> = text.split_inclusive(['"', ',', ':', '{', '}', '[', ']']).collect();
            let (at, cut) = (at.index(words.len()), cut.index(4));
            let text = [&words[..at], &[word], words.get(at + cut..).unwrap_or_default()].concat().concat();
            prop_assert!(may_be_plan(text.as_bytes()) || matches!(loaded(&text).1, Loaded::NotAPlan));
            let (sources, loaded) = loaded(&text);
            if let Loaded::Plan(plan) = loaded {
                read_all(&plan, &sources);
            }
        }
    }
}

const WORDS: &[&str] =
    &["", "null,", "true", "[]", "{}", "\"", "x\"", "1e999999", "[", "}", "module.", "aws_s3_bucket[", ","];
