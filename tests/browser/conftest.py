"""One server and one browser for all tests that need them."""

import shutil

import lab as jupyterlab
import pytest
from browser_choice import require_browser
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Copy the notebooks, so that running them changes nothing."""
    copy = tmp_path_factory.mktemp("course") / "notebooks"
    ignore = shutil.ignore_patterns(".ipynb_checkpoints")
    return shutil.copytree(jupyterlab.ROOT / "notebooks", copy, ignore=ignore)


@pytest.fixture(scope="session")
def playwright():
    """Only one can run in a process."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def lab(folder, playwright, tmp_path_factory):
    executable = require_browser(playwright.chromium.executable_path)
    scratch = tmp_path_factory.mktemp("jupyter")
    with jupyterlab.laboratory(executable, playwright, folder, scratch) as running:
        yield running


@pytest.fixture(scope="module")
def notebook(request, lab):
    """Open a notebook once for all the tests of it."""
    with lab.open(request.param) as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    running = getattr(item, "funcargs", {}).get("lab")
    if report.failed and running:
        lines = running.log.read_text(encoding="utf-8", errors="replace").splitlines()
        report.sections.append(("end of JupyterLab's log", "\n".join(lines[-20:])))
    return report
