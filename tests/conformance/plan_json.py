"""A plan of `terraform_data` resources as the plan of the resources they stand for.

The resource of each argument goes back into its resource's `values`, `after_unknown` and `expressions`, references to the
local values that mirror resources are those to the resources, and arguments have the types that the provider's schema
gives them. What no reader of plans needs is left out.
"""

import re

from terraform_data import original

PROVIDER = "registry.terraform.io/hashicorp/aws"
FLAGS = re.compile(r"^(is_|enable_|include_|block_|ignore_|restrict_)")
MIRROR = re.compile(r"\blocal\.(data__)?(aws_[a-z0-9_]+?)__([\w-]+)")


def restored(plan):
    kept = {key: plan[key] for key in ("format_version", "terraform_version", "complete", "variables") if key in plan}
    configuration = {
        "provider_config": {"aws": {"name": "aws", "full_name": PROVIDER}},
        "root_module": module(plan["configuration"]["root_module"]),
    }
    changes = resource_changes(plan.get("resource_changes", []))
    return kept | {"planned_values": {"root_module": {}}, "resource_changes": changes, "configuration": configuration}


def resource_changes(changes):
    found = {}
    for change in changes:
        if not change["name"].startswith("aws_"):
            continue
        kind, name, argument = original(change["name"])
        address = change["address"].replace(f"terraform_data.{change['name']}", f"{kind}.{name}")
        place = {key: change[key] for key in ("module_address", "index") if key in change}
        empty = {"actions": ["create"], "before": None, "after": {}, "after_unknown": {"id": True, "arn": True}}
        described = {"address": address, "mode": "managed", "type": kind, "name": name, "provider_name": PROVIDER}
        restored_change = found.setdefault(address, {**described, **place, "change": empty})["change"]
        if argument:
            after, unknown = (change["change"][key].get("input") for key in ("after", "after_unknown"))
            if unknown is not True:
                restored_change["after"][argument] = typed(argument, after)
            if unknown:
                restored_change["after_unknown"][argument] = unknown
    return list(found.values())


def typed(name, value):
    """The value as the provider's schema has it: flags are booleans, any other scalar of these resources is a text."""
    if isinstance(value, dict):
        return {key: typed(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(name, item) for item in value]
    if FLAGS.match(name):
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def module(config):
    resources = {}
    for resource in config.get("resources", []):
        if resource["type"] != "terraform_data" or not resource["name"].startswith("aws_"):
            continue
        kind, name, argument = original(resource["name"])
        described = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
        whole = resources.setdefault((kind, name), {**described, "provider_config_key": "aws", "expressions": {}})
        for key in ("count_expression", "for_each_expression"):
            if key in resource and not argument:
                whole[key] = renamed(resource[key])
        if argument:
            whole["expressions"][argument] = renamed(resource["expressions"]["input"])
    kept = {"resources": list(resources.values())}
    if outputs := config.get("outputs"):
        kept["outputs"] = {name: {"expression": renamed(output["expression"])} for name, output in outputs.items()}
    if calls := config.get("module_calls"):
        kept["module_calls"] = {name: call_of(call) for name, call in calls.items()}
    if variables := config.get("variables"):
        kept["variables"] = {name: {} for name in variables}
    return kept


def call_of(call):
    kept = {key: value for key, value in call.items() if key == "source"}
    expressions = {name: renamed(expression) for name, expression in call.get("expressions", {}).items()}
    repetition = {key: renamed(call[key]) for key in ("count_expression", "for_each_expression") if key in call}
    return kept | {"expressions": expressions} | repetition | {"module": module(call["module"])}


def renamed(expression):
    """References to mirrors as references to the resources they mirror."""
    if "references" not in expression:
        return expression
    original_name = lambda found: f"{'data.' if found[1] else ''}{found[2]}.{found[3]}"
    return {"references": [MIRROR.sub(original_name, reference) for reference in expression["references"]]}
