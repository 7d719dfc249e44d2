"""Is everything there that the course needs? Said in words that help when it is not."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version


def check_setup() -> str:
    """Return one paragraph: that all is well, or what to install.

    What is needed is read from the installed package, which has it from the one list of dependencies.

    Examples
    --------
    >>> check_setup().partition(": ")[0], "numpy" in check_setup()
    ('All is well', True)
    """
    try:
        python = metadata("backprop-lib")["Requires-Python"]
        needed = [line for line in requires("backprop-lib") or [] if ";" not in line]  # leaves the extras out
    except PackageNotFoundError:
        return "The course itself is not installed here: in its folder, run: python -m pip install -e ."
    if sys.version_info < _release(python):
        return f"This is Python {sys.version.split()[0]}; the course needs Python {python}."
    if faults := {line: fault for line in needed if (fault := _fault(*line.split(">=")))}:
        wanted = " ".join(f'"{line}"' for line in faults)
        return f"{'; '.join(faults.values())}. To mend this, run: python -m pip install {wanted}"
    *names, last = (line.split(">=")[0] for line in needed)
    return f"All is well: {', '.join(names)} and {last} are here. Go on."


def _fault(name: str, least: str) -> str:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    return "" if _release(found) >= _release(least) else f"{name} is {found}, needed is >={least}"


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
