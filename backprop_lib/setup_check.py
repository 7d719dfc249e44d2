"""Is everything there that the course needs? Said in words that help when it is not."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet


def check_setup() -> str:
    """Return one paragraph: that all is well, or what to install.

    What is needed is read from the installed package, which has it from the one list of dependencies.

    Examples
    --------
    >>> check_setup().partition(": ")[0], "numpy" in check_setup()
    ('All is well', True)
    """
    try:
        needed = [Requirement(line) for line in requires("backprop-lib") or []]
        python = metadata("backprop-lib")["Requires-Python"]
    except PackageNotFoundError:
        return "The course itself is not installed here: in its folder, run: python -m pip install -e ."
    runtime = [r for r in needed if r.marker is None]
    if not SpecifierSet(python).contains(".".join(map(str, sys.version_info[:3]))):
        return f"This is Python {sys.version.split()[0]}; the course needs Python {python}."
    if faults := [fault for r in runtime if (fault := _fault(r))]:
        wanted = " ".join(f'"{r.name}{r.specifier}"' for r in runtime if _fault(r))
        return f"{'; '.join(faults)}. To mend this, run: python -m pip install {wanted}"
    names = [r.name for r in runtime]
    return f"All is well: {', '.join(names[:-1])} and {names[-1]} are here. Go on."


def _fault(needed: Requirement) -> str:
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return f"{needed.name} is missing"
    return (
        "" if needed.specifier.contains(found) else f"{needed.name} is {found}, needed is {needed.specifier}"
    )
