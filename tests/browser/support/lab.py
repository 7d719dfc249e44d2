"""JupyterLab in a headless browser: start both, open notebooks."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from opened import OPENED, OpenedNotebook

ROOT = Path(__file__).parents[3]
SETTINGS = ROOT / "settings/share/jupyter/lab/settings"
EXTENSIONS = ROOT / "settings/share/jupyter/labextensions"

STARTED = 60  # seconds at most until the server listens
STOPPED = 20


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
        f"--LabApp.extra_labextensions_path={EXTENSIONS}",
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
        while not (written := info.read_text(encoding="utf-8") if info.exists() else ""):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')}"
                )
            time.sleep(0.05)
        yield json.loads(written)["url"], token, log
    finally:
        server.terminate()
        try:
            server.wait(STOPPED)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(STOPPED)


class Lab:
    """JupyterLab on a page; notebooks are named by their path below the server's folder."""

    def __init__(self, browser, url, token, log):
        self.browser, self.url, self.log = browser, url, log
        self.page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.page.add_init_script(path=Path(__file__).with_name("course.js"))
        self.page.goto(f"{url}lab?reset&token={token}", timeout=OPENED)
        self.page.wait_for_selector(".jp-Launcher", timeout=OPENED)

    @contextmanager
    def open(self, path):
        """Open a notebook with a fresh kernel and run all of it."""
        notebook = OpenedNotebook(self.page, path, self.url)
        try:
            notebook.open()
            yield notebook
            notebook.stop_kernel()
        finally:
            notebook.close()


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
