"""Run a notebook's code cells after an edit of `plays.toml`, in a process of their own.

Usage: python tests/support/playing.py "01 x = 0"
prints which cells stop, and where, and what the text says that is no longer so.
"""

import contextlib
import io
import multiprocessing
import sys
import tomllib
import traceback
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import nbformat
from following import edited, stale
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from traitlets import Type

from backprop_lib.training import loop

ROOT = Path(__file__).parents[2]
PROCESSES = multiprocessing.get_context("forkserver")
EVERY_CHAPTER_NEEDS = [f"backprop_lib.{room}" for room in ("drawing", "documents", "widgets")]
PROCESSES.set_forkserver_preload(["playing", *EVERY_CHAPTER_NEEDS])  # loaded once, not in each process


@dataclass(frozen=True)
class Play:
    """One edit of a notebook: in each cell, named by its id, old texts and the new ones in their places."""

    notebook: str  # its first two digits
    name: str
    edits: dict[str, dict[str, str]]
    then: str = ""  # a new cell at the end
    exercise: int = 0  # the exercise that asks for it
    shape: bool = False  # the network gets another shape: the chapter may say that its own is fixed
    unreachable: bool = False  # no training reaches the goal

    def __str__(self):
        return f"{self.notebook} {self.name}"

    @property
    def path(self):
        (path,) = (ROOT / "notebooks").glob(f"{self.notebook}_*.ipynb")
        return path

    def cells(self):
        """Return the cells of the notebook as it is."""
        return _cells(self.path)

    @property
    def of_numbers(self):
        """Whether only numbers of the first cell are edited, so that the whole text has to hold."""
        first = next(cell.id for cell in self.cells() if cell.cell_type == "code")
        return set(self.edits) == {first} and not (self.then or self.shape)

    def sources(self):
        """Return (id, source) of each code cell after the edit.

        Raises
        ------
        ValueError
            If an old text does not stand exactly once in its cell.
        """
        sources = {cell.id: cell.source for cell in self.cells() if cell.cell_type == "code"}
        for cell, pairs in self.edits.items():
            for old, new in pairs.items():
                if (count := sources[cell].count(old)) != 1:
                    raise ValueError(f"{self}: {old!r} stands {count} times in {cell!r}, expected once.")
                sources[cell] = sources[cell].replace(old, new)
        return [*sources.items(), *([("then", self.then)] if self.then else [])]


@cache
def _cells(path):
    return nbformat.read(path, as_version=4).cells


def plays():
    """Return all edits of `plays.toml`."""
    with open(ROOT / "tests/plays.toml", "rb") as file:
        chapters = tomllib.load(file)
    known = {field.name for field in fields(Play)}
    found = []
    for notebook, edits in chapters.items():
        for edit in edits:
            cells = {cell: edit.pop(cell) for cell in set(edit) - known}
            found.append(Play(notebook, edits=cells, **edit))
    return found


class Results(DisplayHook):
    """Keeps what a cell's last line gives."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.shown.append(new_output("display_data", format_dict))


class Displays(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data, *_, **__):
        self.shell.shown.append(new_output("display_data", data))


class Notebook(InteractiveShell):
    """IPython without a kernel, which keeps what a cell shows, and what goes wrong in it or in showing it."""

    displayhook_class, display_pub_class = Type(Results), Type(Displays)

    def showtraceback(self, exc_tuple=None, *_, **__):
        self.errors.append((exc_tuple or sys.exc_info())[1])

    def showsyntaxerror(self, *_, **__):
        self.errors.append(sys.exc_info()[1])


def run(sources):
    """Run each cell, whatever became of the others but the first.

    Returns the errors by the cells' ids, what the trainings said that have a goal, and the outputs by the
    cells' ids.
    """
    shell, said = Notebook.instance(), io.StringIO()
    shell.history_manager.enabled = False
    loop._PATIENCE = 0
    warnings.simplefilter("error")
    # Where a cell's own line leaves the range of floats NumPy says so beneath it, and goes on.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="__main__")
    stopped, outputs = {}, {}
    for cell, source in sources:
        shell.errors, shell.shown, printed = [], [], io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            shell.run_cell(source)
        text = [new_output("stream", text=printed.getvalue())] if printed.getvalue() else []
        outputs[cell] = [*text, *shell.shown]
        if shell.errors:
            stopped[cell] = shell.errors[0]
            if cell == sources[0][0]:
                break
    return stopped, said.getvalue(), outputs


def ending(sources):
    """Return what `run` finds in a process of its own: the errors as text, and what was said."""
    return _alone(_run_in_words, sources)[:2]


def played(play):
    """Return the same of an edited notebook, and what its text says that is no longer so."""
    return _alone(_played, play)


def _alone(task, given):
    with ProcessPoolExecutor(1, PROCESSES, max_tasks_per_child=1) as pool:
        return pool.submit(task, given).result(timeout=900)  # against a hang


def _run_in_words(sources):
    stopped, said, outputs = run(sources)
    return {cell: f"{type(error).__name__}: {error}" for cell, error in stopped.items()}, said, outputs


def _played(play):
    sources = play.sources()
    stopped, said, outputs = _run_in_words(sources)
    if stopped or not play.of_numbers:
        return stopped, said, []
    return stopped, said, stale(play.path.stem, edited(play.cells(), sources, outputs))


def main(wanted):
    (play,) = (play for play in plays() if str(play) == wanted)
    stopped, _, outputs = run(play.sources())
    for cell, error in stopped.items():
        print(f"--- {cell}")
        traceback.print_exception(error)
    if play.of_numbers and not stopped:
        print(*stale(play.path.stem, edited(play.cells(), play.sources(), outputs)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
