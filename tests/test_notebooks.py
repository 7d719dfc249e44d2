"""The notebooks as files: normalised, linked, runnable in any order, and compared strictly when run."""

import ast
import copy
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

import nbformat
import pytest
from store_notebooks import UNSTORED, normalise

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@each
def test_outputs_are_stored_and_normalised(path):
    notebook = read(path)
    assert normalise(copy.deepcopy(notebook)) == notebook
    assert not any(o.output_type == "error" for c in code(notebook) for o in c.outputs)
    shows = [c for c in code(notebook) if not c.source.splitlines()[-1].startswith("judge.answer")]
    unstored = [cell.id for cell in shows if UNSTORED in cell.metadata.get("tags", [])]
    assert [cell.id for cell in shows if not cell.outputs] == unstored
    assert unstored == (["check"] if path.stem == "00_start_here" else [])  # it prints versions


@each
def test_cells_are_short(path):
    lines = {cell.id: len(cell.source.splitlines()) for cell in code(read(path))}
    folded = {c.id for c in code(read(path)) if c.metadata.get("jupyter", {}).get("source_hidden")}
    if path.parent.name != "audit":
        assert median(lines.values()) <= 6
        assert median(lines[cell] for cell in lines.keys() - folded) <= 6
    assert max(lines.values()) <= 16


LESSONS = [path for path in NOTEBOOKS if path.parent.name != "audit" and "what_we_found" not in path.stem]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_lesson_needs_the_judge(path):
    assert not [
        c.id for c in code(read(path)) if re.search(r"\b[Jj]udge\b|backprop_lib\.documents", c.source)
    ]


@each
def test_links_lead_somewhere(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target.startswith("https://") or (path.parent / target).exists(), target
    assert not re.findall(r"!\[\]", text), "a picture without alternative text"


@each
def test_cells_run_in_any_order_after_the_first(path, monkeypatch):
    """Run the first cell, then the others backwards, each alone and twice: none changes what it made."""
    monkeypatch.chdir(path.parent)
    first, *others = [cell.source for cell in code(read(path))]
    made = {"__name__": "__main__"}
    exec(compile(first, f"{path.name}, first cell", "exec"), made)
    sums_up = re.compile(r"judge\.(claims|listings)\(\)")  # what other cells have found
    waiting = [source for source in others if sums_up.search(source)]
    for source in [*reversed(others), *waiting]:
        cell, scope = compile(source, f"{path.name}: {source[:40]}", "exec"), dict(made)
        if source in waiting and not made["judge"].answers:
            with pytest.raises(ValueError, match="has no answer yet: run the cell that tests it"):
                exec(cell, scope)
            continue
        exec(cell, scope)
        exec(cell, scope)
        assert not [name for name, value in made.items() if scope[name] is not value and name != "_"]


class Halved(ast.NodeTransformer):
    """What a reader may do to a first cell: every number with a point is half of what it was."""

    def visit_Constant(self, node):
        return ast.Constant(node.value / 2) if isinstance(node.value, float) else node


def shown_by(cell, scope):
    """Run a cell and return what it shows as Markdown, LaTeX or words."""
    *body, last = ast.parse(cell.source).body
    if not isinstance(last, ast.Expr):
        body, last = [*body, last], None
    exec(compile(ast.Module(body, []), cell.id, "exec"), scope)
    value = None if last is None else eval(compile(ast.Expression(last.value), cell.id, "eval"), scope)
    for form in ("_repr_markdown_", "_repr_latex_"):
        if hasattr(value, form):
            return getattr(value, form)()
    return "" if value is None else repr(value)


@each
def test_no_verdict_moves_whatever_the_first_cell_says(path, monkeypatch):
    """Halve the first cell's numbers: all that has to do with the judge must show what is stored."""
    monkeypatch.chdir(path.parent)
    first, *others = code(read(path))
    judging = [cell for cell in others if re.search(r"\bjudge\b", cell.source)]
    if not judging:
        return
    scope = {"__name__": "__main__"}
    exec(
        compile(ast.fix_missing_locations(Halved().visit(ast.parse(first.source))), path.name, "exec"), scope
    )
    told = 0
    for cell in judging:
        shown = shown_by(cell, dict(scope))
        if "judge.beside(" in cell.source:
            told += shown.startswith("Your page differs from document ")
            continue
        stored = [
            {"text/markdown": "", "text/latex": "", "text/plain": "", **o.data}
            for o in cell.outputs
            if "data" in o
        ]
        assert shown in ([*stored[-1].values()] if stored else [""]), f"{cell.id} depends on the first cell"
    own_numbers = any(
        isinstance(node, ast.Constant) and isinstance(node.value, float)
        for node in ast.walk(ast.parse(first.source))
    )
    assert path.parent.name != "audit" or told == own_numbers, (
        "an audit with numbers of its own says whether they are the document's: judge.beside(…)"
    )


def nbval(path):
    """Run a notebook under nbval as `make test` does and return pytest's exit code and report."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"),
            *("--rootdir", path.parent, "--nbval-sanitize-with", ROOT / "tests/nbval_sanitize.cfg"),
            *("--numprocesses=0", path),
        ],
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_changed_digit_turns_nbval_red(tmp_path):
    """The beginning of the first chapter: three cells as stored, then with a digit changed in each output."""
    stored = read(ROOT / "notebooks/01_one_path.ipynb")
    stored.cells = [cell for cell in stored.cells if cell.id in {"setup", "forward", "forward-net"}]
    changed = copy.deepcopy(stored.cells)
    for cell, kind, digits, others in zip(
        changed,
        ("text/plain", "text/markdown", "text/html"),
        ("1 row", "0.563714", "0.0565"),
        ("3 row", "0.563715", "0.0566"),
        strict=True,
    ):
        cell.id += "-changed"
        data = cell.outputs[0].data
        assert digits in data[kind]
        data[kind] = data[kind].replace(digits, others, 1)
    stored.cells += changed
    nbformat.write(stored, tmp_path / "copy.ipynb")
    returncode, report = nbval(tmp_path / "copy.ipynb")
    assert returncode == 1
    assert "3 failed, 3 passed" in report
    assert re.findall(r"^FAILED copy.ipynb::Cell (\d)", report, re.MULTILINE) == ["3", "4", "5"]
