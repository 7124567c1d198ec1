"""The online voices against a stand-in for the vendor's service, and without any service."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from voice_gateway.synthesis import ELDER, STANDARD, FastSpeech2, Style
from voice_gateway.synthesis.breaker import BreakerLimits
from voice_gateway.synthesis.edge import NAMES, EdgeVoice
from voice_gateway.synthesis.errors import RateInvalid, SynthesisFailed, TextTooLong, VoiceTooLate, VoiceUnreachable
from voice_gateway.synthesis.fake_edge import FakeEdgeService, Mood
from voice_gateway.synthesis.speech import Speech
from voice_gateway.synthesis.voices import Engine, spoken

pytest.importorskip("edge_tts", reason="the online-voice extra is not installed")
pytest.importorskip("miniaudio", reason="the online-voice extra is not installed")

TONE = Path(__file__).with_name("tone.mp3").read_bytes()
XIAOBEI = NAMES["dongbei"]


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeEdgeService]:
    async with FakeEdgeService(TONE) as fake:
        monkeypatch.setattr("edge_tts.communicate.WSS_URL", fake.url)
        yield fake


async def test_a_text_is_asked_for_with_voice_and_rate_and_comes_back_as_sound(service: FakeEdgeService) -> None:
    text = '您的余额<say-as interpret-as="amount">35.80</say-as>，<快>&再见。'
    (clause,) = [clause async for clause in EdgeVoice(XIAOBEI).say(text, ELDER)]
    ((voice, rate, said),) = service.asked
    assert "zh-CN-liaoning, XiaobeiNeural" in voice and rate == "-25%"
    assert "35" not in said and "三十五" in said and "say-as" not in said
    assert clause.seconds == pytest.approx(1.5, abs=0.1)
    samples = np.frombuffer(clause.pcm, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * clause.sample_rate / len(samples) == pytest.approx(440, abs=5)


async def test_the_voice_of_hong_kong_gets_numbers_in_cantonese(service: FakeEdgeService) -> None:
    await anext(EdgeVoice(NAMES["cantonese"]).say('余额<say-as interpret-as="amount">35.80</say-as>'))
    ((voice, rate, said),) = service.asked
    assert "zh-HK" in voice and rate == "+0%" and said.endswith("毫")


@pytest.mark.parametrize(("mood", "error"), [
    (Mood.REFUSING, VoiceUnreachable), (Mood.MUTE, SynthesisFailed), (Mood.RUBBISH, SynthesisFailed),
    (Mood.BROKEN, SynthesisFailed),
])  # fmt: skip
async def test_trouble_with_the_service_is_told_apart_and_names_no_text(
    service: FakeEdgeService, mood: Mood, error: type
) -> None:
    service.mood = mood
    with pytest.raises(error) as told:
        await spoken(Engine("edge", EdgeVoice(XIAOBEI)), "尾号幺二三四，", STANDARD)
    assert "幺" not in str(told.value)


async def test_a_service_that_says_nothing_is_given_up_in_time(service: FakeEdgeService) -> None:
    service.mood = Mood.SILENT
    started = time.perf_counter()
    with pytest.raises(VoiceTooLate):
        await spoken(Engine("edge", EdgeVoice(XIAOBEI), first=0.3), "您好", STANDARD)
    assert time.perf_counter() - started < 1


async def test_a_machine_without_a_way_out_falls_back_at_once(
    engine: FastSpeech2, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.voice()
    speech = Speech(
        [Engine("edge", EdgeVoice(XIAOBEI), frozenset({"dongbei"}), first=1.5), Engine("own", engine)],
        limits=BreakerLimits(rest=60),
    )
    # Nobody listens at the discard port of this machine; a name that resolves to nothing behaves alike.
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", "ws://127.0.0.1:9/?none=1")
    started = time.perf_counter()
    assert (await speech.clause("您要办啥，", dialect="dongbei")).pcm
    assert time.perf_counter() - started < 1.5
    await speech.close()


async def test_a_name_that_cannot_be_resolved_is_a_voice_that_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", "ws://yida.invalid/?none=1")
    with pytest.raises(VoiceUnreachable):
        await anext(EdgeVoice(XIAOBEI).say("您好"))


async def test_the_service_speaks_for_the_dialect_through_the_hotlines_speech(
    service: FakeEdgeService, engine: FastSpeech2
) -> None:
    speech = Speech(
        [Engine("edge", EdgeVoice(XIAOBEI), frozenset({"dongbei"}), shared_only=True), Engine("own", engine)]
    )
    for _ in range(3):
        clause = await speech.clause("流量是啥，", dialect="dongbei", shared=True)
    assert clause.seconds == pytest.approx(1.5, abs=0.1)
    assert len(service.asked) == 1, "the second time it is kept"
    await speech.clause("您欠费二十三元，", dialect="dongbei")
    assert len(service.asked) == 1, "what is said to one customer stays here"
    await speech.close()


async def test_what_cannot_be_said_is_not_asked_for(service: FakeEdgeService) -> None:
    voice = EdgeVoice(XIAOBEI)
    assert [clause async for clause in voice.say("😀。")] == []
    with pytest.raises(RateInvalid):
        await anext(voice.say("您好", Style(rate=9)))
    with pytest.raises(TextTooLong):
        await anext(voice.say("好" * 3000))
    assert service.asked == []
