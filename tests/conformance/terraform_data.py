"""Rewrites a module of AWS resources so that Terraform plans it without any provider, and reads its plan back.

Every argument of a resource, and all its nested blocks of one type, become the `input` of a `terraform_data` resource of
their own with the same `count` or `for_each`; a further one stands for the resource. A local value mirrors the resource
for those that refer to it: arguments are what they are, computed attributes are unknown. `dynamic` blocks become `for`
expressions with the same iterator, data sources become unknown values. What only concerns providers or the state
(`provider`, `moved`, `import`, `removed`, `check`, `lifecycle`) is left out.
"""

import re
from dataclasses import dataclass, field

UNKNOWN = "(known after apply)"
VARIES = "(another one each time)"
META = {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"}
DROPPED = {"provider", "terraform", "moved", "import", "removed", "check"}
COMPUTED = ["id", "arn", "key_id", "name", "bucket", "bucket_domain_name", "bucket_regional_domain_name"]
REFERENCE = re.compile(r"(?<![\w.\"-])(data\.)?(aws_[a-z0-9_]+)\.([A-Za-z_][\w-]*)")


@dataclass
class Body:
    """Arguments as the text of their expressions, and nested blocks in order."""

    attributes: dict = field(default_factory=dict)
    blocks: list = field(default_factory=list)


@dataclass
class Block:
    """A block: its type, its labels and what it holds."""

    kind: str
    labels: list
    body: Body


def parse(text):
    """The structure of a file. Expressions stay text."""
    body, _ = parse_body(text, 0)
    return body


def parse_body(text, at):
    body = Body()
    while True:
        at = skip_space(text, at)
        if at >= len(text) or text[at] == "}":
            return body, at + 1
        name = re.compile(r'[\w-]+|"[^"]*"').match(text, at)
        if not name:
            raise ValueError(f"neither argument nor block: {text[at:at + 40]!r}")
        at = skip_space(text, name.end(), newlines=False)
        if text[at] == "=":
            end = end_of_expression(text, at + 1)
            body.attributes[name.group()] = text[at + 1 : end].strip()
            at = end
            continue
        labels = []
        while text[at] != "{":
            label = re.compile(r'"([^"]*)"|([\w-]+)').match(text, at)
            labels.append(label.group(1) or label.group(2))
            at = skip_space(text, label.end(), newlines=False)
        inner, at = parse_body(text, at + 1)
        body.blocks.append(Block(name.group(), labels, inner))


def skip_space(text, at, newlines=True):
    """Behind blanks and comments."""
    space = " \t\r\n" if newlines else " \t"
    while at < len(text):
        if text[at] in space:
            at += 1
        elif text[at] == "#" or text.startswith("//", at):
            end = text.find("\n", at)
            at = end if end >= 0 else len(text)
        elif text.startswith("/*", at):
            at = text.index("*/", at) + 2
        else:
            break
    return at


def end_of_expression(text, at):
    """Where the expression ends: at a line's end, or at the brace of the block around it."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char == '"':
            at = end_of_string(text, at + 1)
        elif heredoc := re.compile(r"<<-?([A-Za-z_]\w*)\r?\n").match(text, at):
            at = re.compile(rf"^[ \t]*{heredoc.group(1)}[ \t]*$", re.M).search(text, heredoc.end()).end()
        elif char in "([{":
            depth, at = depth + 1, at + 1
        elif char in ")]}":
            if depth == 0:
                return at
            depth, at = depth - 1, at + 1
        elif depth == 0 and (char == "#" or text.startswith("//", at)):
            return at
        elif char == "#" or text.startswith("//", at):
            end = text.find("\n", at)
            at = end if end >= 0 else len(text)
        elif text.startswith("/*", at):
            at = text.index("*/", at) + 2
        elif char == "\n" and depth == 0:
            return at
        else:
            at += 1
    return at


def end_of_string(text, at):
    """Behind the closing quote."""
    while text[at] != '"':
        if text[at] == "\\":
            at += 2
        elif text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            at = end_of_expression_in_template(text, at + 2)
        else:
            at += 1
    return at + 1


def end_of_expression_in_template(text, at):
    depth = 0
    while True:
        if text[at] == '"':
            at = end_of_string(text, at + 1)
            continue
        if text[at] == "}" and depth == 0:
            return at + 1
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1


def renamed(expression):
    """The expression with the local values that mirror resources in their places."""
    return REFERENCE.sub(lambda found: f"local.{mirror(*found.groups())}", expression)


def mirror(data, kind, name):
    return f"{'data__' if data else ''}{kind}__{name}"


def rewrite(text):
    """The file's text with `terraform_data` resources only."""
    lines, mirrors = [], []
    for block in parse(text).blocks:
        if block.kind == "resource" and block.labels[0].startswith("aws_"):
            resource(block, lines, mirrors)
        elif block.kind == "data":
            data_source(block, text, lines, mirrors)
        elif block.kind not in DROPPED:
            lines += written(block)
    if mirrors:
        lines += ["locals {", *(f"  {line}" for line in mirrors), "}"]
    return "\n".join(lines) + "\n"


def written(block):
    """Any other block as it was, with references renamed."""
    dropped = {"providers"} if block.kind == "module" else set()
    head = " ".join([block.kind, *(f'"{label}"' for label in block.labels)])
    attributes = [f"{key} = {renamed(value)}" for key, value in block.body.attributes.items() if key not in dropped]
    inner = [line for nested in block.body.blocks for line in written(nested)]
    return [f"{head} {{", *attributes, *inner, "}"]


def terraform_data(name, body, value):
    repetition = [f"  {key} = {renamed(body.attributes[key])}" for key in ("count", "for_each") if key in body.attributes]
    return [f'resource "terraform_data" "{name}" {{', *repetition, *([f"  input = {value}"] if value else []), "}"]


def resource(block, lines, mirrors):
    (kind, name), body = block.labels, block.body
    whole = mirror(None, kind, name)
    lines += terraform_data(whole, body, None)
    arguments = {key: renamed(value) for key, value in body.attributes.items() if key not in META}
    arguments |= {key: nested(body, key) for key in block_kinds(body) if key not in META}
    for key, value in arguments.items():
        lines += terraform_data(f"{whole}____{key}", body, value)
    index, each = {"count": ("[i]", "[for i, it in {} : {}]"), "for_each": ("[i]", "{{for i, it in {} : i => {}}}")}.get(
        next((key for key in ("count", "for_each") if key in body.attributes), None), ("", None)
    )
    entries = [f"{key} = terraform_data.{whole}____{key}{index}.input" for key in arguments]
    entries += [f"{key} = terraform_data.{whole}{index}.id" for key in COMPUTED if key not in arguments]
    one = f"{{ {', '.join(entries)} }}"
    mirrors.append(f"{whole} = {each.format(f'terraform_data.{whole}', one) if each else one}")


def data_source(block, text, lines, mirrors):
    (kind, name), body = block.labels, block.body
    whole = mirror("data.", kind, name)
    lines += terraform_data(whole, body, None)
    lines += terraform_data(f"{whole}__list", body, 'tolist(["a"])')
    read = set(re.findall(rf"data\.{kind}\.{name}(?:\[[^\]]*\])*\.(\w+)", text)) | {"id"}
    index = "[i]" if "count" in body.attributes or "for_each" in body.attributes else ""
    source = {True: f"terraform_data.{whole}__list{index}.output", False: f"terraform_data.{whole}{index}.id"}
    one = "{ " + ", ".join(f"{key} = {source[key.endswith('s')]}" for key in sorted(read)) + " }"
    if "count" in body.attributes:
        one = f"[for i, it in terraform_data.{whole} : {one}]"
    elif "for_each" in body.attributes:
        one = f"{{for i, it in terraform_data.{whole} : i => {one}}}"
    mirrors.append(f"{whole} = {one}")


def block_kinds(body):
    kinds = [block.labels[0] if block.kind == "dynamic" else block.kind for block in body.blocks]
    return list(dict.fromkeys(kinds))


def nested(body, kind):
    """All nested blocks of one type as one list of objects."""
    pieces = []
    for block in body.blocks:
        if block.kind == kind:
            pieces.append(f"[{content(block.body)}]")
        elif block.kind == "dynamic" and block.labels[0] == kind:
            iterator = block.body.attributes.get("iterator", kind)
            each = renamed(block.body.attributes["for_each"])
            made = content(next(inner.body for inner in block.body.blocks if inner.kind == "content"))
            pairs = f"[for k, v in {each} : {{ key = k, value = v }}]"
            pieces.append(f"[for {iterator} in {pairs} : {made}]")
    return pieces[0] if len(pieces) == 1 else f"concat({', '.join(pieces)})"


def content(body):
    entries = [f"{key} = {renamed(value)}" for key, value in body.attributes.items()]
    entries += [f"{kind} = {nested(body, kind)}" for kind in block_kinds(body)]
    return "{\n" + "\n".join(entries) + "\n}"


def overlay(value, unknown, applied):
    """The planned value with a mark in every place that is known after apply.

    The mark tells what two applies agree on: an evaluator may know more than the plan, but nothing else than that.
    """
    if unknown is True:
        return UNKNOWN if varies(applied) else {UNKNOWN: applied}
    if isinstance(unknown, dict) and unknown:
        keys = dict.fromkeys([*(value or {}), *unknown])
        at = lambda whole, key: whole.get(key) if isinstance(whole, dict) else VARIES
        return {key: overlay(at(value or {}, key), unknown.get(key), at(applied, key)) for key in keys}
    if isinstance(unknown, list) and unknown:
        marks = unknown + [None] * (len(value) - len(unknown))
        applied = applied if isinstance(applied, list) else [VARIES] * len(value)
        return [overlay(*each) for each in zip(value, marks, applied)]
    return value


def agreed(one, other):
    """What two values have in common, with a mark in the place of what they have not."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return {key: agreed(one[key], other[key]) for key in one}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [agreed(*pair) for pair in zip(one, other)]
    return one if one == other else VARIES


def varies(value):
    if isinstance(value, (list, dict)):
        return any(varies(item) for item in (value.values() if isinstance(value, dict) else value))
    return value == VARIES


def original(name):
    """The type, name and argument that a rewritten resource stands for; no argument for the whole."""
    kind, _, rest = name.partition("__")
    own, _, argument = rest.partition("____")
    return kind, own, argument


def attributes(plan, applied):
    """For each instance, by its address as Terraform prints it, its arguments as planned."""
    found = {}
    for change in plan.get("resource_changes", []):
        if change["type"] != "terraform_data" or not change["name"].startswith("aws_"):
            continue
        kind, name, argument = original(change["name"])
        address = change["address"].replace(f"terraform_data.{change['name']}", f"{kind}.{name}")
        instance = found.setdefault(address, {})
        if argument:
            after, unknown = change["change"]["after"], change["change"]["after_unknown"]
            instance[argument] = overlay(after.get("input"), unknown.get("input"), applied[change["address"]])
    return found


def inputs(states):
    """The `input` of every resource by its address, as far as two states agree on it."""
    of_state = lambda state: {each["address"]: each["values"].get("input") for each in resources(state["values"]["root_module"])}
    one, other = map(of_state, states)
    return {address: agreed(one[address], other.get(address)) for address in one}


def resources(module):
    """The resources of a module of a state or of planned values, and of those below it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)
