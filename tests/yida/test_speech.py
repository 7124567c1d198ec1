"""The hotline's speech on this machine: which voices it has, and prompts rendered beside the first calls."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.settings import Settings
from tests.needs import program
from voice_gateway.machine.prompts import house_prompts
from voice_gateway.machine.rendered import known_clauses
from voice_gateway.profiles import ELDER, STANDARD
from voice_gateway.synthesis.errors import SynthesisFailed, VoiceNotBuilt, VoiceSourceUnreachable
from voice_gateway.synthesis.fastspeech2 import FastSpeech2
from voice_gateway.synthesis.port import Style
from voice_gateway.synthesis.prepare import FOLDER, prepare
from voice_gateway.turns.barge_in import clauses_of
from yida import cli, speech
from yida.speech import call_speech, engines, render_once

FEW = [("您好，", STANDARD.style), ("您好，", ELDER.style), ("人工请按0。", STANDARD.style)]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine with the voice that set-up made and nothing else; of the prompts a few, to be quick."""
    pytest.importorskip("ai_edge_litert", reason="no build of the speech engine for this machine")
    models = Settings().models_dir
    try:
        prepare(models)
    except VoiceSourceUnreachable as error:
        pytest.skip(f"the voice cannot be fetched: {error}")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / FOLDER).symlink_to(models / FOLDER)
    monkeypatch.setattr(speech, "known_clauses", lambda: iter(FEW))
    return Settings(models_dir=tmp_path / "models", var_dir=tmp_path / "var")


@pytest.fixture
def bare(tmp_path: Path) -> Settings:
    return Settings(models_dir=tmp_path / "none", var_dir=tmp_path / "var")


@pytest.fixture
def voice(settings: Settings) -> Iterator[FastSpeech2]:
    made = FastSpeech2(settings.models_dir / FOLDER)
    yield made
    made.close()


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if espeak-ng were not installed."""
    monkeypatch.setenv("PATH", "")


def names(settings: Settings, own: FastSpeech2 | None = None) -> list[str]:
    return [engine.name for engine in engines(settings, own)]


def test_nothing_goes_out_of_the_house_unless_asked_for(bare: Settings, voice: FastSpeech2, no_programs: None) -> None:
    assert names(bare, voice) == ["fastspeech2"]
    online = bare.model_copy(update={"online_voice": "shared"})
    assert names(online, voice) == [
        "edge-dongbei", "edge-shaanxi", "edge-cantonese", "fastspeech2", "edge-mandarin"]  # fmt: skip
    assert all(engine.shared_only for engine in engines(online, voice) if engine.name.startswith("edge"))
    everything = bare.model_copy(update={"online_voice": "all"})
    assert not any(engine.shared_only for engine in engines(everything, voice))


async def test_prompts_are_rendered_beside_calls_and_then_need_no_voice(settings: Settings, no_programs: None) -> None:
    async with call_speech(settings, render_after=0) as made:
        assert (await made.clause("您好，")).pcm, "at once, rendered or not"
        for _ in range(200):
            if (settings.models_dir / "prompts" / "card.json").exists():
                break
            await asyncio.sleep(0.05)
    (settings.models_dir / FOLDER).unlink()
    async with call_speech(settings) as dead:
        assert not dead.working
        for text, style in FEW:
            assert (await dead.clause(text, style)).seconds > 0.3
        with pytest.raises(SynthesisFailed):
            await dead.clause("您的余额还有三十五元。")
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_rendering_again_renders_only_what_changed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await render_once(settings)).made == 3
    monkeypatch.setattr(speech, "known_clauses", lambda: iter([*FEW[:2], ("人工请按零。", STANDARD.style)]))
    told: list[tuple[int, int]] = []
    done = await render_once(settings, lambda place, of: told.append((place, of)))
    assert (done.total, done.made, told) == (3, 1, [(0, 1)])


async def test_a_machine_without_a_voice_says_so(bare: Settings, no_programs: None) -> None:
    with pytest.raises(VoiceNotBuilt):
        await render_once(bare)
    async with call_speech(bare) as made:
        await asyncio.sleep(0)
        with pytest.raises(SynthesisFailed):
            await made.clause("您好，")


def test_the_command_tells_how_much_was_made(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setenv("YIDA_MODELS_DIR", str(settings.models_dir))
    assert cli.main(["voice", "render"]) == 0
    assert "共 3 句，新合成 3 句。" in capsys.readouterr().out
    (settings.models_dir / FOLDER).unlink()
    assert cli.main(["voice", "render"]) == 1
    assert "语音模型还没有装好" in capsys.readouterr().err


async def test_espeak_speaks_cantonese_and_where_nothing_else_is_left_mandarin(bare: Settings, voice: FastSpeech2) -> None:
    program("espeak-ng", "espeak-ng")
    assert names(bare, voice) == ["espeak-cantonese", "fastspeech2", "espeak-mandarin"]
    async with call_speech(bare) as made:
        assert (await made.clause("您的余额还有三十五元，")).seconds > 1
        assert made.working and made.counts == {"espeak-mandarin": 1}


@pytest.mark.parametrize("key", ["greeting", "goodbye", "menu_intro", "bot_down"])
def test_what_a_call_says_is_found_under_what_was_rendered(key: str) -> None:
    known: set[tuple[str, Style]] = set(known_clauses())
    for profile in (STANDARD, ELDER):
        assert {(clause, profile.style) for clause in clauses_of(house_prompts()[key].form(profile))} <= known
