"""Which browser the tests use, and what happens when there is none."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

COMMANDS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge"),
)
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    *(
        Path(os.environ[folder], program)
        for folder in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData")
        if folder in os.environ
        for program in (
            r"Google\Chrome\Application\chrome.exe",
            r"Chromium\Application\chrome.exe",
            r"Microsoft\Edge\Application\msedge.exe",
        )
    ),
)
NO_BROWSER = (
    "The browser tests need Chromium or Chrome and found none: install it, or run "
    "`python -m playwright install --with-deps chromium`."
)


def download():
    """Let playwright fetch its own browser; with no network nothing happens."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)


def find_browser(own, applications=APPLICATIONS, download=download):
    """Return an installed browser, or playwright's `own`, downloaded if need be; None if there is none."""
    for command in COMMANDS:
        if found := shutil.which(command):
            return Path(found)
    own = Path(own)
    for file in (*map(Path, applications), own):
        if file.is_file():
            return file
    download()
    return own if own.is_file() else None


def require_browser(own, **options):
    """Return a browser; without one fail under CI, and elsewhere skip and say how to get one."""
    if found := find_browser(own, **options):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER, pytrace=False)
    pytest.skip(NO_BROWSER)
