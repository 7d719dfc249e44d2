"""All assignments through the real nbgrader: released, fetched, submitted, graded and given back.

It takes minutes, so it is not among the other tests. `make nbgrader` installs nbgrader in an environment
of its own and runs it.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

from test_assignments import LESSONS, ROOT

from backprop_lib.exercises.assignments import read_assignment, save_assignments
from backprop_lib.exercises.report import class_report

PROGRAMS = Path(os.environ.get("NBGRADER", "")).absolute()  # where nbgrader's commands are

# What somebody adds who would rather not compute.
CHEATS = """
import backprop_lib.exercises
from backprop_lib.exercises import Verdict

def check(*_):
    return Verdict(True, "Yes.")
"""


class Course:
    """A teacher's folder, an exchange, and a home for everybody; the commands are nbgrader's own."""

    def __init__(self, folder):
        self.homes, self.folder, self.exchange = folder / "homes", folder / "course", folder / "exchange"
        kernel = folder / "jupyter/kernels/python3/kernel.json"
        for place in (self.folder, self.exchange, kernel.parent):
            place.mkdir(parents=True)
        self.exchange.chmod(0o777)
        spec = {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
            "env": {"PYTHONPATH": str(ROOT)},
        }
        kernel.write_text(json.dumps(spec), encoding="utf-8")
        ours = ("PYTHON", "JUPYTER", "BACKPROP")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "PATH": os.pathsep.join([str(PROGRAMS), os.environ["PATH"]]),
            "JUPYTER_PATH": str(folder / "jupyter"),
        }

    def run(self, *words, learner=None):
        """Run a command of nbgrader's, as the teacher or as a learner."""
        home = self.homes / (learner or "teacher")
        home.mkdir(parents=True, exist_ok=True)
        options = ["--CourseDirectory.course_id=demo", f"--Exchange.root={self.exchange}"]
        options += [f"--CourseDirectory.student_id={learner}"] * (learner is not None)
        done = subprocess.run(
            ["nbgrader", *words, *options],
            cwd=home if learner else self.folder,
            env={**self.env, "HOME": str(home)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def answer(self, learner, lesson, answers, cheats):
        """Give a learner's answers by the names of their cells."""
        path = self.homes / learner / lesson / f"{lesson}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
        if cheats:
            cell = {
                "cell_type": "code",
                "id": "cheats",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
            }
            notebook["cells"].append({**cell, "source": cheats})
            notebook["cells"].insert(2, {**cell, "id": "cheats-early", "source": cheats})
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def feedback(self, learner, lesson):
        """Return the page that a learner gets back."""
        self.run("fetch_feedback", lesson, learner=learner)
        (page,) = (self.homes / learner / lesson / "feedback").rglob(f"{lesson}.html")
        return page.read_text(encoding="utf-8")

    def grades(self):
        """Return points and the most that there are, by assignment and learner."""
        self.run("export")
        with (self.folder / "grades.csv").open(encoding="utf-8") as file:
            return {
                (row["assignment"], row["student_id"]): (float(row["score"]), float(row["max_score"]))
                for row in csv.DictReader(file)
            }


def test_a_round_trip_with_the_real_nbgrader(tmp_path):
    """Somebody answers everything, somebody every second exercise, and somebody cheats."""
    course = Course(tmp_path)
    save_assignments(LESSONS, course.folder)
    expected = {}
    for assignment in map(read_assignment, LESSONS):
        lesson, exercises = assignment.lesson, assignment.exercises
        right = {f"{e.id.replace('.', '-')}-answer": e.cell(e.solution) for e in exercises}
        half = dict([*right.items()][::2])
        learners = {"ada": (right, ""), "bob": (half, ""), "cleo": ({}, CHEATS)}
        course.run("generate_assignment", lesson)
        course.run("release_assignment", lesson)
        for learner, (answers, cheats) in learners.items():
            course.run("fetch_assignment", lesson, learner=learner)
            course.answer(learner, lesson, answers, cheats)
            course.run("submit", lesson, learner=learner)
        for command in ("collect", "autograde", "generate_feedback", "release_feedback"):
            course.run(command, lesson)
        full = len(exercises)
        for learner, (answers, _) in learners.items():
            expected[lesson, learner] = (float(len(answers)), float(full))
            assert f"Score: {len(answers):.1f} / {full:.1f}" in course.feedback(learner, lesson)
        report = class_report((course.folder / "autograded").glob(f"*/{lesson}/progress.json"))
        solved = sum(entry.right for entries in report.learners for entry in entries.values())
        assert solved == full + len(half)  # grading leaves files that can be added up
    grades = course.grades()
    for (lesson, learner), (score, most) in grades.items():
        print(f"{lesson}, {learner}: {score:g} of {most:g}")
    assert grades == expected
