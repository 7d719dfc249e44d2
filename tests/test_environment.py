"""The files that make the environment agree with each other and with what is installed.

Each check is a function that returns the faults it finds, so that it can also be shown a broken
text: a check that cannot fail proves nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from jupyterlab_server.settings_utils import get_settings
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PREFIX = Path(sys.prefix)
SETTINGS = Path("share/jupyter/lab/settings")

# `make` leaves this file in an environment that it installed from the lock.
from_the_lock = pytest.mark.skipif(
    not (PREFIX / "locked-test").exists(), reason="this environment was not made from the lock"
)

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(read("pyproject.toml"))["project"]
RUNTIME = PROJECT["dependencies"]


def extra(name):
    """What one of the project's extras asks for, with what other extras it names."""
    for text in PROJECT["optional-dependencies"][name]:
        if (requirement := Requirement(text)).name == PROJECT["name"]:
            for other in requirement.extras:
                yield from extra(other)
        else:
            yield text


LISTS = {"lab": [*RUNTIME, *extra("lab")], "test": [*RUNTIME, *extra("test")]}
LOCKS = {name: read(f"requirements/{name}.txt") for name in LISTS}
PINS = read("requirements/pins.txt")
RECIPE = read("environment.yml")
MAKEFILE = read("Makefile")


class Pin(NamedTuple):
    """One locked requirement; `direct` means that pyproject.toml asks for it."""

    requirement: Requirement
    version: str
    hashes: frozenset
    direct: bool


def pins(text):
    """Read a lock: a line for each requirement, below it indented hashes and comments."""
    found = []
    for line, below in re.findall(r"^([a-z0-9][^\\\n]*?) *\\?\n((?: .*\n)*)", text, re.MULTILINE):
        requirement = Requirement(line)
        (exact,) = requirement.specifier
        assert exact.operator == "==", line
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", below))
        found.append(Pin(requirement, exact.version, hashes, "backprop-lib (" in below))
    return found


def unsatisfied(wanted, text):
    """Requirements that no pin, or a pin of the wrong version, stands for."""
    for requirement in map(Requirement, wanted):
        versions = [p.version for p in pins(text) if p.requirement.name == requirement.name]
        if not versions or not all(requirement.specifier.contains(v) for v in versions):
            yield f"{requirement}: locked {versions}"


def superfluous(wanted, text):
    """Names that the lock says the project asks for, and it does not; or the reverse."""
    names = {Requirement(line).name for line in wanted}
    return names ^ {p.requirement.name for p in pins(text) if p.direct}


def unhashed(text):
    return [str(p.requirement) for p in pins(text) if not p.hashes]


def disagreements(lab, test):
    """Pins of the first lock that the second lacks or holds at another version or hash."""
    held = {(p.requirement.name, p.version, p.hashes) for p in pins(test)}
    return [str(p.requirement) for p in pins(lab) if (p.requirement.name, p.version, p.hashes) not in held]


def stripped(text):
    return "".join(f"{line}\n" for line in re.findall(r"^([a-z].*?) *\\$", text, re.MULTILINE))


def recipe_faults(text):
    """Anything in the conda recipe but Python, pip, and the project at its pinned versions."""
    recipe = yaml.safe_load(text)
    *conda, last = recipe["dependencies"]
    python = re.fullmatch(r"python=(3\.\d+)", conda[0])
    if python is None or python[1] not in SpecifierSet(PROJECT["requires-python"]):
        yield f"python: {conda[0]}"
    if conda[1:] != ["pip"]:
        yield f"from conda: {conda[1:]}"
    if last != {"pip": ["-c requirements/pins.txt", "-e .[lab]"]}:
        yield f"from pip: {last}"
    if recipe["channels"] != ["conda-forge"]:
        yield f"channels: {recipe['channels']}"


def installed_otherwise(text):
    """Pins for this platform that are not what is installed."""
    for pin in pins(text):
        if pin.requirement.marker is None or pin.requirement.marker.evaluate():
            try:
                found = version(pin.requirement.name)
            except PackageNotFoundError:
                found = None
            if found != pin.version:
                yield f"{pin.requirement}: installed {found}"


def unlisted(makefile, listed):
    """Public targets that the help does not explain."""
    public = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    rules = re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE)
    explained = re.findall(r"^make (\S+) +\S", listed, re.MULTILINE)
    return set(public + rules) - set(explained)


def docker_faults(dockerfile):
    """What a Binder build lacks: the copy, then the environment of environment.yml, then postBuild."""
    copied, install, after = dockerfile.partition(
        'env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"'
    )
    if not install:
        yield "environment.yml is not installed"
    if " src/ ${REPO_DIR}/" not in copied:
        yield "the repository is not copied before the environment is installed"
    python = yaml.safe_load(RECIPE)["dependencies"][0].removeprefix("python=")
    if f"environment.py-{python}-linux" not in unescape(dockerfile):
        yield "the base is not that of the Python named in environment.yml"
    if not re.search(r"^RUN \./postBuild$", after, re.MULTILINE):
        yield "postBuild is not run"


def unescape(dockerfile):
    """Undo repo2docker's way to write a path as one name: -2e for a full stop."""
    return re.sub(r"-([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), dockerfile)


# repo2docker with every connection refused; it needs neither Docker nor a network to render.
RENDER = """
import runpy, socket, sys
def refuse(*args): raise OSError("no network in this test")
socket.socket.connect = socket.getaddrinfo = refuse
sys.argv = ["repo2docker", "--no-build", "--debug", "--user-id", "1000", "--user-name", "u", "."]
runpy.run_module("repo2docker", run_name="__main__")
"""


def render(folder):
    done = subprocess.run(
        [sys.executable, "-c", RENDER], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def listing(makefile):
    """Run `make help` on a makefile."""
    return subprocess.run(
        ["make", "--no-print-directory", "-f", makefile, "help"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize("name", LISTS)
def test_the_lock_holds_what_the_project_asks_for(name):
    assert not list(unsatisfied(LISTS[name], LOCKS[name]))
    assert not superfluous(LISTS[name], LOCKS[name])


@pytest.mark.parametrize("wanted", ["numpy>=99", "a-package-that-is-not-there"])
def test_a_requirement_that_the_lock_lacks_is_found(wanted):
    assert len(list(unsatisfied([*LISTS["lab"], wanted], LOCKS["lab"]))) == 1


def test_a_requirement_added_or_removed_without_a_new_lock_is_found():
    wanted = LISTS["lab"]
    assert superfluous(wanted[1:], LOCKS["lab"]) == {Requirement(wanted[0]).name}
    assert superfluous([*wanted, "scipy"], LOCKS["lab"]) == {"scipy"}


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_has_a_hash(name):
    assert len(pins(LOCKS[name])) == len(re.findall(r"^[^#\s]", LOCKS[name], re.MULTILINE))
    assert not unhashed(LOCKS[name])


def test_a_pin_without_a_hash_is_found():
    broken = re.sub(r"(^numpy==.*\n)( .*--hash.*\n)+", r"\1", LOCKS["lab"], flags=re.MULTILINE)
    assert [name.split("==")[0] for name in unhashed(broken)] == ["numpy"]


@pytest.mark.parametrize("file", sorted((ROOT / "requirements").iterdir()), ids=lambda f: f.name)
def test_no_requirements_file_names_an_address(file):
    assert "://" not in file.read_text(encoding="utf-8")


def test_the_locks_agree():
    assert not disagreements(LOCKS["lab"], LOCKS["test"])
    assert stripped(LOCKS["lab"]) == PINS


@pytest.mark.parametrize(
    "broken",
    [
        re.sub(r"^sympy==.*?( |$)", r"sympy==0.1\1", LOCKS["test"], flags=re.MULTILINE),
        re.sub(r"^sympy==(.*\n( .*\n)+)", "", LOCKS["test"], flags=re.MULTILINE),
        re.sub(r"^(sympy==.*\n.*sha256:).{4}", r"\g<1>0000", LOCKS["test"], flags=re.MULTILINE),
    ],
    ids=["version", "missing", "hash"],
)
def test_locks_that_differ_are_found(broken):
    assert [name.split("==")[0] for name in disagreements(LOCKS["lab"], broken)] == ["sympy"]
    assert stripped(LOCKS["lab"].replace("sympy==", "sympy==9")) != PINS


def test_conda_brings_only_python_and_pip():
    assert not list(recipe_faults(RECIPE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("python=3.12", "python=3.10"),
        ("python=3.12", "python"),
        ("- pip\n", "- pip\n  - numpy\n"),
        ("-c requirements/pins.txt", "numpy"),
        ("-e .[lab]", "-e ."),
        ("conda-forge", "defaults"),
    ],
)
def test_a_recipe_that_strays_is_found(old, new):
    assert old in RECIPE
    assert len(list(recipe_faults(RECIPE.replace(old, new)))) == 1


@from_the_lock
def test_the_locked_versions_are_installed():
    assert not list(installed_otherwise(LOCKS["test"]))


@pytest.mark.parametrize("line", ["numpy==0.0.1\n", "a-package-that-is-not-there==1\n"])
def test_another_version_installed_is_found(line):
    assert len(list(installed_otherwise(line))) == 1
    assert not list(installed_otherwise(line.strip() + " ; python_version < '3'\n"))


@from_the_lock
def test_settings_and_extension_of_jupyterlab_are_installed():
    ours = ROOT / "settings"
    files = [path.relative_to(ours) for path in ours.rglob("*.js*")]
    assert len(files) == 3
    for path in files:
        assert (PREFIX / path).read_bytes() == (ours / path).read_bytes()


@pytest.mark.parametrize(
    ("plugin", "key", "value"),
    [
        ("@jupyterlab/notebook-extension:tracker", "windowingMode", "none"),
        # so that a link to the glossary opens it as a page
        ("@jupyterlab/docmanager-extension:plugin", "defaultViewers", {"markdown": "Markdown Preview"}),
        # or ipykernel hears widgets while a cell runs, in other threads, and matplotlib's settings are global
        ("@jupyterlab/apputils-extension:kernels-settings", "commsOverSubshells", "disabled"),
        ("@jupyterlab/apputils-extension:notification", "fetchNews", "false"),
        ("@jupyterlab/apputils-extension:notification", "checkForUpdates", False),
    ],
)
def test_jupyterlab_takes_the_settings(plugin, key, value):
    schemas = PREFIX / "share/jupyter/lab/schemas"

    def setting(folder):
        found, _ = get_settings(str(folder), str(schemas), "", schema_name=plugin)
        return found["schema"]["properties"][key]

    ours, theirs = setting(ROOT / "settings" / SETTINGS), setting(ROOT / "nowhere")
    assert ours["default"] == value != theirs["default"]
    assert "oneOf" not in theirs or value in [option["const"] for option in theirs["oneOf"]]


@pytest.fixture
def checkout(tmp_path):
    """Copy what a clone would hold."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    names = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_binder_copies_the_repository_and_installs_it(checkout):
    assert not list(docker_faults(render(checkout)))


@pytest.mark.parametrize(
    ("python", "pip"),
    [("3.12", "numpy"), ("3.11", "-e .")],  # nothing local to install means no copy before
    ids=["no-copy", "python"],
)
def test_a_binder_build_that_would_fail_is_found(tmp_path, python, pip):
    recipe = {"dependencies": [f"python={python}", {"pip": [pip]}]}
    (tmp_path / "environment.yml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    (tmp_path / "postBuild").touch()
    assert len(list(docker_faults(render(tmp_path)))) == 1


def test_a_binder_build_that_passes_over_the_recipe_is_found():
    assert len(list(docker_faults("COPY src/ ${REPO_DIR}/\nRUN pip install numpy\n"))) == 3


def test_a_binder_build_without_post_build_is_found(checkout):
    (checkout / "postBuild").unlink()
    assert list(docker_faults(render(checkout))) == ["postBuild is not run"]


@needs_make  # and so a shell
def test_post_build_leaves_nothing_to_wait_for(checkout, tmp_path_factory):
    """It runs as it stands, in an empty home: bytecode, matplotlib's fonts, and a trusted first page."""
    assert os.access(ROOT / "postBuild", os.X_OK)
    (checkout / "postBuild").chmod(0o755)
    home, prefix = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("bytecode")
    bin_first = os.pathsep.join([str(PREFIX / "bin"), os.environ["PATH"]])
    places = {"HOME": str(home), "PATH": bin_first, "PYTHONPYCACHEPREFIX": str(prefix)}
    ours = ("JUPYTER_", "MPLCONFIGDIR", "XDG_", "IPYTHONDIR", "PYTHONDONTWRITEBYTECODE")
    env = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | places
    code = (checkout / "postBuild").read_text(encoding="utf-8").replace('"$packages" ', "")  # of ours alone
    subprocess.run(
        ["bash", "-c", code], cwd=checkout, env=env, capture_output=True, text=True, check=True, timeout=120
    )
    compiled = prefix / checkout.relative_to("/")
    for source in (checkout / "backprop_lib").rglob("*.py"):
        assert list((compiled / source.relative_to(checkout).parent).glob(f"{source.stem}.*.pyc")), source
    assert list((home / ".cache" / "matplotlib").glob("fontlist-*.json"))
    assert (home / ".local/share/jupyter/nbsignatures.db").stat().st_size > 0


def wheel_faults(path):
    """What keeps a wheel out of the browser's Python: its size, or a requirement that has no wheel there."""
    if path.stat().st_size > 1_000_000:
        yield f"{path.stat().st_size:,} bytes"
    with zipfile.ZipFile(path) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        needed = message_from_bytes(wheel.read(name)).get_all("Requires-Dist")
    names = {r.name for r in map(Requirement, needed) if r.marker is None}
    yield from names - {
        "anywidget",
        "contourpy",
        "ipywidgets",
        "latex2mathml",
        "matplotlib",
        "mpmath",
        "numpy",
        "sympy",
    }


def build(folder):
    """Build the wheel as pip would, but with no environment of its own."""
    code = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "dist"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return folder / "dist" / done.stdout.strip()


def test_the_wheel_is_small_and_needs_nothing_that_a_browser_lacks(checkout):
    (checkout / "dist").mkdir()
    assert not list(wheel_faults(build(checkout)))


def test_a_wheel_with_the_data_or_jupyterlab_is_found(checkout):
    (checkout / "dist").mkdir()
    shutil.move(checkout / "notebooks/data", checkout / "backprop_lib/data")
    project = checkout / "pyproject.toml"
    text = project.read_text(encoding="utf-8").replace("dependencies = [", 'dependencies = ["jupyterlab",', 1)
    project.write_text(text, encoding="utf-8")
    size, name = wheel_faults(build(checkout))
    assert size.endswith(" bytes")
    assert name == "jupyterlab"


@needs_make
def test_help_lists_every_command():
    assert not unlisted(MAKEFILE, listing("Makefile"))


@needs_make
def test_a_command_without_help_is_found(tmp_path):
    broken = tmp_path / "Makefile"
    broken.write_text(re.sub("(?m)^(lint:.*) ##.*", r"\1", MAKEFILE), encoding="utf-8")
    assert unlisted(MAKEFILE, listing(broken)) == {"lint"}
