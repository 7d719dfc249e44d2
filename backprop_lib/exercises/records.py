"""Progress: what a learner has answered, in one file beside the notebooks.

The file is replaced as a whole or not at all. Whoever changes it holds a lock, reads it again, and writes the
union of both, so a second kernel loses nothing. Where nothing can be written, progress is kept until the
kernel ends, and one sentence says so. Nothing leaves the machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_lib.core import file_path, replaced
from backprop_lib.exercises.entries import (
    Contents,
    Entries,
    Entry,
    Newer,
    is_id,
    joined,
    read_file,
    unread,
    written,
)
from backprop_lib.text import Sentence, counted, got

if TYPE_CHECKING:
    from backprop_lib.exercises.verdict import Verdict

try:
    from filelock import FileLock
except ModuleNotFoundError:  # in the browser's Python, and where the package was installed alone
    FileLock = None  # type: ignore[assignment, misc]

SETTING = "BACKPROP_PROGRESS"

_START = "00_start_here.ipynb"
_UNTIL = "Your progress is kept until this kernel ends; `save_progress(path)` writes it elsewhere."
_PATIENCE = 2.0  # seconds to wait for another kernel that writes


class NotMoved(ValueError):
    """A file of progress was not read or written."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows where it would show a traceback: the sentence, and nothing else."""
        return [str(self)]


class Keeper:
    """One file of progress, and what this session knows of it.

    Parameters
    ----------
    path : Path, optional
        Without it, progress is kept for this session only.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "progress.json")
    >>> Keeper(path).change(lambda entries: {"one-path.1": Entry(tries=1)})
    >>> Keeper(path).read()["one-path.1"].tries
    1
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.note = ""  # what a learner should know about the file
        self._known: dict[str, Entry] = {}
        self._stored: Entries = {}  # what the file held when it was last looked at
        self._said: set[str] = set()

    def read(self) -> Entries:
        """Return everything that is known, from the file and from this session."""
        if self.path is not None and self.path.exists():
            with self._alone() as writable:
                self._take_in(writable)
        return dict(self._known)

    def change(self, alter: Callable[[Entries], Entries]) -> None:
        """Write what `alter` makes of the entries; where that cannot be, keep it, and say so once.

        Parameters
        ----------
        alter : callable
            It is given all entries and returns those that are new or have changed.
        """
        with self._alone() as writable:
            writable = self._take_in(writable)
            self._known |= alter(self._known)
            if writable and self._known != self._stored:
                self._write()

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Keep other kernels away from the file; tell whether it may be written."""
        if self.path is None or FileLock is None:
            yield self.path is not None
            return
        patience = 0.0 if self.note else _PATIENCE  # once it has failed, nobody waits again
        lock = FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=patience)
        try:
            lock.acquire()
        except (OSError, NotImplementedError) as error:
            busy = isinstance(error, TimeoutError)
            self._unwritten("another kernel keeps it busy" if busy else _reason(error))
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _take_in(self, writable: bool) -> bool:
        """Read the file, and set it aside if it is damaged; tell whether it may be written now."""
        if self.path is None:
            return False
        try:
            found = read_file(self.path)
        except FileNotFoundError:
            self._stored = {}
            return writable
        except (Newer, OSError) as error:
            self._say(f"{unread(self.path, error)} It stays as it is. {_UNTIL}")
            return False
        except ValueError as error:
            found = Contents({}, [str(error)])
        self._stored = found.entries
        self._known = joined(self._known, found.entries)
        if found.faults and writable:
            return self._set_aside(found)
        return writable

    def _set_aside(self, found: Contents) -> bool:
        """Give a damaged file another name, and write what could be read of it; tell whether that worked."""
        assert self.path is not None
        stamp = f"{datetime.now(UTC):%Y-%m-%d}"
        names = (f"{self.path.stem}.damaged-{stamp}-{number}.json" for number in count(1))
        aside = next(place for name in names if not (place := self.path.with_name(name)).exists())
        try:
            self.path.rename(aside)
        except OSError as error:
            self._unwritten(_reason(error))
            return False
        self._write()
        self._say(
            f"{self.path.name} was damaged: {found.faults[0]} It is now called {aside.name}. The new "
            f"{self.path.name} holds what could be read: {counted(len(found.entries), 'exercise')}."
        )
        return True

    def _write(self) -> None:
        assert self.path is not None
        try:
            with replaced(self.path) as file:
                file.write(written(self._known).encode())
            self._stored, self.note = dict(self._known), ""
        except OSError as error:
            self._unwritten(_reason(error))

    def _unwritten(self, reason: str) -> None:
        assert self.path is not None
        self._say(f"{self.path.name} can't be written: {reason}. {_UNTIL}")

    def _say(self, sentence: str) -> None:
        """Print a sentence the first time that it is true."""
        self.note = sentence
        if sentence not in self._said:
            self._said.add(sentence)
            print(sentence)


def record(exercise: str, verdict: Verdict, answer_text: str = "") -> None:
    """Keep what was said to an answer; what was not judged, such as a blank, is not kept.

    Parameters
    ----------
    exercise : str
    verdict : Verdict
    answer_text : str
        The answer as it was typed; of a long one, the beginning is kept.

    Raises
    ------
    ValueError
        If `exercise` cannot be the name of one.

    Examples
    --------
    >>> from backprop_lib.exercises.verdict import Verdict
    >>> record("one path", Verdict(True, "Yes."))
    Traceback (most recent call last):
    ValueError: exercise is 'one path', expected the name of one, such as 'one-path.1'.
    """
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
    if verdict.judged:
        _change(exercise, lambda entry: entry.tried(verdict.right, verdict.mistake, answer_text, now))


def record_seen(exercise: str, hints: int = 0, solution: bool = False) -> None:
    """Keep that hints or the solution were read.

    Parameters
    ----------
    exercise : str
    hints : int
        How many hints were read by now.
    solution : bool

    Raises
    ------
    ValueError
        If `exercise` cannot be the name of one.

    Examples
    --------
    >>> record_seen("", hints=1)
    Traceback (most recent call last):
    ValueError: exercise is '', expected the name of one, such as 'one-path.1'.
    """
    _change(exercise, lambda entry: entry.helped(hints, solution))


def _change(exercise: str, alter: Callable[[Entry], Entry]) -> None:
    if not is_id(exercise):
        raise ValueError(f"exercise is {got(exercise)}, expected the name of one, such as 'one-path.1'.")
    keeper().change(lambda entries: {exercise: alter(entries.get(exercise, Entry()))})


def save_progress(path: str | Path) -> Sentence:
    """Write your progress to a file that you can download, and read again elsewhere.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Sentence

    Raises
    ------
    NotMoved
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> save_progress(Path(tempfile.mkdtemp(), "mine.json"))  # doctest: +ELLIPSIS
    mine.json now holds ... exercise...
    """
    place, entries = file_path(path, "mine.json"), keeper().read()
    try:
        with replaced(place) as file:
            file.write(written(entries).encode())
    except OSError as error:
        raise NotMoved(f"{place.name} can't be written: {_reason(error)}.") from None
    return Sentence(f"{place.name} now holds {counted(len(entries), 'exercise')}.")


def load_progress(path: str | Path) -> Sentence:
    """Read a file that `save_progress` wrote; what you have solved here stays solved.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Sentence
        What was read, and what was left out because it was not as expected.

    Raises
    ------
    NotMoved
        If the file cannot be read.

    Examples
    --------
    >>> load_progress("nowhere.json")
    Traceback (most recent call last):
    backprop_lib.exercises.records.NotMoved: There is no file nowhere.json.
    """
    place = file_path(path, "mine.json")
    try:
        found = read_file(place)
    except (OSError, ValueError) as error:
        raise NotMoved(unread(place, error)) from None
    keeper().change(lambda entries: joined(entries, found.entries))
    said = f"Your progress now includes {counted(len(found.entries), 'exercise')} from {place.name}."
    return Sentence(" ".join([said, *(["Some of it was left out."] if found.faults else []), *found.faults]))


def keeper() -> Keeper:
    """Return the keeper of the file that belongs to the kernel's folder."""
    return _keeper(progress_file())


_keeper = cache(Keeper)


def progress_file() -> Path | None:
    """Return where progress is kept: beside the notebooks, where `00_start_here.ipynb` is found.

    The environment variable BACKPROP_PROGRESS names another file; if it is empty, nothing is written.

    Examples
    --------
    >>> progress_file() is None  # in tests
    True
    """
    if (setting := os.environ.get(SETTING)) is not None:
        return Path(setting).absolute() if setting else None
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return None
    folders = (here, here.parent, here / "notebooks")
    return next((folder for folder in folders if (folder / _START).is_file()), here) / "progress.json"


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
