"""Play: a chapter runs through whatever its numbers are changed to, or says that its shape is fixed.

Where the first cell's numbers are edited, the text has to follow them: see `following`.

`plays.toml` holds the edits, those of the exercises among them. Each is run in a process of its own. As that
takes minutes, a sample is run here, chosen by the seed that its names show; `make play` runs them all, and
`make play PLAY="01 w1"` those with this in their names.
"""

import os
import random
import re

import pytest
from playing import Play, ending, played, plays

PLAYS = plays()
SEED, SAMPLE = 11, 12
NOTEBOOKS = sorted({play.notebook for play in PLAYS})


def sample(seed):
    """Return one edit of each notebook that has to run through, of its first numbers if there is one.

    Others follow, up to `SAMPLE`.
    """
    shuffled = random.Random(seed).sample(PLAYS, len(PLAYS))
    of_numbers_last = sorted(shuffled, key=lambda play: play.of_numbers)
    through = {play.notebook: play for play in of_numbers_last if not play.shape}.values()
    return [*through, *(play for play in shuffled if play not in through)][:SAMPLE]


def chosen(wanted):
    if not wanted:
        return sample(SEED), f"seed {SEED}: "
    if not (found := [play for play in PLAYS if wanted == "all" or wanted in str(play)]):
        raise ValueError(f"PLAY is {wanted!r}, expected a part of a name such as {str(PLAYS[0])!r}, or all.")
    return found, ""


CHOSEN, LABEL = chosen(os.environ.get("PLAY", ""))


def complaint(play, stopped):
    """Return what is wrong with an ending; nothing if all ran through, or a fixed shape was named as such."""
    said = re.fullmatch(r"FixedShape: This chapter's shape is fixed: [^\n]+\.", stopped.get("setup", ""))
    if not stopped or (play.shape and said and len(stopped) == 1):
        return ""
    return f"{play}: {'; '.join(f'{cell} stopped with {error}' for cell, error in stopped.items())}"


@pytest.mark.parametrize("play", CHOSEN, ids=lambda play: f"{LABEL}{play}")
def test_play(play):
    stopped, said, stale = played(play)
    assert complaint(play, stopped) == ""
    assert not play.unreachable or "not reached" in said
    assert not stale, "\n".join(stale)


def test_every_edit_fits_its_notebook():
    """Each old text stands in its cell, once; and no two edits share a name."""
    for play in PLAYS:
        play.sources()
    assert len({str(play) for play in PLAYS}) == len(PLAYS)


def exercises(cells):
    """Pairs of the number of an exercise and whether it asks for an edit: it tells you to set or change."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = text.partition("## Exercises")[2].partition("\n## ")[0]
    found = re.split(r"^(?:\*\*Exercise )?(\d+)\.(?:\*\*)? ", text, flags=re.MULTILINE)[1:]
    tasks = zip(found[::2], found[1::2], strict=True)
    return [(int(number), bool(re.search(r"\A(?:Set|Change) |\bset `", task))) for number, task in tasks]


def test_every_exercise_is_played():
    for notebook in set(NOTEBOOKS) - {"00", "09"}:  # these ask for no edit
        own = [play for play in PLAYS if play.notebook == notebook]
        asked = exercises(own[0].cells())
        played = {play.exercise for play in own} - {0}
        assert {number for number, edits in asked if edits} <= played <= {n for n, _ in asked}, notebook


def test_the_sample_is_the_same_for_the_same_seed_and_holds_every_notebook():
    assert sample(SEED) == sample(SEED) != sample(SEED + 1)
    assert {play.notebook for play in sample(SEED)} == set(NOTEBOOKS)
    assert {play.notebook for play in sample(SEED) if play.of_numbers} == set(NOTEBOOKS) - {"09"}
    assert len(sample(SEED)) == SAMPLE


STOPS = {
    "ZeroDivisionError": "1 / 0",
    "UserWarning": "import warnings\nwarnings.warn('Look here.')",
    "RuntimeWarning": "import numpy as np\nnp.polynomial.Polynomial([0.0, 1e308])(1e10)",
    "TypeError": "class Mute:\n    __repr__ = None\nMute()",
    "SyntaxError": "def",
}
OWN_LINE = "import numpy as np\nnp.exp(np.array([1000.0]))"
FIXED = """
from backprop_lib import Network
from backprop_lib.core import expect_shape

expect_shape(Network([[[1]]]), 1, [1], "1-1")
"""


def test_what_stops_is_seen_and_excused_by_a_fixed_shape_alone():
    of_numbers, of_shape = (Play("01", "an edit", {}, shape=shape) for shape in (False, True))
    stopped, _ = ending([("a line of one's own", OWN_LINE), *STOPS.items()])
    assert [error.partition(":")[0] for error in stopped.values()] == list(stopped) == list(STOPS)
    for kind, error in stopped.items():
        assert complaint(of_shape, {kind: error})
        assert complaint(of_shape, {"setup": error})
    fixed, _ = ending([("setup", FIXED), ("after", "1 / 0")])
    assert list(fixed) == ["setup"]
    assert fixed["setup"].endswith("needs x as a list of one number, not 1.")
    assert complaint(of_numbers, fixed)
    assert complaint(of_shape, fixed | {"after": "ZeroDivisionError: division by zero"})
    assert not complaint(of_shape, fixed)
    assert not complaint(of_numbers, {})


def test_what_a_training_says_of_its_goal_is_heard():
    setup = "from backprop_lib import Network, train\n"
    goals = {0.2: "E < 0.200 not reached", 0.25: "E < 0.250 reached"}
    for goal, heard in goals.items():
        _, said = ending([("setup", f"{setup}train(Network([[[1]]]), [1], [0], 1, 2, stop_below={goal})")])
        assert said.rstrip().endswith(heard)
