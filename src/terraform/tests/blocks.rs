//! Arguments and nested blocks under CloudFormation's names.

use super::*;

#[test]
fn defaults_are_the_providers() {
    let unit = module("resource \"aws_cloudtrail\" \"t\" {\n  event_selector {}\n  kms_key_id = \"\"\n}");
    for (property, expected) in [
        ("IsLogging", "true"),
        ("IncludeGlobalServiceEvents", "true"),
        ("IsMultiRegionTrail", "false"),
        ("EnableLogFileValidation", "false"),
        ("KMSKeyId", "\"\""),
        ("CloudWatchLogsLogGroupArn", "null"),
        ("EventSelectors", "[{ReadWriteType = \"All\", IncludeManagementEvents = true}]"),
        ("AdvancedEventSelectors", "null"),
    ] {
        assert_eq!(trail(&unit, "aws_cloudtrail.t", property), expected, "{property}");
    }
}

/// As Terraform plans them: an argument that is `computed` is known after apply, any other is null.
#[test]
fn an_argument_that_nobody_writes_is_null_unless_the_provider_makes_it_up() {
    let more = r#"
        resource "aws_cloudwatch_log_group" "lg" {}
        resource "aws_db_instance" "db" {}
        resource "aws_iam_role" "r" { permissions_boundary = "arn" }
        "#;
    for (expression, worth) in [
        ("aws_cloudwatch_log_group.lg.kms_key_id", "null"),
        ("try(aws_cloudwatch_log_group.lg.kms_key_id, \"k\")", "null"),
        ("coalesce(aws_cloudwatch_log_group.lg.kms_key_id, \"k\")", "\"k\""),
        ("aws_cloudwatch_log_group.lg.arn", "opaque: aws_cloudwatch_log_group.lg.arn"),
        ("aws_db_instance.db.kms_key_id", "opaque: aws_db_instance.db.kms_key_id"),
        ("aws_iam_role.r.permissions_boundary", "\"arn\""),
    ] {
        assert_eq!(evaluated(expression, more), worth, "{expression}");
    }
}

/// As `hashicorp/aws` 5.100.0 plans them.
#[test]
fn what_is_not_written_inside_of_a_block_is_what_the_provider_makes_of_it() {
    let more = r#"
        resource "aws_cloudtrail" "t" {
          enable_logging = "true"
          event_selector {}
        }
        resource "aws_cloudtrail" "plain" {}
        resource "aws_s3_bucket_server_side_encryption_configuration" "e" {
          rule {
            apply_server_side_encryption_by_default { sse_algorithm = "aws:kms" }
          }
        }
        resource "aws_s3_bucket_replication_configuration" "r" {
          rule { status = "Enabled" }
        }
        resource "aws_kms_key" "k" {}
        resource "aws_lambda_function" "f" {
          kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/k"
        }
        "#;
    let rule = "aws_s3_bucket_server_side_encryption_configuration.e.rule";
    let master = format!("one({rule}[*].apply_server_side_encryption_by_default[0].kms_master_key_id)");
    for (expression, worth) in [
        ("aws_cloudtrail.t.event_selector[0].read_write_type", "\"All\""),
        ("aws_cloudtrail.t.event_selector[0].exclude_management_event_sources", "null"),
        ("length(aws_cloudtrail.t.event_selector[0].data_resource)", "0"),
        ("length(aws_cloudtrail.plain.event_selector)", "0"),
        ("aws_cloudtrail.t.enable_logging == true", "true"),
        ("length(aws_lambda_function.f.vpc_config)", "0"),
        ("aws_lambda_function.f.memory_size", "128"),
        (&master, "\"\""),
        (&format!("try({master}, \"k\")"), "\"\""),
        (&format!("one({rule}).bucket_key_enabled"), "null"),
        // The elements of a set have no index.
        (&format!("can({rule}[0])"), "false"),
        (
            "aws_s3_bucket_replication_configuration.r.rule[0].id",
            "opaque: aws_s3_bucket_replication_configuration.r.rule[0].id",
        ),
        ("lookup(aws_kms_key.k, \"custom_key_store_id\", \"none\") == null", "true"),
        // A newer provider may have it: it may be anything.
        ("aws_kms_key.k.key_arn", "open: aws_kms_key.k.key_arn"),
        ("can(aws_kms_key.k.key_arn)", "true"),
    ] {
        assert_eq!(evaluated(expression, more), worth, "{expression}");
    }
}

#[test]
fn dynamic_blocks_become_blocks() {
    let unit = module(
        r#"
        variable "extra" { type = list(string) }
        locals { selectors = [{ rw = "All", mgmt = "false" }] }
        resource "aws_cloudtrail" "t" {
          dynamic "event_selector" {
            for_each = local.selectors
            iterator = s
            content {
              read_write_type           = s.value.rw
              include_management_events = s.value.mgmt
              dynamic "data_resource" {
                for_each = toset(["AWS::S3::Object"])
                content {
                  type   = data_resource.key
                  values = ["arn:aws:s3-${s.key}"]
                }
              }
            }
          }
          dynamic "advanced_event_selector" {
            for_each = var.extra
            content { name = advanced_event_selector.value }
          }
        }
        "#,
    );
    let selector = "[{ReadWriteType = \"All\", IncludeManagementEvents = false, \
         DataResources = [{Type = \"AWS::S3::Object\", Values = [\"arn:aws:s3-0\"]}]}]";
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "EventSelectors"), selector);
    let advanced = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "AdvancedEventSelectors", &World::default());
    let some = World::default().with(question(&advanced), false);
    let advanced = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "AdvancedEventSelectors", &some);
    assert_eq!(advanced.describe(), "[{Name = var.extra[*]}]");
}

#[test]
fn objects_stand_for_blocks_in_json() {
    let json = r#"{"resource": {"aws_cloudtrail": {"t": {
        "enable_logging": "false",
        "event_selector": [{"read_write_type": "ReadOnly"}],
        "dynamic": {"advanced_event_selector": {"for_each": ["x"], "content": {"name": "${advanced_event_selector.value}"}}}
    }}}}"#;
    let unit = unit(&[("main.tf.json", json)]);
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "IsLogging"), "false");
    let selectors = "[{ReadWriteType = \"ReadOnly\", IncludeManagementEvents = true}]";
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "EventSelectors"), selectors);
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "AdvancedEventSelectors"), "[{Name = \"x\"}]");
}

#[test]
fn grants_are_one_map_a_permission() {
    let unit = module(
        r#"
        resource "aws_s3_bucket" "b" {
          grant {
            uri         = "http://acs.amazonaws.com/groups/global/AllUsers"
            permissions = ["READ", "WRITE"]
          }
          logging { target_bucket = "other" }
        }
        resource "aws_s3_bucket_acl" "a" {
          access_control_policy {
            grant {
              grantee {
                type = "Group"
                uri  = "u"
              }
              permission = "READ"
            }
            owner { id = "o" }
          }
        }
        resource "aws_s3_bucket_ownership_controls" "o" {
          rule { object_ownership = "BucketOwnerEnforced" }
        }
        "#,
    );
    let uri = "http://acs.amazonaws.com/groups/global/AllUsers";
    let grants = format!("[{{URI = \"{uri}\", Permission = \"READ\"}}, {{URI = \"{uri}\", Permission = \"WRITE\"}}]");
    assert_eq!(bucket(&unit, "aws_s3_bucket.b", "Grants"), grants);
    assert_eq!(bucket(&unit, "aws_s3_bucket.b", "LoggingConfiguration"), "{DestinationBucketName = \"other\"}");
    let world = World::default();
    let acl = property_in(&unit, Kind::BucketAcl, "aws_s3_bucket_acl.a", "Grants", &world);
    assert_eq!(acl.describe(), "[{URI = \"u\", Permission = \"READ\"}]");
    let controls = Kind::OwnershipControls;
    let ownership = property_in(&unit, controls, "aws_s3_bucket_ownership_controls.o", "ObjectOwnership", &world);
    assert_eq!(ownership.describe(), "\"BucketOwnerEnforced\"");
}

#[test]
fn override_files_replace_arguments_and_blocks() {
    let main = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"a\"\n  enable_logging = true\n  event_selector {\n    read_write_type = \"ReadOnly\"\n  }\n}";
    let change = "resource \"aws_cloudtrail\" \"t\" {\n  name = \"b\"\n  event_selector {}\n}";
    let unit = unit(&[("main.tf", main), ("override.tf", change)]);
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "TrailName"), "\"b\"");
    let selectors = "[{ReadWriteType = \"All\", IncludeManagementEvents = true}]";
    assert_eq!(trail(&unit, "aws_cloudtrail.t", "EventSelectors"), selectors);
}
