"""Read every sentence of the course with proselint, by its own checks and by those of prose.toml.

A linter helps, it does not judge: what it passes may still be bad English. Quotations are let through, and
so are code and formulas.

Usage: python tests/support/prose.py notebooks/01_one_path.ipynb README.md   prints what it finds there
"""

import ast
import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

import nbformat
from proselint.checks import __register__ as its_checks
from proselint.config import DEFAULT
from proselint.registry import CheckRegistry
from proselint.registry.checks import Check, types
from proselint.registry.checks.engine import Fancy
from proselint.tools import LintFile

ROOT = Path(__file__).parents[2]
PATTERNS = ROOT / "tests" / "prose.toml"

# Names of checks, the longest first: ours, and proselint's but for those that have nothing to say here.
CHECKS = {
    "dates_times.am_pm": False,  # “1 among”
    "misc.preferred_forms": False,  # it knows a font
    "redundancy.misc.after_the_deadline": False,  # “tiny bit”, “for free”
    "typography.diacritical_marks": False,  # a button says Resume
    "typography.symbols": False,  # “…” and “×” are used; straight quotes stand in code
    "weasel_words.very": False,  # “the very same”
    **DEFAULT["checks"],
    "course": True,
}

CODE = re.compile(r"^```.*?^```|``.+?``|`[^`]*`", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
TARGET = re.compile(r"(?<=\])\([^)]*\)|<https?:[^>]*>|https?:\S+")
TAG = re.compile(r"<[^<>]*>")
BLOCKS = re.compile(r"\n\s*\n|\||^\s*(?:#+|>|[-*]|\d+\.)(?= )|:?-{2,}:?|</?summary>|<br ?/?>", re.MULTILINE)
MARKS = re.compile(r"\*\*|(?<!\w)\*(?=\w)|(?<=[\w.,!?])\*(?!\w)|[\[\]]")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \u202f](?=\d{3}\b)")
NAMES = [f"X{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]  # what stands for code and formulas
BETWEEN = "\n§\n"  # what stands between paragraphs, items and the cells of tables
A_SENTENCE = re.compile(r"[A-Za-z]{2,}(?:[ ,;’'-]+[A-Za-z]+){3,}")
IN_SCRIPT = re.compile(r"`((?:[^`\\]|\\.)*)`|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")


@dataclass(frozen=True)
class Pattern:
    """A turn of phrase that is not English, or not the course's; with a case for each side."""

    name: str
    regex: str
    write: str
    refuse: tuple[str, ...]
    accept: tuple[str, ...]
    only: str = ""

    def check(self):
        """Return it as one of proselint's checks."""
        found = types.ExistenceSimple(pattern=self.regex)
        return Check(check_type=found, engine=Fancy(), path=f"course.{self.name}", message=self.write)


@cache
def patterns():
    entries = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))["pattern"]
    return [
        Pattern(**{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}) for entry in entries
    ]


@cache
def registry():
    """Proselint's checks and ours, registered once."""
    made = CheckRegistry()
    made.register_many((*its_checks, *(pattern.check() for pattern in patterns())))
    return made


# ---- what is read --------------------------------------------------------------------------------


def plain(markdown):
    """Return the sentences of a Markdown text: a paragraph a line, without code, formulas and marks."""
    names = cycle(NAMES)
    text = CODE.sub(lambda _: next(names), BETWEEN_DIGITS.sub("", markdown))
    text = FORMULA.sub(lambda _: next(names), text)
    paragraphs = (MARKS.sub("", TAG.sub(" ", block)) for block in BLOCKS.split(TARGET.sub("", text)))
    return BETWEEN.join(" ".join(words) for words in map(str.split, paragraphs) if words)


def in_notebook(path):
    """What a reader reads of a notebook: its texts, and the sentences that its cells print."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            yield cell.id, cell.source
        for output in cell.get("outputs", []):
            yield cell.id, output.get("text", "")
            yield cell.id, output.get("data", {}).get("text/markdown", "")


def in_python(path):
    """First sentences of docstrings, and every string that holds a sentence: messages, captions, labels."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {ast.get_docstring(n, clean=False) for n in ast.walk(tree) if isinstance(n, documented)}
    parts = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            names = cycle(NAMES)
            pieces = (v.value if isinstance(v, ast.Constant) else next(names) for v in node.values)
            yield f"line {node.lineno}", "".join(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            text = node.value
            yield f"line {node.lineno}", text.split("\n\n")[0] if text in docstrings else text


def in_script(path):
    """Every string of a script, and what a template shows."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        yield "", text
        return
    for found in IN_SCRIPT.finditer(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)):
        yield f"{found[0][:20]}…", re.sub(r"\$\{[^}]*\}", NAMES[0], found[1] or found[2] or found[3] or "")


def said(path):
    """Yield pairs of a place in a file and what is said there."""
    if path.suffix == ".ipynb":
        yield from in_notebook(path)
    elif path.suffix == ".md":
        yield "", path.read_text(encoding="utf-8")
    else:
        read = in_python if path.suffix == ".py" else in_script
        yield from ((place, text) for place, text in read(path) if A_SENTENCE.search(text))


# ---- what is found -------------------------------------------------------------------------------


def faults_in(text, where=""):
    """What proselint finds in a text, as pairs of the name of a check and a sentence."""
    elsewhere = {f"course.{p.name}" for p in patterns() if not where.startswith(p.only)}
    registry()
    config = {**DEFAULT, "checks": CHECKS}
    content = f"§ {plain(text)}"
    for found in LintFile(source=where, content=content).lint(config):
        check = found.check_result
        if check.check_path not in elsewhere:
            begin, end = check.span
            if check.check_path == "lexical_illusions" and not re.search(r"[^\W\d]", content[begin:end]):
                continue  # a digit may be followed by the same one
            around = f"\n{content}\n"[max(0, begin - 30) : end + 30].replace("\n", " ")
            yield check.check_path, f"“…{around.strip()}…”: {check.message}"


def faults(path):
    """What is found in a file."""
    where = path.relative_to(ROOT).as_posix()
    for place, text in said(path):
        for name, sentence in faults_in(text, where):
            yield f"{where} {place} {name} {sentence}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for fault in faults(Path(name).resolve()):
            print(fault)
