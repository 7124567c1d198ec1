"""The hotline of these tests: an AudioSocket port, the real voice, the real recogniser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from common.clock import SystemClock
from tests.voice_gateway.calls.house import ScriptedBot, ScriptedCustomers, ScriptedPeople
from tests.voice_gateway.calls.phone import Phone
from tests.voice_gateway.recognition.conftest import whisper_folder  # noqa: F401  the recogniser of the tests
from tests.voice_gateway.synthesis.conftest import engine, folder, pronouncer  # noqa: F401  the voice of the tests
from voice_gateway.audio.resample import resampled
from voice_gateway.calls.call import Parts, RunningCall, Summary
from voice_gateway.calls.ports import Caller
from voice_gateway.calls.records import Records
from voice_gateway.machine.states import Limits
from voice_gateway.recognition.port import Recognizer
from voice_gateway.recognition.whisper import Whisper
from voice_gateway.synthesis import FastSpeech2
from voice_gateway.synthesis.port import Style
from voice_gateway.synthesis.speech import Speech
from voice_gateway.synthesis.voices import Engine
from voice_gateway.transports.audiosocket import AudioSocketServer
from voice_gateway.transports.port import Leg


@dataclass
class House:
    """One hotline; change its parts before a call is made."""

    speech: Speech
    records: Records
    recognizer: Recognizer | None = None
    bot: ScriptedBot = field(default_factory=ScriptedBot)
    people: ScriptedPeople = field(default_factory=ScriptedPeople)
    customers: ScriptedCustomers = field(default_factory=ScriptedCustomers)
    limits: Limits = field(default_factory=Limits)
    number: str = "13900000000"
    summaries: list[Summary] = field(default_factory=list)
    server: AudioSocketServer | None = None
    phones: list[Phone] = field(default_factory=list)

    async def on_call(self, leg: Leg) -> None:
        parts = Parts(self.speech, self.recognizer, self.bot, self.people, self.customers, self.records, self.limits)
        caller = Caller(leg.call_id, f"call:{leg.call_id}", self.number, True)
        self.summaries.append(await RunningCall(leg, caller, parts, personal=True).run())

    async def dial(self) -> Phone:
        assert self.server is not None
        phone = await Phone.dial(self.server.port)
        self.phones.append(phone)
        return phone


@pytest.fixture
async def house(engine: FastSpeech2, tmp_path: Path) -> AsyncIterator[House]:  # noqa: F811
    speech = Speech([Engine("fastspeech2", engine)])
    made = House(speech, Records(tmp_path / "calls", SystemClock()))
    made.server = AudioSocketServer(made.on_call, port=0)
    await made.server.start()
    yield made
    for phone in made.phones:
        await phone.hang_up()
    await made.server.stop()
    await speech.close()


@pytest.fixture
async def ear(whisper_folder: Path) -> AsyncIterator[Whisper]:  # noqa: F811
    made = Whisper(whisper_folder)
    await made.load()
    yield made
    await made.close()


Say = Callable[..., Awaitable[bytes]]


@pytest.fixture
def say(engine: FastSpeech2) -> Say:  # noqa: F811
    """Somebody says a text: 8 kHz."""

    async def said(text: str, rate: float = 1.0) -> bytes:
        clauses = [clause async for clause in engine.say(text, Style(rate=rate))]
        return resampled(b"".join(clause.with_pause() for clause in clauses), clauses[0].sample_rate, 8000)

    return said
