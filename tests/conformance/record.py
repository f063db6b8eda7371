#!/usr/bin/env python3
"""Records what the real Terraform makes of the expressions in expressions.txt.

Each line of that file is an expression, a tab, and what it is worth: the value as JSON, or `!error` where Terraform
refuses it. Add a line with an expression alone, run this script with `terraform` 1.11 on the PATH, and the rest of the
line is written. The expressions are evaluated in a copy of the directory `module`, without any provider.
"""

import base64
import json
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
FILE = HERE / "expressions.txt"


def evaluate(expressions):
    """The results of all expressions; halved where one stops Terraform as a whole."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(HERE / "module", directory, dirs_exist_ok=True)
        attempts = "".join(f'try(jsonencode({expression}), "!error"),\n' for expression in expressions)
        # One local holds them all: the console evaluates only the last line it is given.
        pathlib.Path(directory, "main.tf").write_text(f"locals {{\n  results = [\n{attempts}]\n}}\n")
        console = subprocess.run(
            ["terraform", "console"],
            input="base64encode(jsonencode(local.results))\n",
            capture_output=True,
            text=True,
            cwd=directory,
        )
    try:
        return json.loads(base64.b64decode(console.stdout.strip().strip('"'), validate=True))
    except ValueError:
        if len(expressions) == 1:
            return ["!error"]
        half = len(expressions) // 2
        return evaluate(expressions[:half]) + evaluate(expressions[half:])


def main():
    lines = FILE.read_text().splitlines()
    expressions = [line.split("\t")[0] for line in lines if line and not line.startswith("#")]
    results = iter(zip(expressions, evaluate(expressions)))
    with FILE.open("w") as file:
        for line in lines:
            file.write(line if not line or line.startswith("#") else "\t".join(next(results)))
            file.write("\n")


if __name__ == "__main__":
    main()
