"""What the widgets of a notebook must show, from the notebook's own cells, and where they do not."""

import inspect
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from numbers_of_rates import faults_of_explorer
from numbers_of_steps import faults_of_stepper

from backprop_lib import widgets

CHECKS = {"stepper": faults_of_stepper, "rate_explorer": faults_of_explorer}
SLIDERS = {"step": "stepper", "learning rate η": "rate_explorer"}  # the name beside a slider
WALK = Path(__file__).with_name("walk.js").read_text(encoding="utf-8")


def walk(notebook, number, key, *, button=False):
    """Move a slider by ArrowRight or ArrowLeft to its end: what is `seen` everywhere, and the `grounds`."""
    return notebook.page.evaluate(WALK, [number, key, button])


def made(cells):
    """Run a notebook's first cell and those with a stepper or explorer; return what these are made from.

    A list of pairs: which function is called, and its arguments by name.
    """
    found, scope = [], {"__name__": "__main__"}

    def recorder(what, signature):
        return lambda *args, **named: found.append((what, signature.bind(*args, **named).arguments))

    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    with ExitStack() as patches:
        for what in CHECKS:
            stand_in = recorder(what, inspect.signature(getattr(widgets, what)))
            patches.enter_context(mock.patch.object(widgets, what, stand_in))
        for source in [code[0], *(c for c in code[1:] if any(f"{what}(" in c for what in CHECKS))]:
            exec(source, scope)
    return found


def faults(what, arguments, walked):
    """Return every difference between what was seen of a widget, from first to last, and the library."""
    return list(CHECKS[what](**walked, **arguments))


def differences(there, back):
    """Return where the way back has not shown what the way there has, in words."""
    if len(there["seen"]) != len(back["seen"]) or there["grounds"] != back["grounds"]:
        return [f"{len(there['seen'])} positions there, {len(back['seen'])} back, or another background"]
    pairs = zip(there["seen"], reversed(back["seen"]), strict=True)
    return [f"on the way back not the same: {one['said']}" for one, other in pairs if one != other]
