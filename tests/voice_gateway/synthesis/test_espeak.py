"""espeak-ng itself, as a program: Cantonese without a network."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest

from tests.needs import program
from voice_gateway.synthesis import ELDER, STANDARD, FastSpeech2, Style
from voice_gateway.synthesis.breaker import BreakerLimits
from voice_gateway.synthesis.errors import RateInvalid, SynthesisFailed, TextTooLong, VoiceNotBuilt
from voice_gateway.synthesis.espeak import MANDARIN, EspeakNg, find_espeak
from voice_gateway.synthesis.loudness import LEVEL, level_of
from voice_gateway.synthesis.speech import Speech
from voice_gateway.synthesis.voices import Engine

TEXT = '您嘅余额系<say-as interpret-as="amount">35.80</say-as>，多谢。'


@pytest.fixture(scope="module")
def path() -> Path:
    return Path(program("espeak-ng", "espeak-ng"))


@pytest.fixture
def cantonese(path: Path) -> EspeakNg:
    return EspeakNg(path)


async def test_cantonese_is_heard_clause_by_clause(cantonese: EspeakNg) -> None:
    clauses = [clause async for clause in cantonese.say(TEXT, ELDER)]
    assert len(clauses) == 2 and [clause.pause_ms for clause in clauses] == [500, 0]
    for clause in clauses:
        assert clause.sample_rate == 16_000
        assert 1.5 < len(clause.text) / clause.seconds < 8
        assert np.abs(np.frombuffer(clause.pcm, "<i2")).max() > 3000


async def test_mandarin_is_said_at_the_speed_of_speech(path: Path) -> None:
    (clause,) = [clause async for clause in EspeakNg(path, MANDARIN).say("您的余额还有35.8元")]
    assert clause.text == "您的余额还有三十五元八角"
    assert 2.5 < len(clause.text) / clause.seconds < 6, "the voice that spells Pinyin as English takes twice as long"


async def test_numbers_are_read_in_cantonese(cantonese: EspeakNg) -> None:
    text = '<say-as interpret-as="amount">35.80</say-as>，<say-as interpret-as="phone">10086</say-as>'
    said = [clause.text async for clause in cantonese.say(text)]
    assert said[0].endswith("毫") and "幺" not in said[1]


async def test_slow_speech_takes_longer_and_the_same_text_sounds_the_same(cantonese: EspeakNg) -> None:
    async def seconds(style: Style) -> float:
        return sum([clause.seconds async for clause in cantonese.say("揾人工请按零", style)])

    normal, slow = await seconds(STANDARD), await seconds(ELDER)
    assert slow / normal == pytest.approx(1 / 0.75, rel=0.12)
    assert await seconds(STANDARD) == normal


async def test_it_answers_at_once(cantonese: EspeakNg) -> None:
    await cantonese.voice()
    started = time.perf_counter()
    await anext(cantonese.say("你好"))
    assert time.perf_counter() - started < 0.5


async def test_who_speaks_names_the_version(cantonese: EspeakNg) -> None:
    voice = await cantonese.voice()
    assert voice.name == "espeak-ng-yue" and voice.version[0].isdigit()


async def test_the_hotline_speaks_cantonese_by_it_and_mandarin_by_the_other(path: Path, engine: FastSpeech2) -> None:
    both = Speech([Engine("cantonese", EspeakNg(path), frozenset({"cantonese"}), frozenset()), Engine("own", engine)])
    assert both.speaks("cantonese")
    said, mandarin = await both.clause("揾人工请按零。", dialect="cantonese"), await both.clause("揾人工请按零。")
    assert said.pcm != mandarin.pcm
    assert level_of(said.pcm, 8000) == pytest.approx(LEVEL, abs=1), "as loud as the other voice"
    await both.close()


async def test_where_the_program_is_missing_the_own_voice_speaks(tmp_path: Path, engine: FastSpeech2) -> None:
    missing = EspeakNg(tmp_path / "espeak-ng")
    with pytest.raises(VoiceNotBuilt):
        await missing.voice()
    speech = Speech(
        [Engine("cantonese", missing, frozenset({"cantonese"}), frozenset()), Engine("own", engine)],
        limits=BreakerLimits(rest=60),
    )
    await speech.start()
    assert not speech.speaks("cantonese") and speech.working
    assert (await speech.clause("揾人工请按零。", dialect="cantonese")).pcm
    await speech.close()


@pytest.mark.parametrize(("script", "why"), [
    ("exit 3", "ended with 3"), ("cat > /dev/null; echo rubbish", "no sound"), ("exec sleep 30", "too long"),
])  # fmt: skip
async def test_a_program_that_misbehaves_is_stopped_and_told(
    script: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice_gateway.synthesis.espeak._PATIENCE", 0.2)
    fake = tmp_path / "espeak-ng"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    with pytest.raises(SynthesisFailed, match=why):
        await anext(EspeakNg(fake).say("你好"))


async def test_a_caller_who_hangs_up_ends_the_program(tmp_path: Path) -> None:
    fake, mark, pid = tmp_path / "espeak-ng", tmp_path / "pid", ""
    fake.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 30\n")
    fake.chmod(0o755)
    voice = EspeakNg(fake)
    saying = asyncio.create_task(anext(voice.say("你好")))  # type: ignore[arg-type]
    for _ in range(500):
        if pid := _content(mark):
            break
        await asyncio.sleep(0.01)
    assert _runs(pid)
    saying.cancel()
    await asyncio.gather(saying, return_exceptions=True)
    assert not _runs(pid)


def _content(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _runs(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_what_cannot_be_said(cantonese: EspeakNg) -> None:
    assert [clause async for clause in cantonese.say("😀。\x00")] == []
    assert [clause async for clause in cantonese.say("你好\ud800")]
    with pytest.raises(RateInvalid):
        await anext(cantonese.say("你好", Style(rate=9)))
    with pytest.raises(TextTooLong):
        await anext(cantonese.say("好" * 3000))


def test_it_is_found_where_it_is_installed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_espeak() == path
    monkeypatch.setenv("PATH", "")
    assert find_espeak() is None
