"""What the course needs is looked for; where it is missing, the words help."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version


def check_setup() -> str:
    """Return one paragraph: the versions that are installed, or what to install.

    What is needed is read from the installed package, which has it from the one list of dependencies.

    Examples
    --------
    >>> check_setup().partition(": ")[0], "numpy" in check_setup()
    ('Everything the course needs is installed', True)
    """
    try:
        python = metadata("backprop-lib")["Requires-Python"]
        needed = [line for line in requires("backprop-lib") or [] if ";" not in line]  # leaves the extras out
    except PackageNotFoundError:
        return "The course itself is not installed here. In its folder, run: python -m pip install -e ."
    if sys.version_info < _release(python):
        return f"This is Python {sys.version.split()[0]}, but the course needs Python {python}."
    if faults := {line: fault for line in needed if (fault := _fault(*line.split(">=")))}:
        wanted = " ".join(f'"{line}"' for line in faults)
        return f"{'. '.join(faults.values())}. To fix this, run: python -m pip install {wanted}"
    found = ["Python " + sys.version.split()[0]]
    found += [f"{name} {version(name)}" for name in (line.split(">=")[0] for line in needed)]
    return f"Everything the course needs is installed: {', '.join(found[:-1])} and {found[-1]}."


def _fault(name: str, least: str) -> str:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    return "" if _release(found) >= _release(least) else f"{name} is {found}, but must be >={least}"


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
