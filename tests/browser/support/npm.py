"""JavaScript that only tests need, from npm, checked and kept in the environment."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

KEPT = Path(sys.prefix, "var", "npm")
NO_NPM = "These tests need npm, to fetch {name}, and found none: install it (Debian: apt install npm)."
FETCHED = 120  # seconds at most


def package(name, version, sha256, kept=KEPT):
    """Return the folder of a package, fetched if it is not there yet.

    Its archive must have the SHA-256 given. Two processes may ask at once.
    """
    folder = kept / f"{name.replace('/', '-').removeprefix('@')}-{version}-{sha256[:12]}"
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as scratch:
            archive = fetch(name, version, scratch)
            found = hashlib.sha256(archive.read_bytes()).hexdigest()
            if found != sha256:
                raise ValueError(f"{name} {version} has SHA-256 {found}, expected {sha256}.")
            with tarfile.open(archive) as files:
                files.extractall(Path(scratch, "files"), filter="data")
            try:
                Path(scratch, "files", "package").rename(folder)
            except OSError:  # somebody else was quicker
                if not folder.is_dir():
                    raise
    return folder


def installed(asking, kept=KEPT):
    """Return `node_modules` with what a folder's package-lock.json says, installed if not there yet."""
    files = [asking / name for name in ("package.json", "package-lock.json")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    folder = kept / f"{asking.name}-{digest[:12]}"
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as scratch:
            made = Path(scratch, "made")
            made.mkdir()
            for file in files:
                shutil.copy(file, made)
            npm("what checks the scripts", "ci", "--silent", "--ignore-scripts", "--no-audit", folder=made)
            try:
                made.rename(folder)
            except OSError:  # somebody else was quicker
                if not folder.is_dir():
                    raise
    return folder / "node_modules"


def npm(what, *arguments, folder):
    """Run npm in a folder; without npm fail under CI, and elsewhere skip."""
    if (command := shutil.which("npm")) is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(NO_NPM.format(name=what))
    subprocess.run(
        [command, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=FETCHED,
        check=True,
    )


def fetch(name, version, folder):
    """Let npm put the archive of a package into a folder."""
    npm(name, "pack", "--silent", f"{name}@{version}", folder=folder)
    (archive,) = Path(folder).glob("*.tgz")
    return archive
