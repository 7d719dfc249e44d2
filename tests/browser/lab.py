"""JupyterLab in a headless browser: find the browser, start the server, open notebooks."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from opened import OpenedNotebook
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "settings/share/jupyter/lab/settings"

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

STARTED = 60  # seconds at most until the server listens
STOPPED = 20


def download():
    """Let playwright fetch its own browser; with no network nothing happens."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pass  # as if there were no network


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


def environment(scratch):
    """Return variables under which JupyterLab reads and writes nothing of the user's."""
    theirs = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "IPYTHON"))}
    return theirs | {
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_DATA_DIR": str(scratch / "data"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "0",  # so that the kernel in our data folder comes first
        "JUPYTERLAB_SETTINGS_DIR": str(scratch / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),
        "IPYTHONDIR": str(scratch / "ipython"),
        "OPENBLAS_NUM_THREADS": "1",
    }


def write_kernel(folder):
    """Make `python3` the interpreter that runs the tests."""
    folder.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(notebooks, scratch):
    """Run JupyterLab on a folder of notebooks; whatever else it writes goes to `scratch`.

    Yields the address, the token and the log file.
    """
    write_kernel(scratch / "data" / "kernels" / "python3")
    token, log = secrets.token_hex(), scratch / "server.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={free_port()}"),
        f"--ServerApp.root_dir={notebooks}",
        "--LabApp.expose_app_in_browser=True",
        f"--LabApp.app_settings_dir={SETTINGS}",
    ]
    with log.open("w", encoding="utf-8") as lines:
        server = subprocess.Popen(
            command,
            env=environment(scratch) | {"JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
    try:
        info = scratch / "runtime" / f"jpserver-{server.pid}.json"  # written when the port is open
        deadline = time.monotonic() + STARTED
        while not info.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.05)
        yield json.loads(info.read_text(encoding="utf-8"))["url"], token, log
    finally:
        server.terminate()
        try:
            server.wait(STOPPED)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(STOPPED)


class Lab:
    """A server and a browser; notebooks are named by their path below the server's folder."""

    def __init__(self, browser, url, token, log):
        self.browser, self.url, self.token, self.log = browser, url, token, log
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.add_init_script(path=Path(__file__).with_name("course.js"))

    @contextmanager
    def open(self, path):
        """Open a notebook in a fresh page and kernel, and run all of it."""
        page = self.context.new_page()
        try:
            notebook = OpenedNotebook(page, path)
            notebook.load(f"{self.url}lab/tree/{path}?reset&token={self.token}", foreign_to=self.url)
            yield notebook
            notebook.stop_kernel()
        finally:
            page.close()


@contextmanager
def laboratory(executable, playwright, notebooks, scratch):
    """Start server and browser."""
    with serve(notebooks, scratch) as (url, token, log):
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--disable-gpu", "--disable-sync"]
        )
        try:
            yield Lab(browser, url, token, log)
        finally:
            browser.close()
