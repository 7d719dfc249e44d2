"""What npm gives is checked, kept, and missed in one sentence; for this neither npm nor network is needed."""

import hashlib
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor

import npm
import pytest


def archive(name="package/read.me"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as files:
        member = tarfile.TarInfo(name)
        member.size = 5
        files.addfile(member, io.BytesIO(b"hello"))
    return data.getvalue()


@pytest.fixture
def served(monkeypatch):
    """Let npm give this archive; `served` lists what was asked for."""
    asked = []

    def serve(data):
        def fetch(name, version, folder):
            asked.append(f"{name}@{version}")
            path = npm.Path(folder, "some.tgz")
            path.write_bytes(data)
            return path

        monkeypatch.setattr(npm, "fetch", fetch)
        return hashlib.sha256(data).hexdigest(), asked

    return serve


def test_a_package_is_fetched_once(served, tmp_path):
    digest, asked = served(archive())
    with ThreadPoolExecutor(4) as threads:
        folders = list(threads.map(lambda _: npm.package("@a/b", "1.0", digest, tmp_path), range(4)))
    folders.append(npm.package("@a/b", "1.0", digest, tmp_path))
    assert {(folder / "read.me").read_text(encoding="utf-8") for folder in folders} == {"hello"}
    assert 1 <= len(asked) <= 4
    assert [path.name for path in tmp_path.iterdir()] == [f"a-b-1.0-{digest[:12]}"]


def test_another_archive_than_expected_is_refused(served, tmp_path):
    digest, _ = served(archive())
    with pytest.raises(ValueError, match=f"a 1.0 has SHA-256 {digest}, expected 0000"):
        npm.package("a", "1.0", "0" * 64, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_unpacked_elsewhere(served, tmp_path):
    digest, _ = served(archive("package/../../../../out.txt"))
    with pytest.raises(tarfile.OutsideDestinationError):
        npm.package("a", "1.0", digest, tmp_path)
    assert not list(tmp_path.rglob("out.txt"))


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_npm_one_sentence_says_so(ci, outcome, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="need npm, to fetch axe-core, and found none"):
        npm.package("axe-core", "1.0", "0" * 64, tmp_path)
