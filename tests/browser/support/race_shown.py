"""A race of learning rates on a page: what it shows, and what the library says it must show."""

import re
from itertools import groupby

import numpy as np
from opened import SETTLED

from backprop_lib import Network, sweep
from backprop_lib.text import rate
from backprop_lib.widgets import log_rates
from backprop_lib.widgets.rates.rates import training_in_words

LANES = "ABCD"
CASES = [  # as in chapters 1 and 6
    "Network([[[0.5]], [[0.5]]]), [0.1], [0.9], log_rates(0.9, 1, 3, 4), 8200, 5e-5, [0.9, 9, 90, 900]",
    "Network([[[10.0], [10.0]]], activation='identity', loss='squared_error'), [1.0], [0.0, 0.0], "
    "log_rates(0.3, 1, 1, 10), 200, 1e-3, [0.03, 0.3, 0.95, 1.2]",
]

# What a race shows: its controls, its words, and of each lane the sentence, the letter, the end of the curve.
STATE = """
const shown = (box) => ({
  position: box.querySelector("input[type=range]").valueAsNumber,
  label: box.querySelector(".bp-readout").innerText.trim(),
  button: box.querySelector("button").innerText,
  said: [...box.querySelectorAll(".bp-ahead .bp-said")].map((line) => line.innerText),
  top: box.querySelector(".field").getBoundingClientRect().top - box.getBoundingClientRect().top,
  menus: [...box.querySelectorAll("select")].map((menu) => [menu.selectedIndex, menu.value]),
  lanes: [...box.querySelectorAll(".bp-lane .bp-said")].map((said, i) => {
    const within = (part) => [...box.querySelectorAll(`.bp-run[data-lane=${"ABCD"[i]}]${part}`)];
    return {
      sentence: said.innerText.trim(),
      letters: within(" text").map((text) => text.textContent),
      dots: within(" circle").map((dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value]),
      arrows: within(" path[transform]").length,
      clips: within("").map((run) => getComputedStyle(run).clipPath),
    };
  }),
});
const frame = () => new Promise((done) => requestAnimationFrame(done));
"""
# Press a key on the slider until it has nowhere to go; what is shown at each moment.
WALK = f"""async (box, key) => {{ {STATE}
  const handle = box.querySelector("input[type=range]"), seen = [shown(box)];
  for (;;) {{
    handle.dispatchEvent(new KeyboardEvent("keydown", {{ key }}));
    await frame();
    const now = shown(box);
    if (now.position === seen.at(-1).position) return seen;
    seen.push(now);
  }}
}}"""
# What is shown once every lane has the curve that its menu says.
SHOWN = f"""async (box, ms) => {{ {STATE}
  const agrees = ({{ menus, lanes }}) => menus.every(([index, rate], i) =>
    lanes[i]?.sentence.startsWith("ABCD"[i] + (index ? `: η = ${{rate}}` : ": no rate.")));
  for (const end = performance.now() + ms; !agrees(shown(box)) && performance.now() < end; ) await frame();
  await frame();
  return shown(box);
}}"""


class Race:
    """One of the races on the page, and what the library makes of its numbers."""

    def __init__(self, page, box, case):
        given = eval(f"({case})", {"Network": Network, "log_rates": log_rates})
        self.net, x, t, rates, updates, goal, self.start = given
        self.runs = sweep(self.net, x, t, rates, updates, stop_below=goal)
        self.page, self.box = page, box
        self.handle = self.box.query_selector("input[type=range]")

    @property
    def state(self):
        return self.box.evaluate(SHOWN, SETTLED)

    def walk(self, key):
        return self.box.evaluate(WALK, key)

    def press(self, element, key):
        element.press(key)
        return self.state


def joined(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def standing(runs, chosen, n):
    """Say who is where after n updates: the words that must be on the page."""
    places = []
    for lane, r in zip(LANES, chosen, strict=True):
        outcome = None if r is None else runs.outcome(r)
        if outcome is None:
            continue
        if outcome.kind == "converges" and n >= outcome.updates:
            places.append(("arrived", outcome.updates, f"{outcome.updates:,}", lane))
        elif outcome.kind == "diverges" and n >= outcome.updates:
            places.append(("diverged", -outcome.updates, f"{outcome.updates:,}", lane))
        else:
            places.append(("at", runs.loss[n, r], rate(runs.loss[n, r]), lane))
    found = {"arrived": [], "at": [], "diverged": []}
    for (kind, number), level in groupby(sorted(places), lambda place: (place[0], place[2])):
        found[kind].append((sorted(lane for *_, lane in level), number))
    said = []
    for kind, those in found.items():
        if not those:
            continue
        (first, number), *others = those
        one = len(first) == 1
        if kind != "at":
            begin, link = f"{joined(first)} {kind} at update {number}", "at "
        elif found["arrived"] or not others:
            begin, link = f"{joined(first)} {'is' if one else 'are'} at E = {number}", "at "
        else:
            begin, link = f"{joined(first)} lead{'s' if one else ''} with E = {number}", ""
        rest = [f"{joined(lanes)} {link}{number}" for lanes, number in others]
        if rest and not link:
            rest[0] = f"then {rest[0]}"
        said.append(", ".join([begin, *rest]))
    return f"After {n:,} update{'' if n == 1 else 's'}: {'; '.join(said) or 'no rate is in the race'}."


def check(race, state):
    """Compare what is said with what the library computes; return what is drawn, and what it stands for.

    That is for each dot its pixels and its two numbers, and for each curve the edge up to which it is seen.
    """
    runs, n = race.runs, int(state["label"].replace(",", ""))
    assert [value for _, value in state["menus"]] == [
        "–" if index == 0 else rate(runs.learning_rates[index - 1]) for index, _ in state["menus"]
    ]
    chosen = [index - 1 if index else None for index, _ in state["menus"]]
    assert state["said"] == [standing(runs, chosen, n)]
    dots, edges = [], []
    for letter, lane, r in zip(LANES, state["lanes"], chosen, strict=True):
        if r is None:
            assert lane == {"sentence": f"{letter}: no rate.", "letters": [], "dots": [], "arrows": 0} | {
                "clips": []
            }
            continue
        known = (
            runs.outcome(r).updates
            if runs.outcome(r).kind in ("converges", "diverges")
            else len(runs.loss) - 1
        )
        words = f" {training_in_words(runs, r, race.net)}" if n >= known else ""
        assert lane["sentence"] == f"{letter}: η = {rate(runs.learning_rates[r])}{words}."
        assert lane["letters"] == [letter]
        assert len(lane["dots"]) + lane["arrows"] == 1
        end = runs.outcome(r).updates
        dots += [(*dot, np.log(end + 1), np.log(runs.loss[end, r])) for dot in lane["dots"]]
        (clip,) = lane["clips"]
        hidden = re.fullmatch(r"inset\(0px(?: ([\d.]+)%? 0px 0px)?\)", clip)
        edges.append(872 * (1 - float(hidden[1] or 0) / 100))
    assert len(set(edges)) <= 1
    return dots, [(n, edge) for edge in edges[:1]]


def check_drawn(states, race):
    """Check that pixels are a straight line over logarithms, and that curves are seen up to their moment."""
    dots, edges = zip(*(check(race, state) for state in states), strict=True)
    pixels = np.unique(np.array([dot for some in dots for dot in some]), axis=0).T
    assert len(np.unique(pixels[2])) >= 3
    across, up = (np.polynomial.Polynomial.fit(pixels[i + 2], pixels[i], 1) for i in (0, 1))
    assert np.abs(across(pixels[2]) - pixels[0]).max() < 0.3
    assert np.abs(up(pixels[3]) - pixels[1]).max() < 0.3
    assert up.convert().coef[1] < 0 < across.convert().coef[1]
    last = len(race.runs.loss) - 1
    for n, edge in (pair for pairs in edges for pair in pairs):
        assert edge == 872 if n == last else 2 < edge - across(np.log(n + 1)) < 5
