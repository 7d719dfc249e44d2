"""The scripts of the page: their style, their types, their own tests, and that each travels in one piece."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from npm import KEPT, installed

from backprop_lib import widgets
from backprop_lib.widgets.carrier import Carried, module

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = Path(widgets.__file__).parent


@pytest.fixture(scope="module")
def tools():
    return installed(HERE)


def complaints(*command, **variables):
    """Run a command at the root of the course, and return what it says if it fails."""
    done = subprocess.run(
        ["node", *map(str, command)],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def lint(tools, *names):
    config = f"--config={HERE / 'eslint.config.cjs'}"
    command = tools / "eslint/bin/eslint.js", config, "--max-warnings=0", *names
    return complaints(*command, NODE_PATH=str(tools))


def types(tools, *options):
    return complaints(tools / "typescript/bin/tsc", *options)


def test_scripts_are_written_alike(tools):
    assert not lint(tools, "backprop_lib", "tests", "benchmarks")


def test_types_fit(tools):
    assert not types(tools, "--project", HERE)


def test_units_work(tools):
    assert not complaints("--test", *sorted(HERE.glob("*.test.js")))


FAILS = """import { test } from "node:test";
test("bad", () => { throw Error("oh"); });
"""
WRONG = """import { slider } from "./parts.js";
export const bar = slider(3, (at) => at + nowhere);
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("export const f = (a) => { if (a == 1) return; };", "eqeqeq"),
        ("export const f = new Function('return 1');", "no-new-func"),
        ("let unused = 1;", "no-unused-vars"),
    ],
)
def test_bad_style_is_found(tools, tmp_path, text, says):
    bad = FOLDER / f"bad-{tmp_path.name}.js"
    bad.write_text(text, encoding="utf-8")
    try:
        assert says in lint(tools, bad)
    finally:
        bad.unlink()


def test_wrong_types_are_found(tools, tmp_path):
    (tmp_path / "parts.js").write_text((FOLDER / "parts.js").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bad.js").write_text(WRONG, encoding="utf-8")
    project = {"extends": str(HERE / "tsconfig.json"), "include": ["*.js"], "exclude": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
    found = types(tools, "--project", tmp_path)
    assert "'number' is not assignable to parameter of type 'string'" in found
    assert "Cannot find name 'nowhere'" in found
    assert "parts.js(" not in found


def test_a_failed_unit_is_told(tmp_path):
    bad = tmp_path / "bad.test.js"
    bad.write_text(
        'import { test } from "node:test"; test("bad", () => { throw Error("oh") });', encoding="utf-8"
    )
    assert "oh" in complaints("--test", bad)


def carried(of=Carried):
    for kind in of.__subclasses__():
        yield from [kind] if "_esm" in vars(kind) and kind.__module__.startswith("backprop_lib") else []
        yield from carried(kind)


@pytest.mark.parametrize("kind", sorted({*carried()}, key=lambda kind: kind.__name__))
def test_a_module_travels_in_one_piece(kind, tmp_path):
    """No two of its parts give a name twice, nothing is missing, and it gives what a host asks for."""
    whole = tmp_path / "whole.mjs"
    script = str(getattr(kind._esm, "default_value", kind._esm))
    whole.write_text(script, encoding="utf-8")
    asked = f"import({str(whole)!r}).then((m) => {{ if (!m.default.render) throw Error('no render'); }})"
    assert not complaints("--eval", asked)
    assert not re.search(r"^import |^ *//|on\w+=|innerHTML = host", script, re.MULTILINE)


def test_what_is_imported_stands_in_front_once(tmp_path):
    for name, text in {
        "a": 'import { b } from "./b.js";\nimport { c } from "./c.js";\nexport default { b, c };\n',
        "b": '// b\nimport {\n  c,\n} from "./c.js";\n/** @import { D } */\nexport const b = c + 1;\n',
        "c": "/**\n * c\n */\nexport const c = 1; // one\n",
    }.items():
        (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
    beside = str(tmp_path / "a.py")
    assert module(beside, "a.js") == "const c = 1; // one\nconst b = c + 1;\nexport default { b, c };\n"
    assert module(beside, "a.js", {"c.js": "const c = 2;\n"}).startswith("const c = 2;\n")
    (tmp_path / "c.js").unlink()
    with pytest.raises(FileNotFoundError, match=r"c\.js"):
        module(beside, "a.js")


def test_tools_are_kept_beside_the_environment(tools):
    assert KEPT in tools.parents
    assert installed(HERE) == tools
