"""The house: which room may import which, always through its face, and never in a circle."""

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import backprop_lib

PACKAGE = Path(backprop_lib.__file__).parent

# Four floors, the lowest first: a room imports from these rooms only.
ALLOWED = {
    "text": set(),
    "setup_check": set(),
    "core": {"text"},
    "symbols": {"core", "text"},
    "training": {"core", "text"},
    "datasets": {"core", "text"},
    "documents": {"symbols", "training", "datasets", "core", "text"},
    "exercises": {"documents", "symbols", "training", "datasets", "core", "text"},
    "drawing": {"symbols", "training", "datasets", "core", "text"},
    "widgets": {"documents", "exercises", "drawing", "symbols", "training", "datasets", "core", "text"},
}
FACE = {"core", "symbols", "training"}  # what the package itself shows
NUMERIC = {"numpy", "backprop_lib"}  # from outside the standard library


def module(path):
    """Return the dotted name of a file of the package, without the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module(path): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


def imports(source):
    """Yield the module and the name of each import, those in functions and for type checkers included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (((node.module or ""), alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def faults(name, source):
    """Say what is wrong with the imports of a module, called `name` in the package."""
    room = name.partition(".")[0]
    allowed = ALLOWED[room] if room else FACE
    found = []
    for origin, member in imports(source):
        package, _, inside = origin.partition(".")
        other, _, deeper = (inside or member).partition(".")
        if package != "backprop_lib" or (other == room and room):
            continue
        if other not in allowed:
            found.append(f"{name} imports {origin}, and {room or 'the package'} must not")
        elif deeper:
            found.append(f"{name} imports {origin}, expected the face: from backprop_lib.{other} import …")
    return found


def circle(sources):
    """Return modules that import each other, or nothing."""
    graph = {name: set() for name in sources if name}
    for name in graph:
        for origin, member in imports(sources[name]):
            used = origin.removeprefix("backprop_lib.")
            if origin.startswith("backprop_lib."):
                graph[name].add(f"{used}.{member}" if f"{used}.{member}" in graph else used)
        graph[name].discard(name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


SHOWN = [
    (room, origin.removeprefix("backprop_lib."), member)
    for room in ALLOWED
    if (PACKAGE / room).is_dir()
    for origin, member in imports(SOURCES[room])
    if origin.startswith("backprop_lib.")
]
USERS = [
    path.read_text(encoding="utf-8")
    for pattern in ("notebooks/**/*.ipynb", "benchmarks/*.py", "README.md", "docs/*.md")
    for path in sorted(PACKAGE.parent.glob(pattern))
]


def test_every_room_is_in_the_table():
    assert {name.partition(".")[0] for name in SOURCES if name} == set(ALLOWED)


@pytest.mark.parametrize("name", SOURCES)
def test_a_room_imports_what_it_may_and_through_the_face(name):
    assert faults(name, SOURCES[name]) == []


def test_no_modules_import_each_other():
    assert circle(SOURCES) == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name.partition(".")[0] in ("core", "training")])
def test_the_numeric_rooms_need_numpy_only(name):
    outside = {origin.partition(".")[0] for origin, _ in imports(SOURCES[name])} - set(
        sys.stdlib_module_names
    )
    assert outside <= NUMERIC | ({"jaxtyping"} if name == "core.shapes" else set())  # there in tests only


@pytest.mark.parametrize(("room", "origin", "name"), SHOWN)
def test_a_face_shows_what_its_room_defines_and_somebody_outside_uses(room, origin, name):
    assert defines(SOURCES[origin], name), f"{room} shows {name}, and {origin} only passes it on"
    outside = [source for module, source in SOURCES.items() if module.partition(".")[0] != room]
    assert any(re.search(rf"\b{name}\b", text) for text in [*outside, *USERS]), (
        f"nobody uses {name} of {room}"
    )


def test_a_name_that_is_only_passed_on_is_told():
    assert not defines(SOURCES["training"], "train")
    assert defines(SOURCES["training.loop"], "train")


def defines(source, name):
    """Say whether a module itself makes this name."""
    body = ast.parse(source).body
    for node in [n for top in body for n in (ast.walk(top) if isinstance(top, ast.If) else [top])]:
        made = {getattr(node, "name", None)}
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            made |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)} if target else set()
        if name in made:
            return True
    return False


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("core.network", "from backprop_lib.drawing import Picture", "core must not"),
        ("symbols.proof", "def f():\n    from backprop_lib.training import train", "symbols must not"),
        ("documents.findings", "from backprop_lib.widgets import stepper", "documents must not"),
        ("drawing.plots", "import backprop_lib.core.network", "expected the face"),
        ("", "from backprop_lib.drawing import Picture", "the package must not"),
    ],
)
def test_a_wrong_import_is_told(name, source, said):
    (fault,) = faults(name, source)
    assert said in fault


def test_a_circle_is_found():
    one, two = "from backprop_lib.core.two import a", "from backprop_lib.core import one"
    assert {"core.one", "core.two"} <= set(circle({"core.one": one, "core.two": two}))


def test_no_two_files_of_tests_have_one_name():
    """pytest imports them by it."""
    names = [path.name for path in Path(__file__).parent.rglob("test_*.py")]
    assert [name for name in set(names) if names.count(name) > 1] == []
