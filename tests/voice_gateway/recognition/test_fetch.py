"""Fetching Vosk's model, from a server of our own: gone on with, checked, and nothing left half-made."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from voice_gateway.recognition.errors import ModelSourceInvalid, ModelSourceUnreachable
from voice_gateway.recognition.fetch import FOLDER, SHA256, URL, fetch
from voice_gateway.recognition.files import check


def packed(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return whole.getvalue()


MODEL = packed({f"{FOLDER}/am/final.mdl": b"m" * 5000, f"{FOLDER}/conf/model.conf": b"c", f"{FOLDER}/graph/Gr.fst": b"g"})
SUM = hashlib.sha256(MODEL).hexdigest()


class Site:
    """Serves `data`; answers `cut` bytes less than it promises where that is set, and `status` where that is."""

    def __init__(self, data: bytes) -> None:
        self.data, self.cut, self.status, self.asked = data, 0, 200, list[str | None]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/model.zip"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        body = self.data[start:]
        request.send_response(self.status if self.status != 200 else 416 if wanted and not body else 206 if wanted else 200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: len(body) - self.cut])

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(MODEL)
    yield made
    made.close()


def test_it_is_fetched_once_checked_and_unpacked_without_its_top_folder(site: Site, tmp_path: Path):
    lines: list[str] = []
    folder = fetch(tmp_path, site.url, SUM, lines.append)
    assert (folder / "am" / "final.mdl").read_bytes() == b"m" * 5000
    assert set(check(folder).files) == {"am/final.mdl", "conf/model.conf", "graph/Gr.fst"}
    assert lines[-1] == "解压"
    assert [item.name for item in tmp_path.iterdir()] == [FOLDER]
    assert fetch(tmp_path, site.url, SUM) == folder
    assert len(site.asked) == 1, "a finished one is kept"
    (folder / "conf" / "model.conf").write_text("changed")
    fetch(tmp_path, site.url, SUM)
    assert (folder / "conf" / "model.conf").read_bytes() == b"c"


def test_a_download_that_broke_off_is_gone_on_with(site: Site, tmp_path: Path):
    site.cut = 3000
    with pytest.raises(ModelSourceUnreachable):
        fetch(tmp_path, site.url, SUM)
    site.cut = 0
    assert fetch(tmp_path, site.url, SUM).is_dir()
    assert site.asked == [None, f"bytes={len(MODEL) - 3000}-"]


def test_an_archive_that_is_all_there_is_not_fetched_again(site: Site, tmp_path: Path):
    (tmp_path / f".{FOLDER}.zip").write_bytes(MODEL)
    assert fetch(tmp_path, site.url, SUM).is_dir()


def test_another_archive_is_not_unpacked_and_not_kept(site: Site, tmp_path: Path):
    with pytest.raises(ModelSourceInvalid) as told:
        fetch(tmp_path, site.url)
    assert "校验值不对" in told.value.message_zh
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [f"{FOLDER}/../../outside", f"{FOLDER}/a/../../outside"])
def test_nothing_lands_outside_the_folder(tmp_path: Path, name: str):
    evil = packed({f"{FOLDER}/am/final.mdl": b"m", name: b"evil"})
    site = Site(evil)
    try:
        with pytest.raises(ModelSourceInvalid):
            fetch(tmp_path / "models", site.url, hashlib.sha256(evil).hexdigest())
    finally:
        site.close()
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "models" / FOLDER).exists()


def test_offline_and_refused_are_told_in_words(site: Site, tmp_path: Path):
    site.status = 503
    with pytest.raises(ModelSourceUnreachable) as told:
        fetch(tmp_path, site.url, SUM)
    assert "503" in told.value.message_zh
    with pytest.raises(ModelSourceUnreachable) as told:
        fetch(tmp_path, "http://127.0.0.1:9/model.zip", SUM)
    assert told.value.message_zh.startswith("连不上模型网站")
    assert not (tmp_path / FOLDER).exists()


def test_the_default_is_the_small_chinese_model():
    assert URL.endswith(f"/{FOLDER}.zip") and len(SHA256) == 64
