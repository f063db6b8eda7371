#!/usr/bin/env python3
"""Records what the real Terraform makes of expressions and of modules.

* `expressions.txt`: each line is an expression, a tab, and what it is worth: the value as JSON, or `!error` where
  Terraform refuses it. Evaluated by `terraform console`.
* `planned.txt`: the same for expressions over values that are known after apply, from a plan. A value that is known
  after apply is marked so, with what it then was where that holds no text.
* `modules/*.txt`: modules (`=== name`, then a `--- path` for each file) with every argument of every instance as planned
  (`--- planned`), and where there is a section `--- plan.json`, the plan itself with its resources' own types. How a
  module is planned without a provider is told in `terraform_data.py`.
* `policy_documents.txt`: modules (`=== name`) with the JSON that the AWS provider renders of their
  `data.aws_iam_policy_document.d` (`--- json`), or `!error`. Only these need a provider: `hashicorp/aws` 5.100.0, which
  Terraform's configuration may name in a mirror (`TF_CLI_CONFIG_FILE`). It needs neither a network nor credentials.

Add a line with an expression alone, or a module without a record, and run this script with `terraform` 1.11 on the PATH:
everything is recorded anew. Expressions are evaluated in a copy of the directory `module`, without any provider.
"""

import base64
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

import plan_json
import terraform_data

HERE = pathlib.Path(__file__).parent

# What the names of planned.txt stand for, and the module for the expressions that need another one.
UNKNOWN = """
resource "terraform_data" "text" {}
resource "terraform_data" "number" { input = 3 }
resource "terraform_data" "bool" { input = true }
resource "terraform_data" "list" { input = tolist(["a"]) }
resource "terraform_data" "map" { input = tomap({ a = "b" }) }
locals {
  text      = terraform_data.text.id
  number    = terraform_data.number.output
  bool      = terraform_data.bool.output
  list      = terraform_data.list.output
  map       = terraform_data.map.output
  nothing   = null
  template  = "Hi $${name}!"
  plain     = "plain"
  directive = "%%{ for x in list }$${x};%%{ endfor }"
}
"""


# A provider that asks nobody anything.
PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}
"""
OFFLINE = """
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""


def terraform(directory, *arguments, **options):
    return subprocess.run(["terraform", *arguments], cwd=directory, capture_output=True, text=True, **options)


def console(expressions):
    """The results of all expressions; halved where one stops Terraform as a whole."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(HERE / "module", directory, dirs_exist_ok=True)
        attempts = "".join(f'try(jsonencode({expression}), "!error"),\n' for expression in expressions)
        # One local holds them all: the console evaluates only the last line it is given.
        pathlib.Path(directory, "main.tf").write_text(f"locals {{\n  results = [\n{attempts}]\n}}\n")
        output = terraform(directory, "console", input="base64encode(jsonencode(local.results))\n").stdout
    try:
        return json.loads(base64.b64decode(output.strip().strip('"'), validate=True))
    except ValueError:
        if len(expressions) == 1:
            return ["!error"]
        half = len(expressions) // 2
        return console(expressions[:half]) + console(expressions[half:])


def planned(expressions):
    """The results of all expressions in one plan, with what those that an apply does not refuse are then worth."""
    refused, plan = accepted(expressions, set(), apply=False)
    refused_too, state = accepted(expressions, refused, apply=True)
    _, other = accepted(expressions, refused_too, apply=True)
    changes = {change["address"]: change["change"] for change in plan["resource_changes"]}
    applied = terraform_data.inputs([state, other])
    names = [None if at in refused else f"terraform_data.e{at}" for at in range(len(expressions))]
    # What an apply refuses has no value that could be told.
    return [shown(changes[name], applied.get(name, terraform_data.VARIES)) if name else "!error" for name in names]


def accepted(expressions, refused, apply):
    """Which expressions Terraform refuses beside those that it has refused, and the plan or state of all others."""
    while True:
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(HERE / "module", directory, dirs_exist_ok=True)
            pathlib.Path(directory, "unknown.tf").write_text(UNKNOWN)
            lines = [
                "" if at in refused else f'resource "terraform_data" "e{at}" {{ input = {expression} }}'
                for at, expression in enumerate(expressions)
            ]
            pathlib.Path(directory, "main.tf").write_text("\n".join(lines) + "\n")
            found = plan_of(directory, apply)
        if not isinstance(found, str):
            return refused, found
        wrong = {int(line) - 1 for line in re.findall(r"on main\.tf line (\d+)", found)}
        if not wrong - refused:
            raise SystemExit(found)
        refused = refused | wrong


def shown(change, applied):
    value = terraform_data.overlay(change["after"].get("input"), change["after_unknown"].get("input"), applied)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plan_of(directory, apply):
    """The plan of a directory or the state it leads to, or what Terraform says instead."""
    steps = [["init", "-input=false"], ["plan", "-input=false", "-out=plan"]] + ([["apply", "plan"]] if apply else [])
    for name, *options in steps:
        run = terraform(directory, name, "-no-color", *options)
        if run.returncode != 0:
            return run.stderr
    return json.loads(terraform(directory, "show", "-json", *([] if apply else ["plan"])).stdout)


def record_lines(path, evaluate):
    lines = path.read_text().splitlines()
    expressions = [line.split("\t")[0] for line in lines if line and not line.startswith("#")]
    results = iter(zip(expressions, evaluate(expressions)))
    text = [line if not line or line.startswith("#") else "\t".join(next(results)) for line in lines]
    path.write_text("\n".join(text) + "\n")


def record_family(path):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        recorded = list(pool.map(record_module, re.split(r"^=== ", path.read_text(), flags=re.M)[1:]))
    path.write_text("".join(f"=== {case}" for case in recorded))


def record_module(case):
    name, *sections = re.split(r"^--- ", case, flags=re.M)
    sections = dict(section.split("\n", 1) for section in sections)
    files = {path: text for path, text in sections.items() if path not in ("planned", "plan.json")}
    with tempfile.TemporaryDirectory() as directory:
        for path, text in files.items():
            file = pathlib.Path(directory, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(terraform_data.rewrite(text) if path.endswith(".tf") else text)
        found = [plan_of(directory, apply=False)]
        for _ in range(2):
            found.append(plan_of(directory, apply=True))
            pathlib.Path(directory, "terraform.tfstate").unlink(missing_ok=True)
    if wrong := next((each for each in found if isinstance(each, str)), None):
        raise SystemExit(f"{name}: {wrong}")
    plan, *states = found
    arguments = terraform_data.attributes(plan, terraform_data.inputs(states))
    record = ",\n".join(f"  {json.dumps(address)}: {json.dumps(values)}" for address, values in arguments.items())
    sections = {**files, "planned": f"{{\n{record}\n}}\n"} | (
        {"plan.json": json.dumps(plan_json.restored(plan)) + "\n"} if "plan.json" in sections else {}
    )
    return name + "".join(f"--- {path}\n{text}" for path, text in sections.items())


def record_documents(path):
    """What the provider renders, of all modules in one plan. One that is refused has no output in it."""
    cases = [re.split(r"^--- json$", case, flags=re.M)[0] for case in re.split(r"^=== ", path.read_text(), flags=re.M)[1:]]
    with tempfile.TemporaryDirectory() as directory:
        root = [PROVIDER, OFFLINE]
        for at, case in enumerate(cases):
            module = pathlib.Path(directory, f"m{at}")
            module.mkdir()
            output = 'output "json" {\n  value = data.aws_iam_policy_document.d.json\n}\n'
            module.joinpath("main.tf").write_text(PROVIDER + case.split("\n", 1)[1] + output)
            root.append(f'module "m{at}" {{\n  source = "./m{at}"\n}}\n')
            root.append(f'output "o{at}" {{\n  value = module.m{at}.json\n}}\n')
        pathlib.Path(directory, "main.tf").write_text("".join(root))
        for name, *options in [["init", "-input=false"], ["plan", "-input=false", "-out=plan"]]:
            terraform(directory, name, "-no-color", *options)
        outputs = json.loads(terraform(directory, "show", "-json", "plan").stdout)["planned_values"]["outputs"]
    results = [outputs.get(f"o{at}", {}).get("value", "!error") for at in range(len(cases))]
    path.write_text("".join(f"=== {case}--- json\n{result}\n" for case, result in zip(cases, results)))


def main():
    record_lines(HERE / "expressions.txt", console)
    record_lines(HERE / "planned.txt", planned)
    for family in sorted((HERE / "modules").glob("*.txt")):
        record_family(family)
    record_documents(HERE / "policy_documents.txt")


if __name__ == "__main__":
    main()
