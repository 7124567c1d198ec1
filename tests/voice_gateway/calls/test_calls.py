"""Calls from ringing to the end, over a real port with a real voice; by keys."""

from __future__ import annotations

import asyncio
import json
import stat
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from common.clock import SystemClock
from tests.voice_gateway.calls.conftest import House, Say
from tests.voice_gateway.calls.house import ScriptedBot
from tests.voice_gateway.calls.phone import Phone
from voice_gateway.calls.ports import Caller
from voice_gateway.calls.records import Records
from voice_gateway.machine.commands import AskBot
from voice_gateway.machine.events import Connected, ReplyReady
from voice_gateway.recognition.whisper import Whisper
from voice_gateway.synthesis.errors import SynthesisFailed
from voice_gateway.synthesis.port import STANDARD, Clause, Style, Voice
from voice_gateway.synthesis.speech import Speech
from voice_gateway.synthesis.voices import Engine

ASK_PHONE = [{"text": "请说您的手机号。", "data": {"expects": "phone"}}]


async def until(house: House, calls: int = 1) -> None:
    await eventually(lambda: len(house.summaries) >= calls)


async def asked(house: House, texts: int) -> None:
    await eventually(lambda: len(house.bot.asked) >= texts)


async def dialled(house: House, *rows: str) -> Phone:
    """A call in which these were keyed, half a second apart."""
    phone = await house.dial()
    await phone.sound(phone.start)
    for row in rows:
        phone.key(row)
        await asyncio.sleep(0.5)
    return phone


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not true():  # noqa: ASYNC110  it is another's state that is waited for
            await asyncio.sleep(0.02)


def events(house: House, name: str) -> list[dict[str, object]]:
    return [row for row in house.summaries[-1].timeline.rows if name in (row.get("event"), row.get("command"))]


async def test_a_call_is_served_by_keys_alone_from_the_menu_to_a_number_and_goodbye(house: House) -> None:
    house.bot.script = {"查话费": ASK_PHONE}
    phone = await dialled(house, "1", "1")
    await asked(house, 1)
    assert house.bot.texts == ["查话费"]
    await eventually(lambda: house.bot.done == 1)
    await asyncio.sleep(0.3)
    phone.key("13800000001#")
    await asked(house, 2)
    assert house.bot.texts[1] == "13800000001" and house.bot.asked[1].keyed
    assert "13800000001" not in house.summaries.__repr__() + repr(house.bot.asked)
    await phone.hang_up()
    await until(house)
    assert house.summaries[0].outcome == "abandoned" and house.summaries[0].turns == 2
    assert "13800000001" not in house.summaries[0].timeline.text


async def test_a_key_silences_a_prompt_within_a_tenth_of_a_second(house: House) -> None:
    phone = await house.dial()
    await phone.sound(phone.start)
    await asyncio.sleep(0.4)
    phone.key("#")
    pressed = asyncio.get_running_loop().time()
    await asyncio.sleep(0.05)
    # The menu follows; between the cut greeting and its first sound there must be nothing of the greeting left.
    left = [at for at, _ in phone.heard if pressed + 0.1 < at < pressed + 0.12]
    await phone.sound(pressed + 0.12)
    assert len(left) <= 2


async def test_goodbye_is_heard_to_its_end(house: House) -> None:
    house.people.hours = False
    phone = await dialled(house, "0")
    phone.key("2")  # no call back wanted
    await asyncio.wait_for(phone.ended.wait(), 60)
    await until(house)
    assert house.summaries[0].outcome == "completed"
    names = [row.get("event") or row.get("command") for row in house.summaries[0].timeline.rows]
    assert names.index("HangUp") == len(names) - 1 and names[-2] == "PlaybackDone"
    said = [row for row in house.summaries[0].timeline.rows if row.get("prompts") == ["goodbye"]]
    assert said and not said[0]["interruptible"]


async def test_a_bot_that_is_away_is_told_and_the_wish_is_registered(house: House) -> None:
    house.bot.away = True
    phone = await dialled(house, "1", "1")
    await asked(house, 1)
    await asyncio.sleep(0.5)
    phone.key("1")
    await eventually(lambda: bool(house.people.noted))
    assert house.people.noted == ["report_broadband_fault"]
    assert [line.text for line in house.people.contexts[0].lines if line.who == "customer"]
    assert all("（" not in line.text for line in house.people.contexts[0].lines if line.who == "yida")


async def test_a_desk_that_is_away_is_told_and_nothing_hangs(house: House) -> None:
    house.people.away = True
    phone = await dialled(house, "0")
    phone.key("1")
    await asyncio.wait_for(phone.ended.wait(), 60)
    await until(house)
    assert [row["ok"] for row in events(house, "Noted")] == [False]


async def test_what_was_asked_is_done_although_the_caller_hangs_up(house: House) -> None:
    house.bot.gate.clear()
    phone = await dialled(house, "1", "1")
    await asked(house, 1)
    await phone.hang_up()
    await asyncio.sleep(0.2)
    house.bot.gate.set()
    await until(house)
    assert house.bot.done == 1


async def test_who_hangs_up_in_the_queue_leaves_it(house: House) -> None:
    house.bot.script = {"转人工": [{"text": "您前面还有 2 位。", "data": {"handover": {"position": 3, "minutes": 4}}}]}
    phone = await house.dial()
    await phone.sound(phone.start)
    phone.key("0")
    await eventually(lambda: bool(house.bot.done))
    await asyncio.sleep(0.2)
    await phone.hang_up()
    await until(house)
    assert house.people.left == 1


@pytest.mark.parametrize("keys", ["", "#", "11", "0", "1#5"])
async def test_nothing_is_left_of_a_call_cut_off_anywhere(house: House, keys: str) -> None:
    before = asyncio.all_tasks()
    phone = await house.dial()
    await phone.sound(phone.start)
    for key in keys:
        phone.key(key)
        await asyncio.sleep(0.15)
    await phone.hang_up()
    await until(house)
    await asyncio.sleep(0.1)
    assert asyncio.all_tasks() - before == set()


async def test_a_recording_holds_both_sides_is_announced_and_readable_by_its_owner_only(house: House, tmp_path: Path, say: Say) -> None:
    house.records = Records(tmp_path / "kept", SystemClock(), record=True)
    phone = await house.dial()
    await phone.sound(phone.start)
    await phone.say(await say("查话费"))
    await asyncio.sleep(0.3)
    await phone.hang_up()
    await until(house)
    (file,) = (tmp_path / "kept").rglob("*.wav")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        seconds = sound.getnframes() / 8000
        both = memoryview(sound.readframes(sound.getnframes())).cast("h")
    assert house.summaries[0].seconds - 1.0 < seconds <= house.summaries[0].seconds + 0.01, "nothing that nobody heard"
    assert max(both[0::2]) > 1000 and max(both[1::2]) > 1000
    rows = [json.loads(line) for line in next((tmp_path / "kept").rglob("*.jsonl")).read_text("utf-8").splitlines()]
    first = next(row for row in rows if row.get("command") == "Play")
    assert first["prompts"] == ["recording"] and not first["interruptible"]
    assert not list((tmp_path / "kept").rglob("*.part"))


def test_days_that_are_over_are_deleted(tmp_path: Path) -> None:
    old, new = tmp_path / "2020-01-01", tmp_path / f"{SystemClock().now():%Y-%m-%d}"
    for day in (old, new, tmp_path / "notes"):
        day.mkdir()
        (day / "a.jsonl").write_text("{}\n")
    Records(tmp_path, SystemClock(), days=30).clear()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([new.name, "notes"])


async def test_a_call_is_on_disk_while_it_goes_on(house: House, tmp_path: Path) -> None:
    """A process killed in the middle of a call takes no record with it."""
    phone = await house.dial()
    await phone.sound(phone.start)
    (file,) = (tmp_path / "calls").rglob("*.jsonl")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert rows[0]["event"] == "PartDown" and any(row.get("command") == "Play" for row in rows)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_bot_that_breaks_is_told_at_once(house: House) -> None:
    class Broken(ScriptedBot):
        async def answer(self, caller: Caller, asked: AskBot, message_id: str) -> ReplyReady:
            raise RuntimeError("broken")

    house.bot = Broken()
    phone = await dialled(house, "1", "1")
    await asyncio.sleep(1.0)
    await phone.hang_up()
    await until(house)
    assert any("bot_down" in row["prompts"] for row in events(house, "Play"))  # type: ignore[operator]


async def test_an_elder_on_file_is_greeted_in_short_slow_sentences(house: House) -> None:
    house.customers.connected = Connected(elder_on_file=True)
    phone = await house.dial()
    await phone.sound(phone.start)
    phone.key("1")
    await asyncio.sleep(0.5)
    await phone.hang_up()
    await until(house)
    plays = events(house, "Play")
    assert plays[0]["style"]["rate"] == 0.75  # type: ignore[index]
    assert "您听好，" in plays[0]["clauses"]  # type: ignore[operator]


async def test_a_voice_that_fails_is_told_by_the_prompts_that_were_rendered(house: House) -> None:
    broken = Speech([Engine("broken", Mute())], prompts=Rendered())
    house.speech = broken
    phone = await dialled(house, "1", "1")
    await asked(house, 1)
    await phone.quiet(0.6)
    await phone.hang_up()
    await until(house)
    assert any("voice_down" in row["prompts"] for row in events(house, "Play"))  # type: ignore[operator]
    await broken.close()


class Mute:
    """A voice whose engine refuses everything."""

    async def voice(self) -> Voice:
        return Voice("mute", "1", 8000)

    async def say(self, text: str, style: Style = STANDARD) -> AsyncIterator[Clause]:
        raise SynthesisFailed("mute")
        yield  # pragma: no cover


class Rendered:
    """Prompts rendered ahead: a tone for each of the house's clauses."""

    def __init__(self) -> None:
        from voice_gateway.calls.tone import hold_tone
        from voice_gateway.machine.rendered import known_clauses
        from voice_gateway.synthesis.clause_files import Sound

        self._known = {text for text, _ in known_clauses()}
        self._sound = Sound(hold_tone(8000)[:4000], 8000)

    def knows(self, text: str) -> bool:
        return text in self._known

    async def find(self, text: str, style: Style) -> object:
        return self._sound if text in self._known else None


async def test_words_are_heard_answered_and_a_person_may_be_asked_for_by_voice(house: House, say: Say, ear: Whisper) -> None:
    house.recognizer = ear
    house.bot.script = {"转人工": [{"text": "马上。", "data": {"handover": {"position": 1, "minutes": 1}}}]}
    phone = await house.dial()
    await phone.quiet(1.0)
    ended = await phone.say(await say("帮我查一下话费"))
    await asked(house, 1)
    assert house.bot.texts[0].startswith("帮我") and 5 <= len(house.bot.texts[0]) <= 8
    await phone.sound(ended)
    await phone.quiet(1.0)
    await phone.say(await say("转人工"))
    await asked(house, 2)
    await phone.hang_up()
    await until(house)
    heard = events(house, "Heard")
    assert len(heard) == 2 and all(float(str(row["seconds"])) > 0.3 for row in heard)


async def test_speech_into_a_prompt_stops_it_and_is_understood(house: House, say: Say, ear: Whisper) -> None:
    house.recognizer = ear
    phone = await house.dial()
    await phone.sound(phone.start)
    talking = asyncio.create_task(phone.say(await say("我想查一下这个月的流量")))
    await talking
    await asked(house, 1)
    assert "流量" in house.bot.texts[0]


async def test_noise_on_the_line_is_no_wish(house: House, ear: Whisper) -> None:
    import numpy as np

    house.recognizer = ear
    phone = await house.dial()
    await phone.quiet(1.0)
    noise = np.random.default_rng(1).normal(0, 300, 8000 * 3).astype("<i2").tobytes()
    await phone.say(noise)
    await asyncio.sleep(2.0)
    assert house.bot.asked == []


