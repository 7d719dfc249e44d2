"""JavaScript that the course prints or ships, run by node and asked for numbers."""

import json
import os
import shutil
import subprocess

import pytest

NO_NODE = "These tests need node, and found none: install it (Debian: apt install nodejs)."
ASK = """
import { readFileSync } from "node:fs";
const written = (key, value) => {
  if (ArrayBuffer.isView(value)) return Array.from(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
};
const answers = [];
for (const [module, name, ...given] of JSON.parse(readFileSync(0, "utf8"))) {
  const asked = name.split("/").reduce((whole, part) => whole[part], await import(module));
  answers.push(asked(...given));
}
process.stdout.write(JSON.stringify(answers, written));
"""


def found():
    """Return the path of node; without it fail under CI, and elsewhere skip."""
    if (node := shutil.which("node")) is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_NODE)
    return node


def answers(calls, folder):
    """Return what functions of modules return: a call is a module's source, a function's name, arguments.

    The name "tables/one" is that of a function in a table.

    Numbers that JSON does not know come back as Python's floats.
    """
    written = {}
    for source, *_ in calls:
        if source not in written:
            path = folder / f"module_{len(written)}.mjs"
            path.write_text(source, encoding="utf-8")
            written[source] = path.as_uri()
    asked = json.dumps([[written[source], *rest] for source, *rest in calls])
    run = subprocess.run(
        [found(), "--input-type=module", "--eval", ASK],
        input=asked,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return _floats(json.loads(run.stdout))


def _floats(value):
    if isinstance(value, dict):
        return {key: _floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_floats(part) for part in value]
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value
