"""Vendored files are the pinned ones or are not there."""

import hashlib
import importlib.util
import io
import tarfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "bot" / "web" / "fetch_vendor.py"
spec = importlib.util.spec_from_file_location("fetch_vendor", SOURCE)
fetch_vendor = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fetch_vendor)

CONTENT = b"export const x = 1;"


def entry(name: str = "x.js", digest: str = hashlib.sha256(CONTENT).hexdigest()) -> dict:
    files = [{"from": name, "to": "demo/x.js", "sha256": digest}]
    return {"package": "demo", "version": "1.0.0", "for": "tests", "files": files}


@pytest.fixture(autouse=True)
def packed(monkeypatch: pytest.MonkeyPatch) -> None:
    def pack(name: str, folder: str) -> Path:
        path = Path(folder) / "demo.tgz"
        with tarfile.open(path, "w:gz") as archive:
            for member in ("package/x.js", "package/other.js"):
                info = tarfile.TarInfo(member)
                info.size = len(CONTENT)
                archive.addfile(info, io.BytesIO(CONTENT))
        return path

    monkeypatch.setattr(fetch_vendor, "pack", pack)


def test_only_the_listed_file_is_put_in_place(tmp_path: Path):
    fetch_vendor.fetch(entry(), tmp_path)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["x.js"]
    assert fetch_vendor.is_current(entry(), tmp_path)


@pytest.mark.parametrize("bad", [entry(digest="0" * 64), entry(name="missing.js")])
def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path: Path, bad: dict):
    with pytest.raises(fetch_vendor.VendorError):
        fetch_vendor.fetch(bad, tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_a_changed_file_is_noticed(tmp_path: Path):
    fetch_vendor.fetch(entry(), tmp_path)
    (tmp_path / "demo" / "x.js").write_bytes(b"changed")
    assert not fetch_vendor.is_current(entry(), tmp_path)
