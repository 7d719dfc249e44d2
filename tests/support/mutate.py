"""Break the mathematical rooms on purpose, one small change at a time, and see whether the tests notice.

    python tests/support/mutate.py [--sample N] [--seed S] [MODULE …]

A mutant is the package with one operator, comparison, number or NumPy call changed. It is killed if a test of
its room fails or takes ten times as long as usual. The score is printed, and every survivor with the reason
that `survivors.toml` gives for it, which is usually that the changed program computes the same.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from time import perf_counter

import autograd.numpy  # noqa: F401
import hypothesis  # noqa: F401
import mpmath  # noqa: F401
import pytest
import sympy  # noqa: F401

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "backprop_lib"
WITNESSES = [f"symbols/test_{name}" for name in ("floors", "panel", "checks", "nudging", "evaluation")]
ROOMS = {  # the tests that each room answers to, the quickest first
    "core/functions": ["core/test_functions"],
    "core/network": ["core/test_network"],
    "symbols/slopes": ["symbols/test_slopes", "symbols/test_derivation"],
    "symbols/derivation": ["symbols/test_derivation"],
    "symbols/evaluation": ["symbols/test_evaluation", "symbols/test_derivation", "symbols/test_checks"],
    "symbols/nudging": ["core/test_network", *WITNESSES],
    "symbols/floors": WITNESSES,
    "symbols/panel": WITNESSES,
    "symbols/checks": WITNESSES,
    "symbols/proof": ["symbols/test_proof"],
    "symbols/programs": ["symbols/test_programs"],
    "training/batches": ["training/test_trainer", "documents/test_document_003"],
    "training/options": ["training/test_options"],
    "training/in_place": ["documents/test_document_003", "training/test_trainer", "training/test_loop"],
    "training/sweeping": ["training/test_sweeping", "training/test_loop"],
    "training/loop": ["training/test_loop", "training/test_sweeping", "training/test_trainer"],
    "training/trainer": [
        "training/test_trainer",
        "training/test_loop",
        "training/test_sweeping",
        "training/test_progress",
    ],
}
SWAPS = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.Pow: "*",
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.And: "or", ast.Or: "and",
}  # fmt: skip
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip
CALLS = {"add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply", "exp": "negative"}
TEXTS = (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)  # words, not mathematics


@dataclass(frozen=True)
class Mutant:
    """One change of one room: `line` before and after it, and the whole changed source."""

    room: str
    number: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.room}.py:{self.number}: {self.before}  →  {self.after}"


def mutants(room: str) -> list[Mutant]:
    """Return all mutants of a room, in the order of their places."""
    source = (PACKAGE / f"{room}.py").read_text(encoding="utf-8")
    found = []
    for first, last, new in sorted(set(_changes(source))):
        changed = source[:first] + new + source[last:]
        number = source.count("\n", 0, first) + 1
        before, after = (text.splitlines()[number - 1].strip() for text in (source, changed))
        found.append(Mutant(room, number, before, after, changed))
    return found


def _changes(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield each change as the place of what goes, and what comes."""
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.decode()))

    def place(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1][:column].decode())

    for node in _mathematics(ast.parse(source)):
        if not isinstance(node, ast.expr):
            continue
        first, last = place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)
        if isinstance(node, ast.BinOp | ast.BoolOp | ast.Compare):
            for left, op, right in _operations(node):
                start = place(left.end_lineno, left.end_col_offset)
                between = source[start : place(right.lineno, right.col_offset)]
                if (sign := SIGNS.get(type(op))) and sign in between:
                    at = start + between.index(sign)
                    yield at, at + len(sign), SWAPS[type(op)]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
            yield first, place(node.operand.lineno, node.operand.col_offset), ""
        elif isinstance(node, ast.Constant) and node.value in (True, False) and isinstance(node.value, bool):
            yield first, last, str(not node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield first, last, repr(node.value + 1)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in CALLS:
            yield first, last, CALLS[node.id]


def _operations(node: ast.BinOp | ast.BoolOp | ast.Compare) -> list[tuple[ast.expr, ast.AST, ast.expr]]:
    """Return what stands left of an operator, the operator, and what stands right of it, for each."""
    if isinstance(node, ast.BinOp):
        return [(node.left, node.op, node.right)]
    if isinstance(node, ast.BoolOp):
        return [(left, node.op, right) for left, right in pairwise(node.values)]
    parts = [node.left, *node.comparators]
    return [(left, op, right) for (left, right), op in zip(pairwise(parts), node.ops, strict=True)]


def _mathematics(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those of texts and types."""
    if isinstance(node, TEXTS) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _mathematics(child)


def known_survivors() -> dict[tuple[str, str, str], str]:
    """Return the reason for each survivor that is expected, by room and by its line before and after."""
    listed = tomllib.loads((TESTS / "survivors.toml").read_text(encoding="utf-8")).get("survivor", [])
    return {(s["room"], s["before"], s["after"]): s["reason"] for s in listed}


def noticed(trials: list[tuple[str, str | None]], limits: list[float], processes: int) -> list[bool]:
    """Say of each room, with its source changed to this one or as it is, whether its tests fail or hang."""
    context, results = get_context("fork"), [True] * len(trials)  # what is imported here need not be again
    waiting, running = list(range(len(trials)))[::-1], {}
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            while waiting and len(running) < processes:
                k = waiting.pop()
                process = context.Process(target=_run_tests, args=(Path(folder, str(k)), *trials[k]))
                process.start()
                running[k] = process, perf_counter() + limits[k]
            wait([process.sentinel for process, _ in running.values()], timeout=1)
            for k, (process, end) in list(running.items()):
                if process.exitcode is None and perf_counter() > end:
                    process.kill()
                    process.join()
                if process.exitcode is not None:
                    results[k] = process.exitcode != 0
                    del running[k]
                    shutil.rmtree(Path(folder, str(k)), ignore_errors=True)
    return results


def _run_tests(folder: Path, room: str, source: str | None) -> None:
    """Run the tests of a room, in a process of its own, on a copy of the package in which it is changed."""
    shutil.copytree(PACKAGE, folder / "backprop_lib")
    if source is not None:
        (folder / "backprop_lib" / f"{room}.py").write_text(source, encoding="utf-8")
    silent = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silent, stream)
    sys.path.insert(0, str(folder))
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder)
    quick = ["-xq", "-c", os.devnull, "--rootdir", str(folder), "--hypothesis-seed=0", "-pno:cacheprovider"]
    quick.append(f"--confcutdir={TESTS}")  # a conftest above would bring the unchanged package
    code = pytest.main([*quick, *(str(TESTS / f"{name}.py") for name in ROOMS[room])])
    import backprop_lib

    assert Path(backprop_lib.__file__).parent.parent == folder
    os._exit(int(code))


def survivors(chosen: list[Mutant], processes: int = 2) -> list[Mutant]:
    """Return the mutants that no test noticed; what hangs is noticed."""
    rooms, usual = sorted({mutant.room for mutant in chosen}), {}
    for room in rooms:
        start = perf_counter()
        assert not noticed([(room, None)], [inf], 1)[0], f"the tests of {room} fail without any change"
        usual[room] = perf_counter() - start
    limits = [10 * usual[mutant.room] for mutant in chosen]
    found = noticed([(mutant.room, mutant.source) for mutant in chosen], limits, processes)
    return [mutant for mutant, dead in zip(chosen, found, strict=True) if not dead]


def sample(count: int, seed: int, rooms: list[str]) -> list[Mutant]:
    """Return `count` mutants of these rooms, the same for the same seed."""
    every = [mutant for room in rooms for mutant in mutants(room)]
    return random.Random(seed).sample(every, min(count, len(every)))


def main() -> int:
    """Run the mutants that are asked for, print the score, and return 1 if a survivor has no reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", metavar="MODULE", choices=[[], *ROOMS], default=[])
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rooms = asked.rooms or list(ROOMS)
    chosen = sample(asked.sample or sys.maxsize, asked.seed, rooms)
    alive, reasons = survivors(chosen), known_survivors()
    print(f"\n{len(chosen) - len(alive)} of {len(chosen)} mutants were killed. The others:")
    unexplained = 0
    for mutant in alive:
        reason = reasons.get((mutant.room, mutant.before, mutant.after))
        unexplained += reason is None
        print(mutant)
        print("   ", reason or "no reason given: write a test, or say in survivors.toml why none can tell")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
