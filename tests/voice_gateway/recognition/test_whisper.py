"""Whisper on a telephone line: what is said is heard, what nobody said is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.voice_gateway.recognition.conftest import noises
from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.errors import ModelNotBuilt, RecognitionFailed, RecognizerBusy
from voice_gateway.recognition.files import read_card
from voice_gateway.recognition.pool import DecodePool
from voice_gateway.recognition.port import Hint, Recognition
from voice_gateway.recognition.prepare import FOLDER
from voice_gateway.recognition.similar import steps
from voice_gateway.recognition.whisper import Whisper
from voice_gateway.turns.words import bare

Say = Callable[[str], bytes]
SENTENCES = ("我想查一下这个月的话费余额", "帮我看看还剩多少流量", "家里的宽带连不上网了", "光猫的红灯一直在闪", "我要转人工客服",
             "怎么开通国际漫游业务", "我想换一个便宜点的套餐", "服务密码忘记了怎么重置", "上个月的账单为什么这么贵",
             "安装宽带要多长时间", "我的工单处理到哪一步了", "这个副卡怎么收费")  # fmt: skip
OPEN = Hint()
YES_NO = Hint(AnswerKind.YES_NO)


async def hear(whisper: Whisper, sound: bytes, hint: Hint = OPEN) -> Recognition:
    utterance = whisper.listen(hint)
    for at in range(0, len(sound), 640):
        assert await utterance.feed(sound[at : at + 640]) == ""
    return await utterance.finish()


async def test_sentences_to_an_operator_are_heard_on_the_phone(whisper: Whisper, call: Say):
    heard = [await hear(whisper, call(sentence)) for sentence in SENTENCES]
    wrong = sum(steps(sentence, bare(found.text)) for sentence, found in zip(SENTENCES, heard, strict=True))
    assert wrong / sum(map(len, SENTENCES)) < 0.2, [found.text for found in heard]
    assert all(found.confidence > 0.3 and 1 < found.seconds < 4 for found in heard)


@pytest.mark.parametrize("word", ["不是", "可以", "不要", "没错", "取消", "是的", "确认"])
async def test_a_short_answer_is_heard_where_one_is_awaited(whisper: Whisper, call: Say, word: str):
    assert (await hear(whisper, call(word), YES_NO)).text == word


async def test_an_amount_comes_in_figures(whisper: Whisper, call: Say):
    assert "120块" in (await hear(whisper, call("我要充一百二十块钱"))).text


@pytest.mark.parametrize("kind", [AnswerKind.OPEN, AnswerKind.YES_NO])
@pytest.mark.parametrize("name", sorted(noises()))
async def test_where_nobody_speaks_nothing_is_understood(whisper: Whisper, name: str, kind: AnswerKind):
    found = await hear(whisper, noises()[name], Hint(kind, words=("办理宽带", "投诉")))
    assert not found.text or found.confidence < 0.3
    assert found.text not in ("办理宽带", "投诉", "确认", "取消", "是的")


async def test_a_word_said_over_and_over_does_not_run_away(whisper: Whisper, call: Say):
    found = await hear(whisper, call("好的") * 6, YES_NO)
    assert len(found.text) <= 24


async def test_several_calls_at_once_hear_what_each_would_hear_alone(whisper: Whisper, call: Say):
    sounds = [call(sentence) for sentence in SENTENCES[:4]]
    alone = [(await hear(whisper, sound)).text for sound in sounds]
    together = await asyncio.gather(*(hear(whisper, sound) for sound in sounds))
    assert [found.text for found in together] == alone


async def test_a_dropped_utterance_is_not_decoded_and_takes_no_room(whisper_folder: Path, call: Say):
    pool = DecodePool(1)
    whisper = Whisper(whisper_folder, pool)
    await whisper.load()
    begun, waiting = whisper.listen(Hint()), whisper.listen(Hint())
    for utterance in (begun, waiting):
        await utterance.feed(call("帮我看看还剩多少流量"))
    first, second = asyncio.create_task(begun.finish()), asyncio.create_task(waiting.finish())
    await asyncio.sleep(0.05)
    assert pool.inside == 2
    waiting.drop()
    with pytest.raises(RecognitionFailed):
        await second
    assert (await first).text
    assert pool.inside == 0
    assert await waiting.feed(b"\0\0") == ""
    with pytest.raises(RecognitionFailed):
        await waiting.finish()
    begun.drop()
    await whisper.close()
    with pytest.raises(RecognitionFailed):
        await hear(whisper, call("帮我看看还剩多少流量"))


async def test_when_too_much_waits_the_caller_is_told_at_once(whisper_folder: Path, call: Say):
    whisper = Whisper(whisper_folder, DecodePool(1, waiting=1))
    await whisper.load()
    sound = call("我要转人工客服")
    results = await asyncio.gather(*(hear(whisper, sound) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, RecognizerBusy) for result in results) == 3
    assert sum(isinstance(result, Recognition) for result in results) == 2
    assert (await hear(whisper, sound)).text, "and there is room again"
    patient, *others = (whisper.listen(OPEN) for _ in range(3))
    for utterance in (patient, *others):
        await utterance.feed(sound)
    ahead = [asyncio.create_task(utterance.finish()) for utterance in others]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(RecognizerBusy):
        await patient.finish()
    await asyncio.gather(*ahead)
    assert (await patient.finish()).text, "whoever asks again is heard"
    await whisper.close()


async def test_minutes_of_sound_are_not_kept(whisper: Whisper):
    utterance = whisper.listen(Hint())
    for _ in range(120):
        await utterance.feed(bytes(32000))
    assert len(utterance._pcm) <= 30 * 32000
    assert (await utterance.finish()).text == ""


async def test_without_its_files_it_says_so(tmp_path: Path, whisper_folder: Path):
    with pytest.raises(ModelNotBuilt):
        await Whisper(tmp_path / FOLDER).load()
    changed = tmp_path / FOLDER
    changed.mkdir()
    for name in ("card.json", *read_card(whisper_folder).files):
        (changed / name).symlink_to(whisper_folder / name)
    (changed / "tokenizer.json").unlink()
    (changed / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelNotBuilt, match=r"tokenizer.json was changed"):
        await Whisper(changed).load()


async def test_what_was_said_is_in_no_repr(whisper: Whisper, call: Say):
    found = await hear(whisper, call("我要转人工客服"))
    assert found.text and found.text not in repr(found)
