"""Calls to the whole running system, by a SIP telephone and by Asterisk's AudioSocket."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.system import System
from tests.voice_gateway.calls.phone import Phone as Line
from tests.voice_gateway.synthesis.conftest import engine, folder, pronouncer  # noqa: F401  a caller's voice
from tests.voice_gateway.transports.sip.phone import Phone
from voice_gateway.synthesis import FastSpeech2
from voice_gateway.synthesis.audio import to_wav

#: Seconds a busy machine may take for one step of a call.
PATIENCE = 60.0


def rows(system: System, before: set[Path]) -> list[dict[str, Any]]:
    """The timeline of the one call made since."""
    files = set((system.var / "calls").rglob("*.jsonl")) - before
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def known(system: System) -> set[Path]:
    return set((system.var / "calls").rglob("*.jsonl"))


def recorded(below: Path) -> float:
    """Seconds of the one stereo recording below."""
    (file,) = below.rglob("????-??-??/*.wav")
    with wave.open(str(file)) as sound:
        assert sound.getnchannels() == 2
        return sound.getnframes() / sound.getframerate()


async def until(true: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110  it is another process that is waited for
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(what) from None


def named(found: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [row for row in found if name in (row.get("event"), row.get("command"))]


async def call_by_keys(system: System, number: str, keys: str) -> list[dict[str, Any]]:
    """Dial by SIP as `number`, key, wait for the bot's answer to be spoken, hang up."""
    before = known(system)
    phone = await Phone.open(system.run.sip_port)
    phone.number = number
    try:
        await phone.dial()
        await until(lambda: phone.rtp.got.qsize() > 20, "no sound from the hotline")
        for key in keys:
            phone.press(key)
            await asyncio.sleep(0.6)
        await until(lambda: len(named(rows(system, before), "ReplyReady")) > 0, "the bot did not answer")
        await until(lambda: len(named(rows(system, before), "ClauseStarted")) > 0, "nothing is spoken")
        await phone.hang_up()
        await until(lambda: len(named(rows(system, before), "HungUp")) > 0, "the call does not end")
    finally:
        phone.close()
    return rows(system, before)


async def test_a_sip_call_by_a_known_number_hears_the_balance_without_proving_anything(system: System) -> None:
    found = await call_by_keys(system, "13800000001", "11")
    assert [row["text"] for row in named(found, "AskBot")] == [len("查话费")]
    (reply,) = named(found, "ReplyReady")
    as_typed = system.replies("查话费", "as-typed", "13800000001")
    assert "expected" not in reply
    assert reply["texts"] == sum(len(answer["speech"]) for answer in as_typed)
    assert named(found, "Play")[0]["style"]["rate"] == 1.0


async def test_an_old_customer_is_greeted_slowly_by_the_age_on_file(system: System) -> None:
    found = await call_by_keys(system, "13800000002", "11")
    assert named(found, "Connected")[0]["elder_on_file"]
    assert {play["style"]["rate"] for play in named(found, "Play")} == {0.75}


async def test_a_stranger_on_audiosocket_keys_a_number_and_is_sent_a_code(system: System) -> None:
    before = known(system)
    phone = await Line.dial(system.run.audiosocket_port)
    try:
        await phone.sound(phone.start)
        for key in "11":
            phone.key(key)
            await asyncio.sleep(0.6)
        await until(lambda: len(named(rows(system, before), "ReplyReady")) > 0, "the bot did not answer")
        assert named(rows(system, before), "ReplyReady")[0]["expected"] == "phone"
        phone.key("13800000001#")
        await until(lambda: len(named(rows(system, before), "ReplyReady")) > 1, "the number was not taken")
        assert named(rows(system, before), "ReplyReady")[1]["expected"] == "code"
        assert system.messages("13800000001")
    finally:
        await phone.hang_up()
    assert "13800000001" not in "".join(file.read_text("utf-8") for file in known(system) - before)


async def test_a_call_by_sound_files_is_understood_answered_and_printed(system: System, engine: FastSpeech2, tmp_path: Path) -> None:  # noqa: F811
    clauses = [clause async for clause in engine.say("我要查话费")]
    file = tmp_path / "in.wav"
    file.write_bytes(to_wav(clauses, clauses[0].sample_rate))
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "yida.cli", "call", str(file), "keys=#", "keys=11", "--phone", "13800000001", "--json", "--out", str(tmp_path),
        env={**os.environ, "YIDA_PORT": system.base.rsplit(":", 1)[1], "YIDA_VAR_DIR": str(tmp_path / "var")},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(program.communicate(), 3 * PATIENCE)
    call = json.loads(said)
    assert program.returncode == 0 and call["turns"] >= 1
    names = [row.get("event") or row.get("command") for row in call["timeline"]]
    assert names.index("Heard") < names.index("AskBot") < names.index("ReplyReady")
    # The packaged recogniser may write 话费 with other characters of the same sound; what was meant is C's to find out.
    assert "费" in named(call["timeline"], "Heard")[0]["text"]
    said_back = "".join(text for reply in named(call["timeline"], "ReplyReady") for text in reply["texts"])
    assert "35.80" in said_back, "keyed through the menu, the balance is known by the number"
    assert recorded(tmp_path) > 5.0
