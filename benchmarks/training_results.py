"""The figures of the README: `results.toml`, and the section "How fast it trains" that is made from it.

`training.py --store` and `training_growth.py --store` write what they measured into `results.toml`, and then
the whole section anew, after the pattern of `how_fast.md`; so no figure in it is typed by hand.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

Section = dict[str, str | float | list[float]]
Results = dict[str, Section]
FILE = Path(__file__).with_name("results.toml")
README = Path(__file__).parents[1] / "README.md"
HEADING = "## How fast it trains\n"
COLUMNS = {
    "digits": "784-32-10, batch 256, an epoch of 60 000 digits",
    "parity": "10-3-2, batch 8, an epoch of 700 numbers",
    "steps": "2-2-2, 10 000 steps",
    "start": "a new Python, 20 epochs of the 700 numbers",
}
OWN = "this course"
STRAIGHT_LINE, MACHINE_CODE = f"{OWN}, straight line", f"{OWN}, machine code"
JAVASCRIPT = f"{OWN}, JavaScript"
SWEEP, LIMIT = "64 learning rates (sweep)", "the machine's limit"
LEFT_OUT = (f"{OWN}, lean steps", f"{OWN}, checked networks")
NAMES = {
    OWN: "**the course**",
    STRAIGHT_LINE: "the derivation as Python",
    MACHINE_CODE: "the derivation as machine code",
    JAVASCRIPT: "the derivation as JavaScript",
    LIMIT: f"*{LIMIT}*",
}
TEXT = Path(__file__).with_name("how_fast.md")


def digits_of(ratio: float) -> str:
    """Return a ratio with two significant digits, or as a whole number."""
    return f"{ratio:#.2g}".rstrip(".") if ratio < 99.5 else f"{ratio:.0f}"


def load() -> Results:
    with FILE.open("rb") as file:
        return tomllib.load(file)


def store(**sections: Section) -> None:
    """Write these sections and keep the others; make the README's section from all, once all are there."""
    results = (load() if FILE.exists() else {}) | sections
    FILE.write_text(written(results), encoding="utf-8")
    if not {*COLUMNS, "run", "sweep", "compile", "growth"} <= results.keys():
        return
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(section_of(text), section(load())), encoding="utf-8")


def written(results: Results) -> str:
    lines = ["# By training.py --store and training_growth.py --store; a peer's ratios are three quartiles."]
    for name, values in results.items():
        lines.append(f"\n[{name}]")
        for key, value in values.items():
            if isinstance(value, list):
                shown = f"[{', '.join(f'{number:.4g}' for number in value)}]"
            else:
                shown = f'"{value}"' if isinstance(value, str) else f"{value:.4g}"
            lines.append(f'"{key}" = {shown}')
    return "\n".join(lines) + "\n"


def section_of(readme: str) -> str:
    """Return the section, as it stands in the README, without its heading."""
    start = readme.index(HEADING) + len(HEADING)
    return readme[start : readme.index("## ", start)]


def section(results: Results) -> str:
    """Return the section as it should stand there."""
    seconds = results["compile"]["seconds"]
    return TEXT.read_text(encoding="utf-8").format(
        run=results["run"],
        growth=results["growth"],
        table=table(results),
        sweep=digits_of(results["sweep"][SWEEP][1]),
        compile=f"{seconds:.0f}",
        pays=_about(seconds / results["compile"]["saved_by_an_epoch"]),
        operations=_about(results["growth"]["operations"]),
    )


def table(results: Results) -> str:
    """Return the ratios of all, a row each; those that have none in a column come after the others."""
    names = dict.fromkeys(name for column in COLUMNS for name in results[column] if name not in LEFT_OUT)
    medians = {name: [results[column].get(name, [0, 0, 0])[1] for column in COLUMNS] for name in names}
    rows = [f"| | {' | '.join(COLUMNS.values())} |", f"| :-- |{' --: |' * len(COLUMNS)}"]
    for name in sorted(names, key=lambda name: [median or float("inf") for median in medians[name]]):
        cells = ["1" if name == OWN else digits_of(m) if m else "–" for m in medians[name]]
        rows.append(f"| {' | '.join([NAMES.get(name, name), *cells])} |")
    return "\n".join(rows)


def _about(count: float) -> str:
    """Return a number with one significant digit, its thousands apart."""
    return f"{float(f'{count:.0e}'):,.0f}".replace(",", " ")
