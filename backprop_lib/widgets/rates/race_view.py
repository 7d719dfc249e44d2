"""What a race of learning rates is made of: curves, sentences, standings, rules for the page."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import groupby

import numpy as np

from backprop_lib.core import Array
from backprop_lib.drawing import COLOURS, DASHES, INKS, Panel, outline, thin
from backprop_lib.text import rate
from backprop_lib.training import Sweep
from backprop_lib.widgets.spoken import script, style

LANES = "ABCD"
_BESIDE = ((-18, -8), (8, -8), (-18, 18), (8, 18))  # pixels from a curve's end to its letter
_ENDS = {"converges": -1, "diverges": 1}  # before and after those on the way


def view(panel: Panel) -> str:
    """Return the attribute that gives an SVG the panel's coordinates."""
    return f'viewBox="0 0 {panel.width:g} {panel.height:g}"'


def curve(panel: Panel, runs: Sweep, r: int, stop: int, lane: int) -> str:
    """Return one curve with its lane's dashes, a dot or an arrowhead at its end, and the lane's letter."""
    keep = thin(stop + 1)
    points = panel.line(keep + 1, runs.loss[keep, r])
    path = outline(points)
    left, top, width, height = map(float, panel.inside.split())
    x, y = points[-1] + _BESIDE[lane]
    y = min(max(y, top + 12), top + height - 6)
    if stop == len(runs.loss) - 1:  # side by side, for several may end here at the same loss
        x, y = left + width - 120 + 20 * lane, min(max(points[-1, 1], top + 20), top + height) - 8
    ink = INKS[lane]
    return (
        f'<svg class="bp-run" {view(panel)} aria-hidden="true">'
        f'<svg x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" viewBox="{panel.inside}">'
        f'<path d="{path}" stroke="{ink}" stroke-width="2.4" stroke-dasharray="{DASHES[lane]}"/>'
        f"{panel.end(points, ink)}</svg>"
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}">{LANES[lane]}</text></svg>'
    )


def prepared(panel: Panel, runs: Sweep, moments: Array) -> str:
    """Return for each moment, in JSON: percent of the picture that are seen, when it is, the standings."""
    shares = 100 * panel.pixels(moments + 1, np.ones(len(moments)))[:, 0] / panel.width + 0.4
    shares[-1] = 100
    found = [
        (round(share, 2), f"After {n:,} update{'s'[: int(n != 1)]}: ", standings(runs, n))
        for share, n in zip(shares, moments, strict=True)
    ]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def standings(runs: Sweep, n: int) -> list[list[int | str]]:
    """Return the places after n updates, the best first.

    Each is a list. It begins with 0, 1 or 2 for those who have converged, are on the way, or have diverged.
    Then comes the update at which they did or, on the way, the loss; and then the numbers of the learning
    rates that share this place.

    Examples
    --------
    >>> from backprop_lib import Network, sweep
    >>> net = Network([[[0.5]]], activation="identity")
    >>> runs = sweep(net, [1.0], [0.0], [0.5, 0.6, 1.2, 3.0], 20, stop_below=0.01)
    >>> standings(runs, 0), standings(runs, 1)
    ([[1, '0.125', 0, 1, 2, 3]], [[0, '1', 2], [1, '0.0200', 1], [1, '0.0312', 0], [1, '0.500', 3]])
    """
    found = []
    for r, E in enumerate(runs.loss[n]):
        outcome = runs.outcome(r)
        if n < outcome.updates or outcome.kind not in _ENDS:
            found.append((1, E, rate(E), r) if np.isfinite(E) else (1, np.inf, "∞", r))
        else:
            side = _ENDS[outcome.kind]
            found.append((1 + side, -side * outcome.updates, f"{outcome.updates:,}", r))
    groups = groupby(sorted(found), lambda place: (place[0], place[2]))
    return [[kind, number, *(place[-1] for place in group)] for (kind, number), group in groups]


def line(lane: int, sentence: str) -> str:
    """Return a lane's sentence and a sample of its line."""
    look = f'stroke="{INKS[lane]}" stroke-width="2.4" stroke-dasharray="{DASHES[lane]}"'
    return (
        f'<p class="bp-said" style="grid-row: {lane + 2}"><svg width="52" height="12" aria-hidden="true">'
        f'<path d="M4 6H48" {look}/></svg> {escape(sentence)}</p>'
    )


# It presses the slider's keys, so that both always agree.
BUTTON = """<button type="button" class="bp-go" onclick="
const handle = this.closest('.bp-race').querySelector('.noUi-handle');
const press = (key) => handle.dispatchEvent(new KeyboardEvent('keydown', {key}));
const at = (end) => Number(handle.getAttribute('aria-value' + end));
const there = () => at('now') >= at('max') || !handle.isConnected;
const rest = () => { clearInterval(this.timer); this.timer = 0; this.textContent = '▶ Run the race'; };
if (this.timer) return rest();
if (there()) press('Home');
this.textContent = '❚❚ Pause';
this.timer = setInterval(() => { if (there()) rest(); else press('ArrowRight'); }, 100);
">▶ Run the race</button>"""

_RULES = """
.BOX .bp-field { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 10px; }
.BOX .bp-field { align-items: center; max-width: 872px; }
.BOX .bp-field > .widget-html, .BOX .bp-field > .widget-html > .widget-html-content { display: contents; }
.BOX .bp-lane, .BOX .bp-lane .widget-html, .BOX .bp-lane .widget-html-content { display: contents; }
.BOX .field, .BOX .bp-run { grid-area: 1 / 1 / 2 / 3; width: 100%; }
.BOX .field { background: url("BACKGROUND") 0 0 / 100% 100%; }
.BOX .bp-run { fill: none; pointer-events: none; }
.BOX .bp-run text { font: bold 15px sans-serif; stroke: PAPER; stroke-width: 4px; paint-order: stroke; }
.BOX .bp-said { margin: 2px 0; line-height: 1.4; font-variant-numeric: tabular-nums; }
.BOX .bp-ahead { container-type: inline-size; }
@container (max-width: 680px) { .BOX .bp-ahead .bp-said { min-height: 2.8em; } } /* so that nothing jumps */
.BOX .bp-lane .bp-said { grid-column: 2; display: flex; gap: 10px; align-items: baseline; }
.BOX .bp-said svg { flex: none; fill: none; background: PAPER; border-radius: 3px; }
.BOX .bp-go { font: inherit; line-height: 1.3; padding: 2px 10px; min-width: 9em; cursor: pointer; }
.BOX .bp-go { color: INK; background: WASH; border: 1px solid SOFT; border-radius: 4px; }
"""


def sheet(box: str, panel: Panel) -> str:
    """Return the style sheet of the races of the class `box`, with the script that shows their moments."""
    values = {"BOX": box, "BACKGROUND": panel.address} | {name.upper(): c for name, c in COLOURS.items()}
    rules = re.sub(r"\b[A-Z]{3,}\b", lambda match: values[match[0]], _RULES)
    return f'{style()}<style onload="{script(__file__, "race.js")}">{rules}</style>'
