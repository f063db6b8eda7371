//! Modules: arguments, outputs, instances, those that are not on disk, and which directories are roots.

use super::super::{Modules, roots};
use super::*;

const TRAIL: &str = r#"
variable "name" { type = string }
variable "key" {
  type    = string
  default = null
}
resource "aws_cloudtrail" "this" {
  name       = var.name
  kms_key_id = var.key
}
output "arn" { value = aws_cloudtrail.this.arn }
output "name" { value = aws_cloudtrail.this.name }
"#;

#[test]
fn arguments_come_in_and_outputs_go_out() {
    let root = r#"
        module "a" {
          for_each = { x = "first" }
          source   = "./modules/trail"
          name     = each.value
          key      = aws_kms_key.k.arn
        }
        resource "aws_kms_key" "k" {}
        resource "aws_s3_bucket" "b" { bucket = module.a["x"].name }
    "#;
    let unit = unit(&[("main.tf", root), ("modules/trail/main.tf", TRAIL)]);
    let address = "module.a[\"x\"].aws_cloudtrail.this";
    assert_eq!(addresses(&unit, Kind::Trail), [address]);
    assert_eq!(trail(&unit, address, "KMSKeyId"), "opaque: aws_kms_key.k.arn");
    assert_eq!(bucket(&unit, "aws_s3_bucket.b", "BucketName"), "\"first\"");
    let name = property_in(&unit, Kind::Trail, address, "TrailName", &World::default());
    assert_eq!(places(&unit, &name), ["var.name", "each.value", "each.value", "\"first\""]);
}

/// As Terraform 1.11 converts an object that a module is called with: what the type does not name is dropped, what it names
/// has the type's own types, and an optional attribute that is missing is what it says.
#[test]
fn a_module_takes_of_a_resource_what_the_type_of_its_variable_names() {
    let root = r#"
        resource "aws_kms_key" "k" {
          description         = "d"
          enable_key_rotation = true
        }
        module "inner" { source = "./inner" }
        module "m" {
          source = "./m"
          key    = aws_kms_key.k
          keys   = { a = aws_kms_key.k }
          module = module.inner
        }
    "#;
    let inner = "output \"arn\" {\n  value = \"of inner\"\n}";
    let variables = r#"
        variable "key" {
          type = object({ description = string, enable_key_rotation = string, none = optional(string, "n") })
        }
        variable "keys" { type = map(object({ description = string })) }
        variable "module" { type = object({ arn = string, none = optional(string, "n") }) }
    "#;
    for (expression, worth) in [
        ("var.key.description", "\"d\""),
        ("var.key.enable_key_rotation == \"true\"", "true"),
        ("can(var.key.arn)", "false"),
        // A newer provider may have it.
        ("var.key.none", "pending: can(aws_kms_key.k.none)"),
        ("keys(var.keys.a)", "[\"description\"]"),
        ("var.keys[\"a\"][\"description\"]", "\"d\""),
        ("var.module.arn", "\"of inner\""),
        ("var.module.none", "\"n\""),
    ] {
        let module = format!("{variables}\nresource \"aws_kms_key\" \"it\" {{\n  policy = {expression}\n}}");
        let unit = unit(&[("main.tf", root), ("m/main.tf", &module), ("inner/main.tf", inner)]);
        let value = property_in(&unit, Kind::Key, "module.m.aws_kms_key.it", "KeyPolicy", &World::default());
        assert_eq!(show(&value), worth, "{expression}");
    }
}

#[test]
fn a_module_that_is_not_on_disk_leaves_its_outputs_open() {
    let root = r#"
        module "logs" {
          source = "terraform-aws-modules/s3-bucket/aws"
          bucket = "x"
        }
        resource "aws_cloudtrail" "t" { s3_bucket_name = module.logs.s3_bucket_id }
    "#;
    let unit = module(root);
    let value = property_in(&unit, Kind::Trail, "aws_cloudtrail.t", "S3BucketName", &World::default());
    let Data::Open(input) = &value.data else { panic!("{}", show(&value)) };
    assert_eq!(input.name, "module.logs.s3_bucket_id");
    let source = "terraform-aws-modules/s3-bucket/aws".to_owned();
    assert_eq!(input.reason, crate::value::Reason::ModuleNotOnDisk { module: "module.logs".to_owned(), source });
    assert_eq!(addresses(&unit, Kind::AbsentModule), ["module.logs"]);
    let arguments = property_in(&unit, Kind::AbsentModule, "module.logs", "Arguments", &World::default());
    assert_eq!(arguments.describe(), "{bucket = \"x\"}");
}

#[test]
fn an_installed_module_is_read_and_its_caller_is_known() {
    let root = "module \"t\" {\n  source = \"acme/trail/aws\"\n  name   = \"n\"\n}";
    let manifest = r#"{"Modules": [{"Key": "", "Dir": "."}, {"Key": "t", "Dir": ".terraform/modules/t"}]}"#;
    let unit = unit(&[
        ("main.tf", root),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/t/main.tf", TRAIL),
    ]);
    let world = World::default();
    let trails = unit.estate(&world).resources(Kind::Trail);
    assert_eq!(trails[0].address, "module.t.aws_cloudtrail.this");
    assert_eq!(trails[0].caller.map(|span| unit.sources.text(span)).as_deref(), Some("module \"t\""));
}

#[test]
fn a_module_that_calls_itself_ends() {
    let unit = unit(&[("main.tf", "module \"m\" {\n  source = \"./\"\n}\nresource \"aws_cloudtrail\" \"t\" {}")]);
    assert_eq!(addresses(&unit, Kind::Trail).len(), 1);
}

#[test]
fn a_module_with_an_open_count_may_hold_a_trail() {
    let root = "variable \"on\" { type = bool }\nmodule \"t\" {\n  count = var.on ? 1 : 0\n  source = \"./t\"\n  name = \"n\"\n}";
    let unit = unit(&[("main.tf", root), ("t/main.tf", TRAIL)]);
    assert_eq!(addresses(&unit, Kind::Trail), ["module.t[0].aws_cloudtrail.this?"]);
}

#[test]
fn a_directory_that_is_called_is_no_root() {
    let directory = PathBuf::from("/no/such/project");
    let sources = Arc::new(Sources::new(directory.clone(), directory.clone()));
    for (name, text) in [
        ("envs/prod/main.tf", "module \"t\" {\n  source = \"../../modules/trail\"\n}"),
        ("envs/empty/main.tf", "resource \"aws_s3_bucket\" \"b\" {}"),
        ("modules/trail/main.tf", "resource \"aws_cloudtrail\" \"t\" {}"),
        ("alone/main.tf", "# source = \"../modules/trail\"\nresource \"aws_cloudtrail\" \"t\" {}"),
    ] {
        sources.add(name, text.to_owned());
    }
    let all: Vec<PathBuf> =
        ["alone", "envs/empty", "envs/prod", "modules/trail"].iter().map(|name| directory.join(name)).collect();
    let found = roots(&Modules::new(sources), &all);
    assert_eq!(found, [directory.join("alone"), directory.join("envs/prod")]);
}

#[test]
fn a_provider_configuration_with_a_role_is_another_account() {
    let root = r#"
        provider "aws" { region = "eu-west-1" }
        provider "aws" {
          alias  = "frankfurt"
          region = "eu-central-1"
        }
        provider "aws" {
          alias = "audit"
          assume_role { role_arn = "arn:aws:iam::111122223333:role/audit" }
        }
        resource "aws_cloudtrail" "here" {}
        resource "aws_cloudtrail" "region" { provider = aws.frankfurt }
        module "t" {
          source    = "./t"
          name      = "n"
          providers = { aws = aws.audit }
        }
    "#;
    let unit = unit(&[("main.tf", root), ("t/main.tf", TRAIL)]);
    let world = World::default();
    let providers: Vec<String> =
        unit.estate(&world).resources(Kind::Trail).into_iter().map(|trail| trail.provider.to_string()).collect();
    assert_eq!(providers, ["", "", "111122223333"]);
}

/// Two roles of one account are one account; what is not known is an account of its own.
#[test]
fn an_account_is_told_by_whatever_tells_one() {
    let root = r#"
        variable "role" {}
        variable "profile" {}
        variable "none" { default = null }
        provider "aws" { allowed_account_ids = ["111122223333"] }
        provider "aws" {
          alias = "role"
          assume_role { role_arn = "arn:aws:iam::111122223333:role/a" }
        }
        provider "aws" {
          alias = "chain"
          assume_role { role_arn = "arn:aws:iam::444455556666:role/a" }
          assume_role { role_arn = "arn:aws:iam::111122223333:role/b" }
        }
        provider "aws" {
          alias = "dynamic"
          dynamic "assume_role" {
            for_each = ["arn:aws:iam::444455556666:role/x"]
            content { role_arn = assume_role.value }
          }
        }
        provider "aws" {
          alias = "web"
          assume_role_with_web_identity { role_arn = "arn:aws:iam::444455556666:role/x" }
        }
        provider "aws" {
          alias = "open"
          assume_role { role_arn = var.role }
        }
        provider "aws" {
          alias   = "profile"
          profile = var.profile
        }
        provider "aws" {
          alias = "null"
          assume_role { role_arn = var.none }
        }
        resource "aws_cloudtrail" "a" {}
        resource "aws_cloudtrail" "b" { provider = aws.role }
        resource "aws_cloudtrail" "c" { provider = aws.chain }
        resource "aws_cloudtrail" "d" { provider = aws.dynamic }
        resource "aws_cloudtrail" "e" { provider = aws.web }
        resource "aws_cloudtrail" "f" { provider = aws.open }
        resource "aws_cloudtrail" "g" { provider = aws.profile }
        resource "aws_cloudtrail" "h" { provider = aws.null }
    "#;
    let unit = unit(&[("main.tf", root)]);
    let world = World::default();
    let providers: Vec<String> =
        unit.estate(&world).resources(Kind::Trail).into_iter().map(|trail| trail.provider.to_string()).collect();
    let [here, there] = ["111122223333", "444455556666"];
    assert_eq!(providers, [here, here, here, there, there, "var.role", "var.profile", ""]);
}

/// OpenTofu: <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>
#[test]
fn each_instance_of_a_provider_configuration_has_an_account_of_its_own() {
    let root = r#"
        variable "roles" {
          default = { dev = "arn:of:dev", prod = "arn:of:prod" }
        }
        variable "regions" { default = ["eu-west-1", "eu-central-1"] }
        variable "which" {}
        provider "aws" {
          alias    = "by_account"
          for_each = var.roles
          assume_role { role_arn = each.value }
        }
        provider "aws" {
          alias    = "by_region"
          for_each = toset(var.regions)
          region   = each.key
        }
        resource "aws_cloudtrail" "prod" { provider = aws.by_account["prod"] }
        resource "aws_cloudtrail" "each" {
          for_each = var.roles
          provider = aws.by_account[each.key]
        }
        resource "aws_cloudtrail" "region" { provider = aws.by_region["eu-west-1"] }
        resource "aws_cloudtrail" "some" { provider = aws.by_account[var.which] }
        module "t" {
          source    = "./t"
          for_each  = var.roles
          name      = "n"
          providers = { aws = aws.by_account[each.key] }
        }
    "#;
    let unit = unit(&[("main.tf", root), ("t/main.tf", TRAIL)]);
    let world = World::default();
    let trails = unit.estate(&world).resources(Kind::Trail);
    let mut providers: Vec<String> =
        trails.into_iter().map(|trail| format!("{}: {}", trail.address, &*trail.provider)).collect();
    providers.sort();
    assert_eq!(
        providers,
        [
            r#"aws_cloudtrail.each["dev"]: arn:of:dev"#,
            r#"aws_cloudtrail.each["prod"]: arn:of:prod"#,
            "aws_cloudtrail.prod: arn:of:prod",
            "aws_cloudtrail.region: ",
            "aws_cloudtrail.some: aws.by_account[var.which]",
            r#"module.t["dev"].aws_cloudtrail.this: arn:of:dev"#,
            r#"module.t["prod"].aws_cloudtrail.this: arn:of:prod"#,
        ]
    );
}

/// Beyond the limit modules are not read, and a note says so.
#[test]
fn modules_that_are_called_too_deep_down_are_named() {
    let call = |to: usize| format!("module \"m\" {{\n  source = \"../m{to}\"\n}}\n");
    let mut files: Vec<(String, String)> =
        (1..40).map(|level| (format!("m{level}/main.tf"), call(level + 1))).collect();
    files.push(("m40/main.tf".to_owned(), "resource \"aws_cloudtrail\" \"t\" {}".to_owned()));
    files.push(("main.tf".to_owned(), call(1).replace("../", "./")));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let notes = unit(&files).notes();
    let expected = "is not read: modules call modules more than 32 levels deep, a limit of this program";
    assert!(notes.iter().any(|note| note.message.ends_with(expected)), "{notes:?}");
}
