"""Which recogniser a machine has: what is chosen, what is there, and keys only where nothing is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from common.settings import Settings
from tests.voice_gateway.recognition.test_fetch import MODEL, Site
from voice_gateway.recognition import fetch, prepare
from voice_gateway.recognition.files import ModelCard, write_card
from yida.cli import main
from yida.hearing import local_recognizer


def lay(models: Path, *names: str) -> None:
    """What makes a folder look like a model; nothing is loaded before it is used."""
    if "vosk" in names:
        for name in ("am/final.mdl", "conf/model.conf", "graph/Gr.fst"):
            file = models / fetch.FOLDER / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    if "whisper" in names:
        folder = models / prepare.FOLDER
        folder.mkdir(parents=True)
        (folder / "model.bin").touch()
        write_card(folder, ModelCard("whisper-base", "1", {"model.bin": "0"}))


@pytest.mark.parametrize(("there", "chosen", "name"), [
    (("vosk", "whisper"), "auto", "vosk"), (("whisper",), "auto", "whisper"), ((), "auto", None),
    (("vosk", "whisper"), "whisper", "whisper"), (("vosk", "whisper"), "vosk", "vosk"),
    (("whisper",), "vosk", None), (("vosk", "whisper"), "none", None),
])  # fmt: skip
async def test_the_best_that_is_there_is_taken(tmp_path: Path, there: tuple[str, ...], chosen: str, name: str | None):
    pytest.importorskip("vosk", reason="no build of Vosk for this machine")
    lay(tmp_path, *there)
    found = local_recognizer(Settings(models_dir=tmp_path, recognizer=chosen))
    assert (found.name if found else None) == name
    if found:
        await found.close()


def test_the_command_fetches_vosk_and_it_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    pytest.importorskip("vosk", reason="no build of Vosk for this machine")
    monkeypatch.setenv("YIDA_MODELS_DIR", str(tmp_path))
    site = Site(MODEL)
    try:
        command = ["voice", "fetch-vosk", "--url", site.url, "--sha256"]
        assert main([*command, "0" * 64]) == 1
        assert "校验值不对" in capsys.readouterr().err
        assert main([*command, hashlib.sha256(MODEL).hexdigest()]) == 0
    finally:
        site.close()
    found = local_recognizer(Settings())
    assert found is not None and found.name == "vosk"
