//! `count` and `for_each`.

use super::*;

#[test]
fn addresses_are_as_terraform_prints_them() {
    let unit = module(
        r#"
        resource "aws_cloudtrail" "one" {}
        resource "aws_cloudtrail" "none" { count = 0 }
        resource "aws_cloudtrail" "two" { count = "2" }
        resource "aws_cloudtrail" "each" { for_each = toset(["b", "a"]) }
        resource "aws_cloudtrail" "map" { for_each = { "x y" = 1 } }
        "#,
    );
    let expected = [
        "aws_cloudtrail.one",
        "aws_cloudtrail.two[0]",
        "aws_cloudtrail.two[1]",
        "aws_cloudtrail.each[\"a\"]",
        "aws_cloudtrail.each[\"b\"]",
        "aws_cloudtrail.map[\"x y\"]",
    ];
    assert_eq!(addresses(&unit, Kind::Trail), expected);
}

#[test]
fn instances_know_their_key() {
    let unit = module(
        r#"
        resource "aws_cloudtrail" "two" {
          count = 2
          name  = "trail-${count.index}"
        }
        resource "aws_cloudtrail" "each" {
          for_each              = { a = true, b = false }
          name                  = each.key
          is_multi_region_trail = each.value
        }
        "#,
    );
    assert_eq!(trail(&unit, "aws_cloudtrail.two[1]", "TrailName"), "\"trail-1\"");
    assert_eq!(trail(&unit, "aws_cloudtrail.each[\"a\"]", "TrailName"), "\"a\"");
    assert_eq!(trail(&unit, "aws_cloudtrail.each[\"b\"]", "IsMultiRegionTrail"), "false");
}

/// What an input decides may exist, and the answer to the question decides.
#[test]
fn an_open_count_makes_a_trail_that_may_exist() {
    for (variable, count, with_trail, without_trail) in [
        ("type = bool", "count = var.x ? 1 : 0", Some(true), Some(false)),
        ("type = number", "count = var.x", Some(false), Some(true)),
        ("type = set(string)", "for_each = var.x", Some(false), Some(true)),
    ] {
        let unit =
            module(&format!("variable \"x\" {{ {variable} }}\nresource \"aws_cloudtrail\" \"t\" {{\n  {count}\n}}"));
        let world = World::default();
        let estate = unit.estate(&world);
        let resources = estate.resources(Kind::Trail);
        let [trail] = resources.as_slice() else { panic!("{count}: {resources:?}") };
        let Existence::May(question) = &trail.existence else { panic!("{count}: {trail:?}") };
        for (answer, expected) in [(with_trail, 1), (without_trail, 0)] {
            let world = World::default().with(question.as_ref().clone(), answer == Some(true));
            assert_eq!(addresses_in(&unit, Kind::Trail, &world).len(), expected, "{count} in {world:?}");
        }
    }
}

#[test]
fn an_instance_over_an_open_collection_stands_for_all() {
    let unit = module(
        r#"
        variable "trails" { type = map(object({ kms = string })) }
        resource "aws_cloudtrail" "t" {
          for_each   = var.trails
          name       = each.key
          kms_key_id = each.value.kms
        }
        "#,
    );
    assert_eq!(addresses(&unit, Kind::Trail), ["aws_cloudtrail.t[\"*\"]?"]);
    assert_eq!(trail(&unit, "aws_cloudtrail.t[\"*\"]", "KMSKeyId"), "open: var.trails[*].kms");
}

/// What a type names, is known although nobody gave a value.
#[test]
fn an_object_has_the_instances_that_its_type_names() {
    let unit = module(
        r#"
        variable "trails" {
          type = object({ a = object({ key = string }), b = object({ key = string }) })
        }
        resource "aws_cloudtrail" "t" {
          for_each   = var.trails
          kms_key_id = each.value.key
        }
        "#,
    );
    assert_eq!(addresses(&unit, Kind::Trail), ["aws_cloudtrail.t[\"a\"]", "aws_cloudtrail.t[\"b\"]"]);
    assert_eq!(trail(&unit, "aws_cloudtrail.t[\"b\"]", "KMSKeyId"), "open: var.trails.b.key");
}

/// Terraform refuses a `for` that makes two elements of one key.
#[test]
fn keys_of_a_for_differ_in_every_world() {
    let keys = "length({ for name in [var.a, var.b] : name => 1 })";
    let variables = "variable \"a\" {}\nvariable \"b\" {}";
    let worlds = in_all_worlds(&format!("var.a == var.b ? \"same\" : {keys}"), variables);
    assert_eq!(
        worlds,
        ["var.a == var.b: \"same\"", "not var.a == var.b, not tostring(var.a) == tostring(var.b): \"2\"",]
    );
    assert_eq!(in_all_worlds(keys, variables), ["not tostring(var.a) == tostring(var.b): \"2\""]);
}

#[test]
fn a_number_of_an_instance_is_never_below_zero() {
    for (condition, worth) in [("count.index >= 0", "true"), ("count.index < 0", "false")] {
        let unit = module(&format!(
            "variable \"n\" {{}}\nresource \"aws_cloudtrail\" \"t\" {{\n  count = var.n\n  enable_logging = {condition}\n}}"
        ));
        assert_eq!(trail(&unit, "aws_cloudtrail.t[*]", "IsLogging"), worth, "{condition}");
    }
}

#[test]
fn references_see_instances() {
    let buckets = r#"
        resource "aws_s3_bucket" "one" { bucket = "the-name" }
        resource "aws_s3_bucket" "two" { count = 2 }
        resource "aws_s3_bucket" "none" { count = 0 }
        resource "aws_s3_bucket" "each" { for_each = toset(["a"]) }
        variable "x" { type = bool }
        resource "aws_s3_bucket" "maybe" { count = var.x ? 1 : 0 }
    "#;
    for (expression, expected) in [
        ("aws_s3_bucket.one.id", "opaque: aws_s3_bucket.one.id"),
        ("aws_s3_bucket.one.bucket", "\"the-name\""),
        ("aws_s3_bucket.one.arn", "\"arn:${data.aws_partition.partition}:s3:::${aws_s3_bucket.one.id}\""),
        ("aws_s3_bucket.two[1].bucket", "opaque: aws_s3_bucket.two[1].id"),
        ("aws_s3_bucket.two[*].id", "[aws_s3_bucket.two[0].id, aws_s3_bucket.two[1].id]"),
        ("aws_s3_bucket.none[*].id", "[]"),
        ("aws_s3_bucket.each[\"a\"].id", "opaque: aws_s3_bucket.each[\"a\"].id"),
        ("{ for k, b in aws_s3_bucket.each : k => b.id }", "{a = aws_s3_bucket.each[\"a\"].id}"),
        ("aws_s3_bucket.maybe[0].id", "pending: var.x"),
        ("try(aws_s3_bucket.none[0].id, \"no bucket\")", "\"no bucket\""),
        ("aws_s3_bucket.one.website_endpoint", "opaque: aws_s3_bucket.one.website_endpoint"),
        ("resource.aws_s3_bucket.one.bucket", "\"the-name\""),
    ] {
        assert_eq!(evaluated(expression, buckets), expected, "{expression}");
    }
    assert!(evaluated("aws_s3_bucket.none[0].id", buckets).starts_with("open: "));
    assert!(evaluated("aws_s3_bucket.one[\"arn\"]", buckets).starts_with("open: "));
}

#[test]
fn a_count_that_terraform_refuses_in_every_world_rejects_nothing() {
    let unit = module("resource \"aws_cloudtrail\" \"t\" { count = \"many\" }");
    let world = World::default();
    assert_eq!(addresses(&unit, Kind::Trail), ["aws_cloudtrail.t[0]?"]);
    assert!(!unit.estate(&world).rejected());
    let messages: Vec<String> = unit.notes().into_iter().map(|note| note.message).collect();
    assert!(messages.iter().any(|message| message.starts_with("aws_cloudtrail.t: ")), "{messages:?}");
}

#[test]
fn a_count_that_an_answer_breaks_rejects_the_world() {
    let unit = module("variable \"x\" { type = bool }\nresource \"aws_cloudtrail\" \"t\" { count = var.x ? 1 : null }");
    let world = World::default();
    let estate = unit.estate(&world);
    let Existence::May(question) = &estate.resources(Kind::Trail)[0].existence else { panic!("it exists") };
    assert!(!estate.rejected());
    let yes = World::default().with(question.as_ref().clone(), true);
    assert!(!unit.estate(&yes).rejected());
    let no = World::default().with(question.as_ref().clone(), false);
    assert!(unit.estate(&no).rejected());
}

/// One instance stands for more than are told apart, and nothing is known of its number or key.
#[test]
fn beyond_the_limit_no_instance_is_like_the_first() {
    for (repetition, name, shown) in [
        ("count = 10001", "count.index", "tostring(count.index of 10001)"),
        (
            "for_each = toset([for pair in setproduct(range(101), range(100)) : join(\"-\", pair)])",
            "each.key",
            "each.key of aws_cloudtrail.t",
        ),
    ] {
        let unit = module(&format!("resource \"aws_cloudtrail\" \"t\" {{\n  {repetition}\n  kms_key_id = {name}\n}}"));
        let trails = unit.estate(&World::default()).resources(Kind::Trail);
        let [only] = trails.as_slice() else { panic!("{repetition}: {} instances", trails.len()) };
        assert!(matches!(only.existence, Existence::May(_)), "{repetition}");
        assert_eq!(trail(&unit, &only.address, "KMSKeyId"), format!("open: {shown}"));
    }
}
