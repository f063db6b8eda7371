#!/usr/bin/env python3
"""Records what the AWS provider knows of its resources: `src/terraform/provider.txt`.

A line of the table is a resource type and, as a type constraint of Terraform, its arguments and attributes. Names and types
are those of the provider's schema (`terraform providers schema -json`). The schema does not tell what an argument is worth
that is not written, so each type is planned, with what it requires set to something that is known after apply, and once more
for each block that may be nested in it. What is then null or known is `optional`, with a default where it is not null; what
is known after apply is not. A block that the provider refuses to plan in this way is of type `any`.

A type that is told completely has an `id`. Of the others only those arguments are kept that are in the table.

Run it with `terraform` 1.11 on the PATH and `hashicorp/aws` 5.100.0 in a mirror that Terraform's configuration names
(`TF_CLI_CONFIG_FILE`). It needs neither a network nor credentials.
"""

import json
import pathlib
import re
import subprocess
import tempfile

TABLE = pathlib.Path(__file__).parents[2] / "src/terraform/provider.txt"

PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "x"
  secret_key                  = "y"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
resource "terraform_data" "later" {}
"""

# A value of no type yet, known after apply.
LATER = "jsondecode(terraform_data.later.id)"

# What some types want although their schema does not say so.
WANTED = {
    "aws_cloudwatch_event_rule": {"schedule_expression": LATER},
    "aws_flow_log": {"vpc_id": LATER},
    "aws_iam_policy_attachment": {"roles": LATER},
    "aws_lambda_function": {"filename": '"f.zip"', "handler": '"h"', "runtime": '"python3.12"'},
    "aws_s3_bucket_acl": {"acl": LATER},
    "aws_servicecatalog_provisioned_product": {"product_id": LATER, "provisioning_artifact_id": LATER},
    "aws_ssm_parameter": {"value": LATER},
}


def terraform(*arguments, directory):
    return subprocess.run(["terraform", *arguments], cwd=directory, capture_output=True, text=True)


def paths(block, path=()):
    """The ways down into nested blocks."""
    yield path
    for name, nested in block.get("block_types", {}).items():
        if name != "timeouts":
            yield from paths(nested["block"], (*path, name))


def written(block, path):
    """The least that makes a block, with the nested blocks on the path."""
    arguments = block.get("attributes", {}).items()
    lines = [f"{name} = {LATER}" for name, argument in arguments if argument.get("required")]
    for name, nested in block.get("block_types", {}).items():
        is_on_path = path[:1] == (name,)
        if is_on_path or nested.get("min_items"):
            lines += [f"{name} {{", *written(nested["block"], path[1:] if is_on_path else ()), "}"]
    return lines


def resource(kind, label, block, path):
    wanted = {} if kind == "aws_s3_bucket_acl" and path else WANTED.get(kind, {})
    lines = written(block, path) + [f"{name} = {value}" for name, value in wanted.items()]
    return "\n".join([f'resource "{kind}" "{label}" {{', *lines, "}", ""])


def planned(schemas, directory):
    """What becomes of each type and path: the values as planned, and those that are known after apply."""
    every = [(kind, path) for kind, schema in schemas.items() for path in paths(schema["block"])]
    labels = {f"{kind}.r{number}": (kind, path) for number, (kind, path) in enumerate(every)}
    while True:
        blocks = [resource(kind, label.split(".")[1], schemas[kind]["block"], path) for label, (kind, path) in labels.items()]
        (directory / "main.tf").write_text(PROVIDER + "".join(blocks))
        plan = terraform("plan", "-input=false", "-no-color", "-refresh=false", "-out=plan", directory=directory)
        if plan.returncode == 0:
            break
        refused = set(re.findall(r"with (aws_\w+\.r\d+)", plan.stderr))
        refused |= {".".join(found) for found in re.findall(r'in resource "(aws_\w+)" "(r\d+)"', plan.stderr)}
        if not refused:
            raise SystemExit(plan.stderr)
        labels = {label: of for label, of in labels.items() if label not in refused}
    plan = json.loads(terraform("show", "-json", "plan", directory=directory).stdout)
    changes = {change["address"]: change["change"] for change in plan["resource_changes"]}
    return {of: (changes[label]["after"], changes[label]["after_unknown"]) for label, of in labels.items()}


def inside(values, path):
    """The values of the nested block at the end of the path."""
    for name in path:
        values = values.get(name) if isinstance(values, dict) else values
        if isinstance(values, list):
            values = values[0] if values else None
    return values


def type_of(written):
    if isinstance(written, str):
        return "any" if written == "dynamic" else written
    kind, inner = written
    if kind == "object":
        return object_of([f"{name} = optional({type_of(attribute)})" for name, attribute in sorted(inner.items())])
    return f"{kind}({type_of(inner)})"


def attribute_type(attribute):
    if "type" in attribute:
        return type_of(attribute["type"])
    nested = attribute["nested_type"]
    attributes = sorted(nested["attributes"].items())
    inner = object_of([f"{name} = optional({attribute_type(attribute)})" for name, attribute in attributes])
    return inner if nested["nesting_mode"] == "single" else f"{nested['nesting_mode']}({inner})"


def object_of(attributes):
    return "object({ " + ", ".join(attributes) + " })"


def told(kind, block, plans, path=()):
    """The type of a block; None where the provider refuses to plan one, or makes nothing of it."""
    after, unknown = (inside(values, path) for values in plans.get((kind, path), (None, None)))
    if after is None:
        return None
    unknown = unknown if isinstance(unknown, dict) else {}

    def unset(name, ty):
        if unknown.get(name) not in (None, False, [], {}) or name not in after:
            return f"{name} = {ty}"
        default = after[name]
        return f"{name} = optional({ty})" if default is None else f"{name} = optional({ty}, {json.dumps(default)})"

    lines = []
    for name, attribute in block.get("attributes", {}).items():
        ty = attribute_type(attribute)
        if attribute.get("required") or not attribute.get("optional"):
            lines.append(f"{name} = {ty}")
        elif not path and name in WANTED.get(kind, {}):
            lines.append(f"{name} = {ty}" if attribute.get("computed") else f"{name} = optional({ty})")
        else:
            lines.append(unset(name, ty))
    for name, nested in block.get("block_types", {}).items():
        inner = None if name == "timeouts" else told(kind, nested["block"], plans, (*path, name))
        ty = "any" if inner is None else inner if nested["nesting_mode"] == "single" else f"{nested['nesting_mode']}({inner})"
        if name == "timeouts":
            lines.append("timeouts = optional(any)")
        elif nested.get("min_items"):
            lines.append(f"{name} = {ty}")
        else:
            lines.append(unset(name, ty))
    return object_of(lines)


def main():
    comments, lines = [], {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("#"):
            comments.append(line)
        else:
            kind, _, ty = line.partition(" = ")
            lines[kind] = ty
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        (directory / "main.tf").write_text(PROVIDER)
        if terraform("init", "-input=false", directory=directory).returncode:
            raise SystemExit("terraform init fails: is there a mirror with hashicorp/aws 5.100.0?")
        schema = json.loads(terraform("providers", "schema", "-json", directory=directory).stdout)
        schemas = next(provider for name, provider in schema["provider_schemas"].items() if name.endswith("/aws"))
        schemas = schemas["resource_schemas"]
        complete = {kind: schemas[kind] for kind, ty in lines.items() if re.search(r"\bid = ", ty)}
        plans = planned(complete, directory)
        for kind in complete:
            lines[kind] = told(kind, schemas[kind]["block"], plans) or lines[kind]
    table = [f"{kind} = {ty}" for kind, ty in sorted(lines.items())]
    TABLE.write_text("\n".join(comments + table) + "\n")


if __name__ == "__main__":
    main()
