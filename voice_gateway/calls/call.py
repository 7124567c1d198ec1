"""One call, from ringing to the end: events into the machine, its commands out to the mouth, the ear, the bot, the desk."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from common.log import get_logger
from voice_gateway.calls.ear import Ear
from voice_gateway.calls.errors import BotAway
from voice_gateway.calls.mouth import Mouth
from voice_gateway.calls.people import Desk
from voice_gateway.calls.ports import Bot, Caller, Customers, People
from voice_gateway.calls.records import Records
from voice_gateway.machine.commands import (
    AskBot,
    CallBack,
    Command,
    EnqueueForAgent,
    Flush,
    HangUp,
    LeaveQueue,
    NoteTicket,
    Play,
    PlayTone,
    Rate,
    Remember,
    StartListening,
    StopListening,
    Transfer,
)
from voice_gateway.machine.events import (
    Event,
    HungUp,
    Key,
    Part,
    PartDown,
    PartUp,
    ReplyFailed,
    Tick,
)
from voice_gateway.machine.machine import CallMachine
from voice_gateway.machine.states import LIMITS, Limits, State
from voice_gateway.machine.timeline import RecordedCall, Timeline
from voice_gateway.profiles import BY_NAME
from voice_gateway.profiles.requests import request_words
from voice_gateway.recognition.port import Recognizer
from voice_gateway.synthesis.speech import Speech
from voice_gateway.transports import port
from voice_gateway.transports.port import Leg

log = get_logger(__name__)
#: Events that wait; a machine that is so far behind takes no more sound, keys and ends it always takes.
MOST_WAITING = 2000
#: Seconds a call may last; a line left open by mistake ends then. And for errands after its end.
LONGEST, AFTERWARDS = 2 * 3600.0, 10.0


@dataclass(frozen=True)
class Parts:
    """What all calls share. `recognizer` None: keys only."""

    speech: Speech
    recognizer: Recognizer | None
    bot: Bot
    people: People
    customers: Customers
    records: Records
    limits: Limits = LIMITS


@dataclass
class Summary:
    """What a call was, for metrics. `outcome`: completed, transferred, abandoned, failed."""

    seconds: float = 0.0
    turns: int = 0
    outcome: str = "failed"
    first_prompt: float | None = None
    timeline: Timeline = field(default_factory=Timeline)


class RunningCall:
    """`run` serves `leg` to its end."""

    def __init__(self, leg: Leg, caller: Caller, parts: Parts, *, personal: bool = False) -> None:
        """`personal`: what was said goes into the timeline; so it does where the call is recorded."""
        self._leg, self._caller, self._parts = leg, caller, parts
        recorded = parts.records.record
        limits = replace(parts.limits, recording=recorded,
                         partials=parts.recognizer.partials if parts.recognizer else False)  # fmt: skip
        self._lines = parts.records.lines(leg.call_id)
        self.summary = Summary(timeline=Timeline(self._lines.write, personal=personal or recorded))
        spoken = frozenset(dialect for dialect in request_words().dialects if parts.speech.speaks(dialect))
        self._machine = CallMachine(limits=limits, spoken=spoken)
        self._call = RecordedCall(self._machine, self.summary.timeline)
        self._loop = asyncio.get_running_loop()
        self._start = self._loop.time()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Any]] = set()
        #: What must be done although the caller is gone: turns under way, places given up, call backs.
        self._errands: set[asyncio.Task[Any]] = set()
        self._recording = parts.records.recording(leg.call_id, leg.sample_rate, self._now)
        yida = self._recording.yida if self._recording else None
        self._mouth = Mouth(leg, parts.speech, self._put, yida.add if yida else lambda pcm: None,
                            yida.cut if yida else lambda seconds: None)  # fmt: skip
        self._ear = Ear(leg.sample_rate, parts.recognizer, self._put)
        self._desk = Desk(caller, parts.people, parts.bot, self._put)

    @property
    def listening(self) -> bool:
        """Whether it is the caller's turn."""
        return self._machine.state is State.LISTENING

    async def run(self) -> Summary:
        """Until one side hangs up. Leaves no task behind; raises nothing but CancelledError."""
        ended = self._parts.speech.on_change(lambda works: self._put(PartUp(Part.SYNTHESISER) if works else PartDown(Part.SYNTHESISER)))
        try:
            for work in (self._mouth.run(), self._ear.run(), self._listen_to_leg()):
                self._spawn(work)
            await self._begin()
            async with asyncio.timeout(LONGEST):
                await self._serve()
        except TimeoutError:
            log.warning("call was open too long", extra={"call_id": self._leg.call_id})
        finally:
            ended()
            self._over()
            self.summary.seconds = self._now()
            if self._recording:
                self._recording.end(self.summary.seconds)
            await self._clear()
        return self.summary

    async def _clear(self) -> None:
        tasks = self._tasks.copy()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._leg.hang_up()
        keep = self._parts.records.keep(self._lines, self._recording)
        self._spawn(keep, errand=True)
        errands = self._errands.copy()
        _, late = await asyncio.wait(errands, timeout=AFTERWARDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _begin(self) -> None:
        connected = await self._parts.customers.greet(self._caller)
        if self._parts.recognizer is None:
            await self._handle(PartDown(Part.RECOGNISER))
        if not self._parts.speech.working:
            await self._handle(PartDown(Part.SYNTHESISER))
        await self._handle(connected)

    async def _serve(self) -> None:
        while self._machine.state is not State.ENDED:
            due = self._machine.next_due
            event: Event = Tick()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if due is None else max(0.0, due - self._now())):
                    event = await self._events.get()
            await self._handle(event)

    async def _handle(self, event: Event) -> None:
        state = self._machine.state
        for command in self._call.handle(event, self._now()):
            await self._do(command)
        if isinstance(event, HungUp) and self.summary.outcome == "failed":
            self.summary.outcome = "transferred" if state is State.BRIDGED else "abandoned"

    async def _do(self, command: Command) -> None:
        match command:
            case Play():
                if self.summary.first_prompt is None:
                    self.summary.first_prompt = self._now()
                self._mouth.play(command)
            case PlayTone():
                self._mouth.tone()
            case Flush():
                self._mouth.flush()
            case StartListening():
                self._ear.listen(command, BY_NAME[self._machine.profile], self._machine.dialect)
            case StopListening():
                self._ear.deafen()
            case AskBot():
                self.summary.turns += 1
                self._spawn(self._ask(command), errand=True)
            case EnqueueForAgent():
                self._spawn(self._enqueue(command), errand=True)
            case LeaveQueue():
                self._spawn(self._desk.leave(), errand=True)
            case Transfer():
                self._spawn(self._transfer(command))
            case CallBack():
                self._spawn(self._desk.call_back(command.context), errand=True)
            case NoteTicket():
                self._spawn(self._desk.note(command.intent, command.context), errand=True)
            case Rate():
                self._spawn(self._parts.customers.rated(self._caller, command.score), errand=True)
            case Remember():
                self._spawn(self._parts.customers.remember(self._caller, command.remembered), errand=True)
            case HangUp():
                self.summary.outcome = "completed"
                await self._leg.hang_up()

    async def _ask(self, asked: AskBot) -> None:
        """The turn goes through, even where the caller hangs up meanwhile: what they wanted done is done."""
        try:
            reply = await self._parts.bot.answer(self._caller, asked, uuid.uuid4().hex)
        except Exception as error:  # whatever broke, the caller is told at once instead of after the longest wait
            if not isinstance(error, BotAway):
                log.error("turn of a call failed", extra={"call_id": self._leg.call_id, "error_type": type(error).__name__})
            self._put(ReplyFailed(asked.turn))
            return
        self._put(reply)
        if reply.place is not None:
            self._watch()

    async def _enqueue(self, command: EnqueueForAgent) -> None:
        if await self._desk.enqueue(command.context):
            self._watch()

    def _watch(self) -> None:
        if self._machine.state is not State.ENDED:
            self._spawn(self._desk.watch())

    async def _transfer(self, command: Transfer) -> None:
        self._desk.connected(await self._leg.transfer(command.target))

    async def _listen_to_leg(self) -> None:
        async for event in self._leg.events():
            match event:
                case port.Audio(pcm):
                    if self._recording:
                        self._recording.caller.add(pcm)
                    self._ear.hear(pcm)
                case port.Key(key):
                    self._ear.drop()
                    self._put(Key(key))
                case port.HungUp():
                    self._put(HungUp())

    def _put(self, event: Event) -> None:
        if self._events.qsize() < MOST_WAITING or isinstance(event, HungUp):
            self._events.put_nowait(event)

    def _now(self) -> float:
        return self._loop.time() - self._start

    def _spawn(self, work: Coroutine[Any, Any, Any], *, errand: bool = False) -> None:
        task = self._loop.create_task(work)
        (self._errands if errand else self._tasks).add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("part of a call failed", extra={"call_id": self._leg.call_id, "error_type": type(error).__name__})

    def _over(self) -> None:
        """The machine hears of an end that did not come from it, so that its timeline is whole."""
        if self._machine.state is not State.ENDED:
            for command in self._call.handle(HungUp(), self._now()):
                if isinstance(command, LeaveQueue):
                    self._spawn(self._desk.leave(), errand=True)
