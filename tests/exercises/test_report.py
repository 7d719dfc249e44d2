"""The page of a class: what it counts, how it is read, and what hostile files do to it."""

import json
import random
import subprocess
import sys
from html.parser import HTMLParser
from statistics import median

import pytest

from backprop_lib.exercises.entries import Entry, written
from backprop_lib.exercises.report import UNNAMED, ClassReport, class_report, save_report

MISTAKES = ["sign", "slope forgotten", "path missing"]
KNOWN = [f"{lesson}.{n}" for lesson in ("one-path", "two-paths") for n in range(1, 7)]


def learner(seed):
    """What somebody may have done: seeded, so that the page is the same each time."""
    chance, entries = random.Random(seed), {}
    for exercise in KNOWN[: chance.randint(6, 11)]:
        entry = Entry().helped(chance.choice([0, 0, 1, 2]), solution=chance.random() < 0.1)
        for n in range(chance.randint(0, 3)):
            entry = entry.tried(False, chance.choice([*MISTAKES, ""]), f"wrong {n}", "")
        if chance.random() < 0.8:
            entry = entry.tried(True, "", "a - t", "2026-01-31T08:00Z")
        entries[exercise] = entry
    return entries


@pytest.fixture
def files(tmp_path):
    """Five files of a class."""
    folder = tmp_path / "class"
    folder.mkdir()
    for seed in range(5):
        (folder / f"learner{seed}.json").write_text(written(learner(seed)), encoding="utf-8")
    return sorted(folder.iterdir())


class Tables(HTMLParser):
    """The cells of every table, and every tag of the page with what it says of itself."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.tags, self.text, self.open = [], [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        self.open = tag in ("td", "th")

    def handle_endtag(self, tag):
        self.open = False

    def handle_data(self, data):
        self.text.append(data)
        if self.open:
            self.tables[-1][-1][-1] += data


def test_the_page_counts_what_the_files_say(files):
    page = Tables(class_report(files, KNOWN).page())
    everybody = [learner(seed) for seed in range(5)]
    mistakes, *lessons = page.tables
    rows = {
        f"{lesson}.{row[0]}": row[1:]
        for lesson, table in zip(("one-path", "two-paths"), lessons, strict=True)
        for row in table[1:]
    }
    tried = [e for e in KNOWN if any(e in entries and entries[e].tries for entries in everybody)]
    assert [*rows] == tried
    for exercise, (tried_by, solved_by, tries, named, hints, solutions) in rows.items():
        found = [entries[exercise] for entries in everybody if exercise in entries]
        assert int(tried_by) == sum(e.tries > 0 for e in found)
        assert solved_by == f"{sum(e.right for e in found)} of 5"
        solved = [e.tries for e in found if e.right]
        assert tries == (f"{median(solved):g}" if solved else "–")
        for mistake in MISTAKES:
            times = sum(e.mistakes.get(mistake, 0) for e in found)
            assert (f"{mistake} ({times})" in named.replace("\u00a0", " ")) == (times > 0)
        assert int(hints) == sum(e.hints > 0 for e in found)
        assert int(solutions) == sum(e.solution for e in found)
    total = {row[0]: int(row[1]) for row in mistakes[1:]}
    for mistake in MISTAKES:
        assert total[mistake] == sum(
            e.mistakes.get(mistake, 0) for entries in everybody for e in entries.values()
        )
    wrong = sum(e.tries - e.right for entries in everybody for e in entries.values())
    assert sum(total.values()) == wrong
    assert [*total][-1] == UNNAMED
    idle = ", ".join(e.partition(".")[2] for e in KNOWN if e not in tried)
    assert f"Not tried by anybody: {idle}." in "".join(page.text)


def test_the_page_can_be_read_without_scripts_and_fetches_nothing(files):
    page = Tables(class_report(files, KNOWN).page())
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "img", "link", "iframe", "object", "form", "a"} & set(tags)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert ("html", {"lang": "en"}) in page.tags
    (policy,) = (a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert tags.count("caption") == tags.count("table") == 3
    heads = [attributes.get("scope") for tag, attributes in page.tags if tag == "th"]
    assert set(heads) == {"col", "row"}
    assert "color-scheme: light dark" in "".join(page.text)


HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>&amp;"\''


def test_a_hostile_text_is_shown_as_it_is(tmp_path):
    entry = Entry(tries=2, mistakes={HOSTILE: 1}, answer=HOSTILE)
    page = ClassReport([{"one-path.1": entry}], [f"{HOSTILE} is no file."], KNOWN).page()
    read = Tables(page)
    assert "script" not in [tag for tag, _ in read.tags]
    assert "img" not in [tag for tag, _ in read.tags]
    assert read.tables[0][1][:2] == [HOSTILE, "1"]
    assert f"{HOSTILE} is no file." in "".join(read.text)


def test_each_hostile_file_gets_one_sentence_with_its_name_and_the_key(files, tmp_path):
    good = {
        "version": 1,
        "exercises": {"one-path.1": json.loads(written(learner(9)))["exercises"]["one-path.1"]},
    }
    value = good["exercises"]["one-path.1"]

    def with_(**changes):
        return {"version": 1, "exercises": {"one-path.1": {**value, **changes}}}

    many = {f"flood.{n}": {**value, "answer": ""} for n in range(1001)}
    for name, content, said in [
        ("torn.json", '{"version": 1, "exer', "torn.json: It is not JSON ("),
        ("deep.json", "[" * 100_000, "deep.json: It is not JSON ("),
        (
            "tries.json",
            with_(tries="<b>"),
            "tries.json: In one-path.1, 'tries' is '<b>', expected a whole number",
        ),
        ("name.json", with_(name="Ada"), "name.json: In one-path.1, 'name' is not known"),
        (
            "id.json",
            {"version": 1, "exercises": {"../x": value}},
            "id.json: '../x' is not the name of an exercise",
        ),
        ("newer.json", {"version": 2}, "newer.json is from a newer version of this course"),
        ("list.json", [good], "list.json: It holds [{"),
        (
            "flood.json",
            {"version": 1, "exercises": many},
            "flood.json holds 1,001 exercises, expected at most",
        ),
        ("huge.json", "x" * 1_000_001, "huge.json has more than 1,000,000 bytes."),
        ("number.json", '{"version": 1' + "0" * 5000 + "}", "number.json: It is not JSON ("),
    ]:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        report = class_report([*files, path], KNOWN)
        (sentence,) = report.remarks
        assert sentence.startswith(said), sentence
        assert sentence.endswith(".")
        assert len(sentence) < 300
        assert report.learners == class_report(files, KNOWN).learners
        assert Tables(report.page()).tables == Tables(class_report(files, KNOWN).page()).tables


def test_of_a_file_with_one_bad_line_the_others_count(tmp_path):
    text = written({"one-path.1": Entry(tries=1), "one-path.2": Entry(tries=2), "one-path.3": Entry(tries=3)})
    text = text.replace('"tries": 2', '"tries": -2').replace('"tries": 3', '"tries": -3')
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    report = class_report([tmp_path / "a.json"])
    assert [*report.learners[0]] == ["one-path.1"]
    assert report.remarks == [
        "a.json: In one-path.2, 'tries' is -2, expected a whole number from 0 to 1,000,000. "
        "1 more line can't be used."
    ]


def test_a_file_that_is_named_twice_counts_once_and_a_copy_is_told(files, tmp_path):
    assert len(class_report([*files, files[0]]).learners) == 5
    copy = tmp_path / "copy.json"
    copy.write_bytes(files[0].read_bytes())
    report = class_report([*files, copy])
    assert len(report.learners) == 6
    assert report.remarks == [f"{copy} says exactly the same as {files[0]}. Both are counted."]


def test_the_command_takes_a_folder_and_writes_a_page(files, tmp_path):
    page = tmp_path / "class.html"
    command = [sys.executable, "-m", "backprop_lib.exercises.report", str(files[0].parent), "-o", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "class.html shows 5 files.\n"
    assert done.stderr == ""
    assert "4 of 5" in page.read_text(encoding="utf-8")
    done = subprocess.run([*command[:-1], str(tmp_path / "no" / "a.html")], capture_output=True, text=True)
    assert done.returncode == 1
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_exercise_that_the_course_does_not_know_comes_last(tmp_path):
    mine = {"mine.10": Entry(tries=1), "mine.2": Entry(tries=1), "two-paths.1": Entry(tries=1)}
    assert [*ClassReport([mine], known=KNOWN).exercises()] == ["one-path", "two-paths", "mine"]
    assert ClassReport([mine], known=KNOWN).exercises()["mine"] == ["mine.2", "mine.10"]


def test_a_class_that_has_not_begun_has_a_page(tmp_path):
    (tmp_path / "a.json").write_text(written({}), encoding="utf-8")
    page = "".join(Tables(class_report([tmp_path / "a.json"], KNOWN).page()).text)
    assert "The results of 1 file, added up." in page
    assert "No mistakes were made yet." in page
    assert "Not tried by anybody: 1, 2, 3, 4, 5, 6." in page


def test_the_page_is_saved_where_it_is_asked_for(files, tmp_path):
    assert repr(save_report(files, tmp_path / "class.html")) == "class.html shows 5 files."
