"""Progress: one file, never torn, nothing lost, whoever writes it and whatever stands in it."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lib.exercises import entries as stored
from backprop_lib.exercises import records
from backprop_lib.exercises.entries import Entry, joined, read_file, read_text, written
from backprop_lib.exercises.records import Keeper, load_progress, record, record_seen, save_progress
from backprop_lib.exercises.verdict import Verdict

RIGHT = Verdict(True, "It is.")
SIGN = Verdict(False, "This is exactly −1 times the right answer.", "sign")
OTHER = Verdict(False, "It has another size.")
BLANK = Verdict(False, "Write your answer.", judged=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Work in a folder of notebooks, with a fresh kernel's memory."""
    (tmp_path / "00_start_here.ipynb").touch()
    monkeypatch.delenv(records.SETTING)
    monkeypatch.chdir(tmp_path)
    restart()
    yield tmp_path
    restart()


def restart():
    records._keeper.cache_clear()


def kept(folder):
    return read_file(folder / "progress.json").entries


# ---- what is kept --------------------------------------------------------------------------------


def test_answers_are_kept_up_to_the_first_right_one(folder):
    record("one-path.1", BLANK, "...")
    assert not (folder / "progress.json").exists()
    record("one-path.1", SIGN, "t - a")
    record("one-path.1", SIGN, "t  -\na")  # the cell was only run again
    record("one-path.1", OTHER, "a")
    record_seen("one-path.1", hints=1)
    record("one-path.1", SIGN, "t - a")
    record("one-path.1", RIGHT, "a - t")
    record("one-path.1", SIGN, "t - a")
    record_seen("one-path.1", hints=2, solution=True)
    (entry,) = kept(folder).values()
    time.strptime(entry.first_right, "%Y-%m-%dT%H:%MZ")
    assert entry == Entry(True, 4, entry.first_right, {"sign": 2}, "t - a", hints=1, solution=False)


def test_the_file_is_left_alone_where_nothing_is_new(folder):
    record("one-path.1", RIGHT, "a - t")
    before = (folder / "progress.json").stat().st_ino, kept(folder)
    record("one-path.1", RIGHT, "a - t")
    record_seen("one-path.1", hints=1)
    assert ((folder / "progress.json").stat().st_ino, kept(folder)) == before
    (folder / "progress.json").unlink()
    record("one-path.1", RIGHT, "a - t")
    assert kept(folder) == before[1]


def test_an_answer_without_its_text_counts_each_time(folder):
    record("one-path.1", SIGN)
    record("one-path.1", SIGN)
    assert kept(folder)["one-path.1"].tries == 2


def test_lessons_and_audit_share_a_file_and_a_kernel_may_be_restarted(folder, monkeypatch):
    record("one-path.1", RIGHT)
    restart()
    (folder / "audit").mkdir()
    monkeypatch.chdir(folder / "audit")
    record("two-paths.1", SIGN)
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "notebooks")
    restart()
    assert list(records.keeper().read()) == ["one-path.1", "two-paths.1"]
    assert sorted(p.name for p in (folder.parent / "notebooks").glob("*.json")) == ["progress.json"]


def test_elsewhere_the_file_stands_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(records.SETTING)
    monkeypatch.chdir(tmp_path)
    assert records.progress_file() == tmp_path / "progress.json"


def test_the_environment_may_name_a_file_or_none(folder, monkeypatch):
    monkeypatch.setenv(records.SETTING, "mine.json")
    record("one-path.1", RIGHT)
    assert (folder / "mine.json").exists()
    monkeypatch.setenv(records.SETTING, "")
    record("one-path.2", RIGHT)
    assert list(records.keeper().read()) == ["one-path.2"]
    assert not (folder / "progress.json").exists()


def test_neither_tests_nor_stored_notebooks_know_anybodys_progress(tmp_path):
    assert os.environ[records.SETTING] == ""
    code = "import os, store_notebooks; print(repr(os.environ['BACKPROP_PROGRESS']))"
    env = {name: value for name, value in os.environ.items() if name != records.SETTING}
    support = str(Path(__file__).parents[1] / "support")
    done = subprocess.run(
        [sys.executable, "-c", code], env={**env, "PYTHONPATH": support}, capture_output=True, text=True
    )
    assert done.stdout == "''\n"


@pytest.mark.skipif(os.name == "nt", reason="there, a folder that is in use can't be removed")
def test_a_folder_that_is_gone_does_not_stop_anybody(folder):
    (folder / "gone").mkdir()
    os.chdir(folder / "gone")
    (folder / "gone").rmdir()
    record("one-path.1", RIGHT)
    assert records.keeper().read()["one-path.1"].right


def test_the_file_is_readable(folder):
    record("one-path.1", SIGN, "σ(z) − t")
    content = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    assert content["version"] == 1
    assert content["exercises"]["one-path.1"]["answer"] == "σ(z) − t"
    assert "σ(z) − t" in (folder / "progress.json").read_text(encoding="utf-8")
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"progress.json", "progress.damaged-*.json", ".progress.json.*"} <= set(ignored)


IDS = st.sampled_from(["one-path.1", "two-paths.3", "übung.1"])
EVENTS = st.lists(
    st.tuples(IDS, st.booleans(), st.text(max_size=80), st.text(max_size=300), st.integers(0, 20))
)


@given(EVENTS)
def test_whatever_is_recorded_can_be_read_again(events):
    entries = {}
    for exercise, right, mistake, answer, hints in events:
        entry = entries.get(exercise, Entry()).helped(hints, solution=right)
        entries[exercise] = entry.tried(right, mistake, answer, now="2026-01-31T08:00Z")
    assert read_text(written(entries)) == (entries, [])


@given(EVENTS, EVENTS)
def test_a_union_keeps_what_is_right_and_has_no_order(one, other):
    def made(events):
        entries = {}
        for exercise, right, mistake, answer, hints in events:
            entry = entries.get(exercise, Entry()).helped(hints, solution=right)
            entries[exercise] = entry.tried(right, mistake, answer, now=f"2026-01-31T08:{hints:02}Z")
        return entries

    one, other = made(one), made(other)
    both = joined(one, other)
    assert both == joined(other, one) == joined(both, one) == joined(both, both)
    for key, entry in both.items():
        pair = [entries[key] for entries in (one, other) if key in entries]
        assert entry.right == any(e.right for e in pair)
        assert entry.tries == max(e.tries for e in pair)


# ---- damage --------------------------------------------------------------------------------------

GOOD = written({f"one-path.{n}": Entry(tries=n, answer=f"a{n}") for n in (1, 2, 3)})


@pytest.mark.parametrize(
    ("text", "saved", "why"),
    [
        ("", 0, "It is not JSON (Expecting value, line 1)."),
        (GOOD[:-60], 2, "It is not JSON ("),
        (GOOD.replace('"tries": 2', '"tries": NaN'), 2, "It is not JSON (NaN stands in it)."),
        (
            GOOD.replace('"tries": 2', '"tries": "many"'),
            2,
            "In one-path.2, 'tries' is 'many', expected a whole",
        ),
        (GOOD.replace("one-path.2", "<b>"), 2, "'<b>' is not the name of an exercise"),
        (GOOD.replace('"version": 1,\n', ""), 3, "'version' is None, expected 1."),
        ("[" * 100_000, 0, "It is not JSON ("),
        ("\0" * 4096, 0, "It is not JSON ("),
        ("[1, 2]", 0, "It holds [1, 2], expected an object"),
    ],
)
def test_a_damaged_file_is_set_aside_and_what_is_whole_is_kept(folder, capsys, text, saved, why):
    (folder / "progress.json").write_text(text, encoding="utf-8")
    record("digits.1", RIGHT)
    (aside,) = folder.glob("progress.damaged-*.json")
    assert aside.read_text(encoding="utf-8") == text
    assert len(kept(folder)) == saved + 1
    said = capsys.readouterr().out
    assert said.startswith(f"progress.json was damaged: {why}")
    assert aside.name in said
    assert said.endswith(f"holds what could be read: {saved} exercise{'s' * (saved != 1)}.\n")
    record("digits.2", RIGHT)
    assert capsys.readouterr().out == ""


def test_bytes_that_are_no_text_are_damage(folder):
    (folder / "progress.json").write_bytes(GOOD.encode().replace(b"a2", b"\xff"))
    assert list(records.keeper().read()) == ["one-path.1", "one-path.3"]
    assert list(kept(folder)) == ["one-path.1", "one-path.3"]
    assert len(list(folder.glob("progress.damaged-*.json"))) == 1


def test_damage_in_the_middle_of_a_session_loses_nothing(folder):
    record("one-path.1", RIGHT)
    for _ in range(2):
        (folder / "progress.json").write_text("{", encoding="utf-8")
        record("one-path.2", RIGHT)
    assert list(kept(folder)) == ["one-path.1", "one-path.2"]
    assert len(list(folder.glob("progress.damaged-*.json"))) == 2


def test_a_newer_file_is_left_as_it_is(folder, capsys):
    newer = '{"version": 2, "answers": []}'
    (folder / "progress.json").write_text(newer, encoding="utf-8")
    record("one-path.1", RIGHT)
    record("one-path.2", RIGHT)
    assert (folder / "progress.json").read_text(encoding="utf-8") == newer
    assert list(records.keeper().read()) == ["one-path.1", "one-path.2"]
    said = capsys.readouterr().out
    assert said.startswith(
        "progress.json is from a newer version of this course: it has version 2, and here "
    )
    assert said.count("\n") == 1
    assert [p.name for p in folder.glob("*.json")] == ["progress.json"]


# ---- disks ---------------------------------------------------------------------------------------


def refusing(monkeypatch):
    """Let no file be opened for writing, as on a disk that is read-only; root may write everywhere."""

    def no(self, *arguments, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(records.FileLock, "acquire", no)
    monkeypatch.setattr(records, "replaced", no)


def test_on_a_read_only_disk_a_session_works_and_says_so_once(folder, monkeypatch, capsys):
    record("one-path.1", RIGHT)
    restart()
    with monkeypatch.context() as patch:
        refusing(patch)
        record("one-path.2", RIGHT)
        record("one-path.3", SIGN)
        assert list(records.keeper().read()) == ["one-path.1", "one-path.2", "one-path.3"]
        said = capsys.readouterr().out
        assert said == (
            "progress.json can't be written: Read-only file system. Your progress is kept until this kernel "
            "ends; `save_progress(path)` writes it elsewhere.\n"
        )
        assert records.keeper().note + "\n" == said
    record("one-path.4", RIGHT)  # the disk is back
    assert list(kept(folder)) == ["one-path.1", "one-path.2", "one-path.3", "one-path.4"]
    assert records.keeper().note == ""


def test_a_full_disk_leaves_the_file_that_was_there(folder, monkeypatch, capsys):
    record("one-path.1", RIGHT)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        record("one-path.2", RIGHT)
    assert "No space left on device" in capsys.readouterr().out
    assert list(kept(folder)) == ["one-path.1"]
    record("one-path.3", RIGHT)
    assert list(kept(folder)) == ["one-path.1", "one-path.2", "one-path.3"]


def test_without_locks_one_kernel_works_as_ever(folder, monkeypatch):
    monkeypatch.setattr(records, "FileLock", None)
    record("one-path.1", RIGHT)
    restart()
    record("one-path.2", RIGHT)
    assert list(kept(folder)) == ["one-path.1", "one-path.2"]
    assert not (folder / ".progress.json.lock").exists()


def test_a_kernel_that_never_lets_go_is_not_waited_for(folder, monkeypatch, capsys):
    monkeypatch.setattr(records, "_PATIENCE", 0.05)
    with records.FileLock(folder / ".progress.json.lock"):
        record("one-path.1", RIGHT)
    said = capsys.readouterr().out
    assert said.startswith("progress.json can't be written: another kernel keeps it busy. Your progress is ")
    record("one-path.2", RIGHT)
    assert list(kept(folder)) == ["one-path.1", "one-path.2"]


def test_a_folder_in_the_files_place_is_set_aside(folder):
    (folder / "progress.json").mkdir()
    record("one-path.1", RIGHT)
    assert list(kept(folder)) == ["one-path.1"]


def test_looking_leaves_no_trace(folder):
    assert records.keeper().read() == {}
    assert [p.name for p in folder.iterdir()] == ["00_start_here.ipynb"]


# ---- two kernels, and kernels that are killed ----------------------------------------------------


def test_two_kernels_keep_the_results_of_both(tmp_path):
    path = tmp_path / "progress.json"

    def work(name):
        keeper = Keeper(path)
        for n in range(20):
            keeper.change(lambda entries, n=n: {f"{name}.{n}": Entry(tries=1)})

    kernels = [threading.Thread(target=work, args=(name,)) for name in ("one-path", "digits")]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert len(read_file(path).entries) == 40


def test_two_kernels_that_solve_the_same_count_together(folder):
    record("one-path.1", SIGN)
    other = Keeper(folder / "progress.json")
    other.change(lambda entries: {"one-path.1": entries["one-path.1"].tried(False, "sign", "b", "")})
    record("one-path.1", OTHER)
    assert kept(folder)["one-path.1"].tries == 3
    assert kept(folder)["one-path.1"].mistakes == {"sign": 2}


WORKER = """
import sys
from backprop_lib.exercises.records import record
from backprop_lib.exercises.verdict import Verdict

print("ready", flush=True)
for number in range(10_000):
    record(f"{sys.argv[1]}.{number}", Verdict(True, "Yes."), "x" * 150)
    print(number, flush=True)
"""

KILLED = 200 if os.environ.get("KILL") == "all" else 10


@pytest.mark.skipif(os.name == "nt", reason="a process can't be killed there in the same way")
def test_kernels_killed_at_random_moments_never_tear_the_file_or_lose_a_confirmed_result(tmp_path):
    """KILL=all kills 200 kernels, two at a time that write the same file; otherwise ten are killed."""
    chance, confirmed, path = random.Random(0), set(), tmp_path / "progress.json"
    env = {**os.environ, records.SETTING: str(path)}
    for pair in range(KILLED // 2):
        workers = {}
        for name in (f"a{pair}", f"b{pair}"):
            command = [sys.executable, "-c", WORKER, name]
            workers[name] = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        for worker in workers.values():
            assert worker.stdout.readline() == "ready\n"
        for name, worker in workers.items():
            time.sleep(chance.uniform(0, 0.15))
            worker.send_signal(signal.SIGKILL)
            said = worker.communicate()[0].split("\n")[:-1]
            assert worker.returncode == -signal.SIGKILL
            confirmed |= {f"{name}.{number}" for number in said}
        found = read_file(path) if confirmed else ({}, [])
        assert found[1] == []
        assert confirmed <= found[0].keys()
    assert confirmed
    Keeper(path).change(lambda entries: {"one-path.1": Entry(tries=1)})  # whoever comes next sweeps up
    assert {p.name for p in tmp_path.iterdir()} <= {"progress.json", ".progress.json.lock"}
    print(f"{KILLED} kernels killed, {len(confirmed)} confirmed results, none lost")


# ---- to a file and back --------------------------------------------------------------------------


def test_progress_is_carried_to_another_machine(folder, monkeypatch):
    record("one-path.1", SIGN)
    record("one-path.1", RIGHT)
    assert repr(save_progress("mine.json")) == "mine.json now holds 1 exercise."
    monkeypatch.setenv(records.SETTING, "other.json")
    record("one-path.1", SIGN)
    record("one-path.2", RIGHT)
    assert repr(load_progress("mine.json")) == "Your progress now includes 1 exercise from mine.json."
    found = read_file(folder / "other.json").entries
    assert found["one-path.1"].right
    assert found["one-path.1"].tries == 2
    assert found["one-path.2"].right


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("right", 1),
        ("right", "yes"),
        ("tries", -1),
        ("tries", 1.0),
        ("tries", True),
        ("tries", 10**7),
        ("first_right", "yesterday"),
        ("first_right", "2026-13-01T00:00Z"),
        ("mistakes", ["sign"]),
        ("mistakes", {"": 1}),
        ("mistakes", {"x" * 61: 1}),
        ("mistakes", {"sign": "often"}),
        ("mistakes", {str(n): 1 for n in range(51)}),
        ("answer", "x" * 201),
        ("answer", "two\nlines"),
        ("answer", "\u202e reversed"),
        ("answer", None),
        ("hints", 10),
        ("solution", "no"),
    ],
)
def test_a_value_that_does_not_belong_gets_one_sentence_with_its_key(folder, key, value):
    content = json.loads(GOOD)
    content["exercises"]["one-path.2"][key] = value
    (folder / "theirs.json").write_text(json.dumps(content), encoding="utf-8")
    said = repr(load_progress("theirs.json"))
    assert said.startswith(
        "Your progress now includes 2 exercises from theirs.json. Some of it was left out. "
        f"In one-path.2, {key!r} is "
    )
    assert said.count("one-path.2") == 1
    assert len(said) < 300
    assert list(kept(folder)) == ["one-path.1", "one-path.3"]


def test_a_missing_or_a_foreign_key_is_told(folder):
    content = json.loads(GOOD)
    del content["exercises"]["one-path.1"]["hints"]
    content["exercises"]["one-path.2"]["name"] = "Ada"
    content["exercises"]["one-path.3"]["right"] = True
    (folder / "theirs.json").write_text(json.dumps({**content, "school": "x"}), encoding="utf-8")
    said = repr(load_progress("theirs.json"))
    assert "In one-path.1, 'hints' is missing." in said
    assert "In one-path.2, 'name' is not known, expected right, tries," in said
    assert "In one-path.3, 'right' goes with a time in 'first_right'" in said
    assert "'school' is not known beside 'version' and 'exercises'." in said


def test_files_that_cannot_be_read_or_written_get_one_sentence(folder):
    (folder / "large.json").write_bytes(b" " * 1_000_001)
    (folder / "newer.json").write_text('{"version": 2}', encoding="utf-8")
    (folder / "folder.json").mkdir()
    for name, said in {
        "large.json": "large.json has more than 1,000,000 bytes.",
        "newer.json": "newer.json is from a newer version of this course: it has version 2",
        "folder.json": "folder.json is not a regular file.",
        "nowhere.json": "There is no file nowhere.json.",
    }.items():
        with pytest.raises(records.NotMoved) as caught:
            load_progress(name)
        assert str(caught.value).startswith(said)
        assert caught.value._render_traceback_() == [str(caught.value)]
    with pytest.raises(records.NotMoved, match=r"mine.json can't be written: No such file or directory\."):
        save_progress("nowhere/mine.json")
    with pytest.raises(TypeError, match=r"path is 1, expected the name of a file, such as 'mine\.json'\."):
        load_progress(1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.json")
    with pytest.raises(records.NotMoved, match="not a regular file"):
        load_progress("pipe.json")


def test_an_entry_and_its_rules_have_the_same_keys():
    assert list(stored._RULES) == list(Entry.__dataclass_fields__)
