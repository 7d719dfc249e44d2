"""The package as a whole: what it imports and when, and how it speaks of itself."""

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import backprop_lib
from backprop_lib import setup_check

ROOT = Path(__file__).parents[1]


def test_the_numeric_core_imports_numpy_only():
    """Nothing that is slow to import comes along: neither libraries, nor what only saved files need."""
    late = ("sympy", "matplotlib", "ipywidgets", "IPython", "zipfile", "hashlib")
    code = (
        "import sys, numpy; before = set(sys.modules); import backprop_lib; "
        f"print(sorted(set({late!r}) & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    seen = "import backprop_lib; backprop_lib.derive; import sys; print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_public_names_are_there():
    for name in backprop_lib.__all__:
        assert getattr(backprop_lib, name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = backprop_lib.nothing


def test_the_setup_check_names_what_is_missing(monkeypatch):
    def version(name):
        if name == "sympy":
            raise setup_check.PackageNotFoundError(name)
        return "1.0" if name == "ipywidgets" else "99"

    monkeypatch.setattr(setup_check, "version", version)
    said = setup_check.check_setup()
    assert said.startswith("ipywidgets is 1.0, but must be >=8.1. sympy is missing. To fix this, run:")
    assert said.endswith('python -m pip install "ipywidgets>=8.1" "sympy>=1.13"')


def test_the_setup_check_names_the_whole_list():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [line.partition(">=")[0] for line in project["dependencies"]]
    said = setup_check.check_setup()
    found = [f"{name} {importlib.metadata.version(name)}" for name in names]
    assert said.startswith(f"Everything the course needs is installed: Python {sys.version.split()[0]}, ")
    assert said.endswith(f"{', '.join(found[:-1])} and {found[-1]}.")


@pytest.mark.parametrize("found", ["2.0", "2.0.1", "2.1rc1", "10.0.0+local"])
def test_the_setup_check_takes_newer_versions(found):
    assert setup_check._release(found) >= setup_check._release("2.0") > setup_check._release("1.26.4")


def test_the_setup_check_knows_an_old_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert "the course needs Python >=3.11" in setup_check.check_setup()


def test_the_setup_check_knows_when_the_course_is_not_installed(monkeypatch):
    def requires(name):
        raise setup_check.PackageNotFoundError(name)

    monkeypatch.setattr(setup_check, "requires", requires)
    assert "run: python -m pip install -e ." in setup_check.check_setup()
