"""The real voice: length by rate, pauses, loudness, many at once, what cannot be said."""

import asyncio
import io
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voice_gateway.synthesis import ELDER, STANDARD, CachedSpeaker, FastSpeech2, Style, SynthesisError
from voice_gateway.synthesis.errors import RateInvalid, SynthesisFailed, TextTooLong, VoiceNotBuilt
from voice_gateway.synthesis.files import ACOUSTIC, CARD, SYMBOLS, VOCODER

TEXT = "请先重启光猫和路由器，等两分钟再试。"


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2").astype(np.float64)


def test_slow_speech_takes_as_much_longer_as_it_should(engine: FastSpeech2):
    seconds = {rate: sum(clause.seconds for clause in engine.say_now(TEXT, Style(rate))) for rate in (1.0, 0.75, 1.5)}
    assert 2.5 < seconds[1.0] < 6
    assert seconds[0.75] / seconds[1.0] == pytest.approx(1 / 0.75, rel=0.05)
    assert seconds[1.5] / seconds[1.0] == pytest.approx(1 / 1.5, rel=0.05)


def test_clauses_come_one_by_one_with_the_pause_of_the_style(engine: FastSpeech2):
    made = list(engine.say_now("您好，请稍等。再见", ELDER))
    assert [clause.text for clause in made] == ["您好", "请稍等", "再见"]
    assert [clause.pause_ms for clause in made] == [500, 500, 0]
    assert len(made[0].with_pause()) - len(made[0].pcm) == made[0].sample_rate
    assert made[0].sample_rate == 24_000
    assert [clause.pause_ms for clause in engine.say_now("您好，再见", STANDARD)] == [200, 0]


def test_it_is_heard_and_not_cut(engine: FastSpeech2):
    for clause in engine.say_now("您的5G套餐已经生效，余额三十五点八元，欢迎致电幺零零八六"):
        heard = samples(clause.pcm)
        assert 3000 < np.abs(heard).max() < 32_700
        assert np.sqrt((heard**2).mean()) > 600
        assert 2.5 < len([char for char in clause.text if not char.isascii()]) / clause.seconds < 8, clause.text
        silence = np.abs(heard) < 100
        assert silence[: 24 * 5].mean() < 1.0 or not silence[: 24 * 40].all(), "no silence in front"
        assert not silence[-24 * 80 :].all(), "no silence behind"


def test_the_same_text_gives_the_same_samples_from_many_threads(engine: FastSpeech2):
    alone = {text: [clause.pcm for clause in engine.say_now(text)] for text in ("您好", "请稍等，马上好")}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: (text, [clause.pcm for clause in engine.say_now(text)]), list(alone) * 3))
    assert all(made == alone[text] for text, made in together)


async def test_texts_take_turns_and_the_loop_goes_on(engine: FastSpeech2):
    async def say(text: str) -> list[str]:
        return [clause.text async for clause in engine.say(text)]

    assert await asyncio.gather(say("您好，再见"), say("稍等，谢谢")) == [["您好", "再见"], ["稍等", "谢谢"]]


async def test_nothing_to_say_is_no_clause(engine: FastSpeech2):
    assert [clause async for clause in engine.say("😀。")] == []


def test_what_cannot_be_said_is_told(engine: FastSpeech2, tmp_path: Path):
    with pytest.raises(RateInvalid):
        engine.say_now("您好", Style(rate=0.1))
    with pytest.raises(TextTooLong):
        engine.say_now("好" * 3000)
    with pytest.raises(VoiceNotBuilt):
        next(FastSpeech2(tmp_path).say_now("您好"))


def test_a_model_changed_after_set_up_is_not_run(folder: Path, tmp_path: Path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / VOCODER).write_bytes(b"TFL3" * 100)
    with pytest.raises(VoiceNotBuilt, match=r"vocoder\.tflite was changed"):
        next(FastSpeech2(tmp_path).say_now("您好"))
    for name, text in ((SYMBOLS, "{}"), (CARD, "[]")):
        (tmp_path / name).write_text(text)
        with pytest.raises(SynthesisError):
            next(FastSpeech2(tmp_path).say_now("您好"))
    (tmp_path / ACOUSTIC).unlink()


async def test_a_text_heard_before_is_read_from_disk(folder: Path, tmp_path: Path):
    engine = FastSpeech2(folder)
    speaker = CachedSpeaker(engine, tmp_path / "speech")
    first = await speaker.speak("您好，再见", 0.75)
    with wave.open(io.BytesIO(first)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert 0.5 + 0.6 < file.getnframes() / 24_000 < 4
    assert len(list((tmp_path / "speech").iterdir())) == 1
    engine.close()
    assert await speaker.speak("您好，再见", 0.75) == first
    with pytest.raises(SynthesisFailed):
        await speaker.speak("您好，再见", 1.0)
    assert not any("您好" in item.name for item in (tmp_path / "speech").iterdir())


async def test_the_folder_of_kept_speech_does_not_grow_without_end(engine: FastSpeech2, tmp_path: Path):
    size = len(await CachedSpeaker(engine, tmp_path / "a").speak("您好"))
    speaker = CachedSpeaker(engine, tmp_path / "b", limit=int(size * 2.5))
    for text in ("您好", "再见", "您好", "谢谢"):
        await speaker.speak(text)
    kept = len(list((tmp_path / "b").iterdir()))
    assert kept < 3
    assert await speaker.speak("谢谢")


async def test_a_folder_that_cannot_be_written_only_costs_time(engine: FastSpeech2, tmp_path: Path):
    (tmp_path / "file").touch()
    assert await CachedSpeaker(engine, tmp_path / "file").speak("您好")
