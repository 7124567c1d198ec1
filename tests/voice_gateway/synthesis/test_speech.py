"""The hotline's speech: which voice says what, and that a dead one costs a caller at most one pause."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from voice_gateway.synthesis import ELDER, STANDARD, Clause, FastSpeech2, Style
from voice_gateway.synthesis.breaker import BreakerLimits
from voice_gateway.synthesis.clause_cache import ClauseCache
from voice_gateway.synthesis.clause_files import ClauseFiles
from voice_gateway.synthesis.errors import (
    RateInvalid,
    SynthesisError,
    SynthesisFailed,
    TextTooLong,
    VoiceNotBuilt,
    VoiceUnreachable,
)
from voice_gateway.synthesis.loudness import LEVEL, level_of
from voice_gateway.synthesis.port import Voice
from voice_gateway.synthesis.prompt_store import PromptStore, check_prompts, render_prompts
from voice_gateway.synthesis.speech import Speech
from voice_gateway.synthesis.voices import Engine, spoken

QUICK = BreakerLimits(failures=2, rest=0.03, longest=0.1, trial=5)


class Line:
    """The line to a voice: what is said is counted; `trouble` is raised instead, `silent` says nothing for ever."""

    def __init__(self, engine: FastSpeech2, name: str = "line") -> None:
        self._engine, self._name = engine, name
        self.said: list[str] = []
        self.trouble: SynthesisError | None = None
        self.silent = False

    async def voice(self) -> Voice:
        return Voice(self._name, "1", 24_000)

    async def say(self, text: str, style: Style = STANDARD) -> AsyncIterator[Clause]:
        self.said.append(text)
        if self.trouble:
            raise self.trouble
        if self.silent:
            await asyncio.Event().wait()
        async with aclosing(self._engine.say(text, style)) as clauses:  # type: ignore[type-var]
            async for clause in clauses:
                yield clause


@pytest.fixture
def mandarin(engine: FastSpeech2) -> Line:
    return Line(engine, "mandarin")


@pytest.fixture
def dongbei(engine: FastSpeech2) -> Line:
    return Line(engine, "dongbei")


@pytest.fixture
async def open_speech(tmp_path: Path) -> AsyncIterator[Callable[..., Speech]]:
    opened: list[Speech] = []

    def make(*engines: Engine, prompts: PromptStore | None = None, limits: BreakerLimits = QUICK) -> Speech:
        opened.append(Speech(engines, ClauseCache(ClauseFiles(tmp_path / "clauses")), prompts, limits))
        return opened[-1]

    yield make
    for speech in opened:
        await speech.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def online(line: Line, first: float = 1.5, shared_only: bool = False) -> Engine:
    return Engine("online", line, frozenset({"dongbei"}), frozenset(), shared_only, first)


async def test_a_clause_comes_at_the_calls_rate_and_the_telephones_level(engine: FastSpeech2, open_speech) -> None:
    speech = open_speech(Engine("own", engine))
    await speech.start()
    text = '您的余额还有<say-as interpret-as="amount">35.80</say-as>。'
    normal, wide, loud = [
        await speech.clause(text, sample_rate=rate, louder=louder)
        for rate, louder in ((8000, False), (16_000, False), (8000, True))
    ]
    assert (normal.sample_rate, wide.sample_rate) == (8000, 16_000)
    assert normal.seconds == pytest.approx(wide.seconds, abs=0.001)
    assert level_of(normal.pcm, 8000) == pytest.approx(LEVEL, abs=1)
    assert level_of(loud.pcm, 8000) == pytest.approx(LEVEL + 6, abs=1)
    assert normal.text == text and normal.pause_ms == STANDARD.pause_ms
    spectrum = np.abs(np.fft.rfft(np.frombuffer(normal.pcm, "<i2").astype(float)))
    assert spectrum[: len(spectrum) // 2].sum() > spectrum[len(spectrum) // 2 :].sum(), "speech, not aliases"


async def test_a_prompt_comes_clause_by_clause_with_no_pause_behind_the_last(mandarin: Line, open_speech) -> None:
    speech = open_speech(Engine("own", mandarin))
    clauses = [clause async for clause in speech.say(("您好，", "“请稍等”。", "😀"), ELDER)]
    assert [clause.text for clause in clauses] == ["您好，", "“请稍等”。", "😀"]
    assert [clause.pause_ms for clause in clauses] == [500, 500, 0]
    assert clauses[0].pcm and clauses[1].pcm and not clauses[2].pcm


async def test_the_next_clause_is_made_while_one_is_played_and_no_more_than_one(mandarin: Line, open_speech) -> None:
    speech = open_speech(Engine("own", mandarin))
    async with aclosing(speech.say(("您好，", "请稍等，", "再见。"))) as clauses:
        await anext(clauses)
        await asyncio.sleep(0.5)
        assert mandarin.said == ["您好，", "请稍等，"]


async def test_a_dialect_is_spoken_by_its_voice_and_all_else_by_the_own(
    mandarin: Line, dongbei: Line, open_speech
) -> None:
    speech = open_speech(online(dongbei), Engine("own", mandarin))
    await speech.clause("您要办啥，", dialect="dongbei")
    await speech.clause("您要办什么，")
    await speech.clause("您要办啥子，", dialect="sichuan")
    assert (dongbei.said, mandarin.said) == (["您要办啥，"], ["您要办什么，", "您要办啥子，"])
    assert speech.speaks("dongbei") and speech.speaks("sichuan") and not speech.speaks("cantonese")


async def test_what_is_said_to_one_customer_does_not_leave_the_house(
    mandarin: Line, dongbei: Line, open_speech
) -> None:
    speech = open_speech(online(dongbei, shared_only=True), Engine("own", mandarin))
    await speech.clause("您欠费二十三元，", dialect="dongbei")
    await speech.clause("流量清零啥意思，", dialect="dongbei", shared=True)
    assert (dongbei.said, mandarin.said) == (["流量清零啥意思，"], ["您欠费二十三元，"])


async def test_an_unreachable_voice_costs_no_pause_and_is_asked_only_once(
    mandarin: Line, dongbei: Line, open_speech
) -> None:
    dongbei.trouble = VoiceUnreachable("no route")
    limits = BreakerLimits(rest=60)
    speech = open_speech(online(dongbei), Engine("own", mandarin), limits=limits)
    for text in ("您好，", "再见。"):
        assert (await speech.clause(text, dialect="dongbei")).pcm
    assert dongbei.said == ["您好，"]
    assert not speech.speaks("cantonese") and speech.speaks("dongbei"), "its wording can still be read"
    assert speech.working


async def test_a_silent_voice_is_waited_for_once_and_not_longer_than_agreed(
    mandarin: Line, dongbei: Line, open_speech
) -> None:
    dongbei.silent = True
    speech = open_speech(online(dongbei, first=0.1), Engine("own", mandarin), limits=BreakerLimits(failures=1, rest=60))
    await speech.start()
    await speech.clause("请稍等，")
    started = time.perf_counter()
    assert (await speech.clause("您好，", dialect="dongbei")).pcm
    assert 0.1 <= time.perf_counter() - started < 1.5
    await speech.clause("再见，", dialect="dongbei")
    assert dongbei.said == ["您好，"]


async def test_a_voice_that_comes_back_is_noticed_without_a_caller(mandarin: Line, open_speech) -> None:
    told: list[bool] = []
    speech = open_speech(Engine("own", mandarin))
    speech.on_change(told.append)
    forget = speech.on_change(told.append)
    forget()
    mandarin.trouble = SynthesisFailed("broken")
    for _ in range(2):
        with pytest.raises(SynthesisFailed):
            await speech.clause("您好，")
    assert told == [False] and not speech.working
    await asyncio.sleep(0.1)
    assert mandarin.said.count("您好") >= 1, "tried with nobody's words"
    assert told == [False]
    mandarin.trouble = None
    for _ in range(100):
        if speech.working:
            break
        await asyncio.sleep(0.05)
    assert told == [False, True]
    assert (await speech.clause("您好，")).pcm


async def test_a_single_clause_that_cannot_be_said_does_not_close_a_voice(mandarin: Line, open_speech) -> None:
    speech = open_speech(Engine("own", mandarin))
    for _ in range(3):
        mandarin.trouble = SynthesisFailed("this one")
        with pytest.raises(SynthesisFailed):
            await speech.clause("您好，")
        mandarin.trouble = None
        await speech.clause("再见，", shared=False)
        await speech.clause(f"{_}，", shared=False)
    assert speech.working


async def test_what_no_voice_can_do_is_the_callers_mistake(engine: FastSpeech2, open_speech) -> None:
    speech = open_speech(Engine("own", engine))
    for _ in range(3):
        with pytest.raises(TextTooLong):
            await speech.clause("好" * 3000)
        with pytest.raises(RateInvalid):
            await speech.clause("您好", Style(rate=9))
    assert speech.working


async def test_no_voice_at_all_is_told_before_and_after(tmp_path: Path, open_speech) -> None:
    speech = open_speech(Engine("own", FastSpeech2(tmp_path)), limits=BreakerLimits(rest=60))
    assert speech.working
    await speech.start()
    assert not speech.working
    with pytest.raises(SynthesisFailed):
        await speech.clause("您好，")
    assert not open_speech().working


async def test_what_was_made_before_is_said_even_when_the_voice_is_gone(mandarin: Line, open_speech) -> None:
    speech = open_speech(Engine("own", mandarin), limits=BreakerLimits(failures=1, rest=60))
    before = await speech.clause("怎么查流量，", shared=True)
    mandarin.trouble = SynthesisFailed("broken")
    with pytest.raises(SynthesisFailed):
        await speech.clause("别的，")
    assert await speech.clause("怎么查流量，", shared=True) == before


# ---------------------------------------------------------------------- prompts rendered ahead

WANTED = (("您好，", STANDARD), ("您好，", ELDER), ("再见。", STANDARD))


async def render(folder: Path, line: Line, wanted=WANTED):
    engine = Engine("own", line)
    return await render_prompts(folder, await line.voice(), lambda text, style: spoken(engine, text, style), wanted)


async def test_rendered_prompts_are_heard_with_no_voice_at_all(mandarin: Line, tmp_path: Path, open_speech) -> None:
    assert (await render(tmp_path / "prompts", mandarin)).made == 3
    store = PromptStore(tmp_path / "prompts")
    speech = open_speech(prompts=store)
    assert len(store) == 3
    clauses = [clause async for clause in speech.say(("您好，", "再见。"))]
    assert all(clause.seconds > 0.3 for clause in clauses)
    slow = await speech.clause("您好，", ELDER)
    assert slow.seconds > 1.2 * clauses[0].seconds
    with pytest.raises(SynthesisFailed):
        await speech.clause("您好，", Style(rate=1.5))
    with pytest.raises(SynthesisFailed):
        await speech.clause("没有过的话。")
    assert speech.counts == {"rendered": 3, "failed": 2}


async def test_only_what_changed_is_rendered_again_and_the_old_goes(mandarin: Line, tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    await render(folder, mandarin)
    assert (await render(folder, mandarin)).made == 0
    done = await render(folder, mandarin, (*WANTED[:2], ("慢走。", STANDARD)))
    assert (done.total, done.made) == (3, 1)
    assert len(ClauseFiles(folder).keys()) == 3
    assert not PromptStore(folder).knows("再见。") and PromptStore(folder).knows("慢走。")


async def test_a_rendering_that_was_broken_off_goes_on_where_it_stopped(mandarin: Line, tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    await render(folder, mandarin, WANTED[:1])
    mandarin.said.clear()
    mandarin.trouble = SynthesisFailed("power cut")
    with pytest.raises(SynthesisFailed):
        await render(folder, mandarin, (*WANTED, *((f"{number}楼，", STANDARD) for number in "一二三四五六")))
    assert len(mandarin.said) == 3, "given up"
    assert PromptStore(folder).knows("您好，"), "readers keep what they had"
    mandarin.trouble = None
    assert (await render(folder, mandarin)).made == 2


async def test_one_prompt_that_cannot_be_said_does_not_keep_the_others_out(mandarin: Line, tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    with pytest.raises(TextTooLong):
        await render(folder, mandarin, (("好" * 3000, STANDARD), *WANTED))
    assert len(PromptStore(folder)) == 3


async def test_a_folder_that_cannot_be_written_is_told(mandarin: Line, tmp_path: Path) -> None:
    (tmp_path / "prompts").touch()
    with pytest.raises(SynthesisFailed, match=r"written|Not a directory"):
        await render(tmp_path / "prompts", mandarin, WANTED[:1])


async def test_a_damaged_prompt_is_spoken_by_the_voice_and_rendered_again(
    mandarin: Line, tmp_path: Path, open_speech
) -> None:
    folder = tmp_path / "prompts"
    await render(folder, mandarin)
    mandarin.said.clear()
    for file in sorted(folder.glob("*.sound")):
        file.write_bytes(file.read_bytes()[:-2])
    speech = open_speech(Engine("own", mandarin), prompts=PromptStore(folder))
    assert (await speech.clause("您好，")).pcm
    assert mandarin.said == ["您好，"]
    assert check_prompts(folder) == 2, "the third was found to be damaged by the call"
    assert (await render(folder, mandarin)).made == 3


@pytest.mark.parametrize("card", ["", "[]", "{", '{"a": 1}', None])
def test_a_broken_card_holds_nothing(card: str | None, tmp_path: Path) -> None:
    if card is not None:
        (tmp_path / "card.json").write_text(card)
    assert not PromptStore(tmp_path).knows("您好，")


async def test_a_missing_voice_says_so(tmp_path: Path) -> None:
    with pytest.raises(VoiceNotBuilt):
        await spoken(Engine("own", FastSpeech2(tmp_path)), "您好", STANDARD)


async def test_twenty_callers_at_once_each_hear_their_own_clause(engine: FastSpeech2, open_speech) -> None:
    speech = open_speech(Engine("own", engine))
    texts = [f"第{number}位，" for number in "一二三四五"] * 4
    made = await asyncio.gather(*(speech.clause(text) for text in texts))
    assert [clause.text for clause in made] == texts
    assert len({clause.pcm for clause in made}) == 5


async def test_a_queue_too_long_is_told_and_no_fault_of_the_voice(mandarin: Line, open_speech) -> None:
    mandarin.silent = True
    speech = open_speech(Engine("own", mandarin, at_once=1, waiting=0.05), limits=BreakerLimits(failures=1, rest=60))
    first = asyncio.create_task(speech.clause("您好，"))
    await asyncio.sleep(0.01)
    with pytest.raises(SynthesisFailed):
        await speech.clause("再见，")
    assert speech.working
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await asyncio.sleep(0)
    mandarin.silent = False
    assert (await speech.clause("再见，")).pcm, "the turn was given back"


async def test_callers_who_cut_in_all_the_time_leave_nothing_behind(
    engine: FastSpeech2, open_speech, tmp_path: Path
) -> None:
    speech = open_speech(Engine("own", engine))
    await speech.start()
    dice = random.Random(7)

    async def call(number: int) -> int:
        heard = 0
        for _ in range(6):
            texts = [f"您欠费{number}元{dice.choice('一二三四')}角，" for _ in range(3)]
            try:
                async with asyncio.timeout(dice.choice([0.0, 0.02, 0.2])), aclosing(speech.say(texts)) as clauses:
                    async for _clause in clauses:
                        heard += 1
            except TimeoutError:
                pass
        return heard

    await asyncio.gather(*(call(number) for number in range(20)))
    assert (await speech.clause("还在吗？")).pcm, "and the voice still speaks"
    assert speech.working
    assert not (tmp_path / "clauses").exists(), "what is said to one customer is not on disk"
