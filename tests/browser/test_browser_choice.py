"""Which browser is taken, and what happens without one; for this no browser is needed."""

import re
import subprocess
import sys
import tomllib

import browser_choice
import pytest
from browser_choice import COMMANDS, NO_BROWSER, find_browser, require_browser
from lab import ROOT

NOTHING = {"applications": (), "download": lambda: None}


def program(path):
    """Make a file that can be found as a command, on Windows too."""
    path = path.with_suffix(".exe") if sys.platform == "win32" else path
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Put nothing on the path but what the test puts into `bin`."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_a_browser_on_the_path_comes_first(folder):
    application, own = program(folder / "application"), program(folder / "own")
    for command in reversed(COMMANDS):
        expected = program(folder / "bin" / command)
        assert find_browser(own, [application]) == expected


def test_then_an_application_then_the_one_of_playwright(folder):
    own, application = program(folder / "own"), folder / "application"
    assert find_browser(own, [application]) == own
    application = program(application)
    assert find_browser(own, [application]) == application


def test_then_a_download(folder):
    own = program(folder / "own")
    own.unlink()
    assert find_browser(own, (), lambda: program(own)) == own
    assert find_browser(folder / "other", **NOTHING) is None


def test_a_download_that_hangs_is_given_up(monkeypatch):
    def run(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(browser_choice.subprocess, "run", run)
    browser_choice.download()


def test_without_a_browser_the_tests_are_skipped(folder, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception) as raised:
        require_browser(folder / "own", **NOTHING)
    assert raised.value.msg == NO_BROWSER


def test_under_ci_they_fail(folder, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception) as raised:
        require_browser(folder / "own", **NOTHING)
    assert raised.value.msg == NO_BROWSER


def test_the_reason_for_skipping_is_printed():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    options = settings["tool"]["pytest"]["ini_options"]["addopts"]
    assert any(re.fullmatch(r"-r\w*[saA]\w*", option) for option in options)
