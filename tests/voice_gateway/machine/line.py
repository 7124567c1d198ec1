"""A scripted caller on a virtual clock: a telephone line that plays what it is told and remembers what was heard.

A script is a table, one step a line: `说 查话费`, `按 10#`, `等 6.5`, `听完`, `机器人 您还有三十五元`. See `STEPS`.
"""

from __future__ import annotations

from voice_gateway.machine.commands import AskBot, Command, EnqueueForAgent, Flush, Play, PlayTone
from voice_gateway.machine.events import (
    Agent,
    AgentState,
    ClauseStarted,
    Connected,
    Event,
    Heard,
    HungUp,
    Key,
    Noted,
    Part,
    PartDown,
    Partial,
    PartUp,
    Place,
    PlaybackDone,
    ReplyFailed,
    ReplyReady,
    SpeechEnded,
    SpeechStarted,
    Tick,
)  # fmt: skip
from voice_gateway.machine.machine import CallMachine
from voice_gateway.machine.states import Limits, State
from voice_gateway.machine.timeline import RecordedCall, Timeline

#: More events than any script needs: a timer that is due again at once must fail, not hang.
MOST_STEPS = 20_000
#: States in which the quiet is the caller's.
THEIRS = {State.NEW, State.LISTENING, State.HEARING, State.INTERRUPTED, State.BRIDGED, State.ENDED}


class PhoneLine:
    """Plays commands in time (4 characters a second), reports clauses and ends, and measures silences we owe."""

    def __init__(self, connected: Connected = Connected(), limits: Limits | None = None, **more: bool) -> None:  # noqa: B008
        self.call = RecordedCall(CallMachine(limits=limits or Limits(recording=False, **more)), Timeline())
        self.machine = self.call.machine
        self.now = 0.0
        self.commands: list[tuple[float, Command]] = []
        self._queue: list[tuple[Play, int, float]] = []
        self._tone = False
        self.quiet_since = 0.0
        self.longest_silence = 0.0
        self.turn = self.steps = 0
        self.do(connected)

    def do(self, event: Event) -> None:
        if self.machine.state in THEIRS:
            self.quiet_since = self.now
        for command in self.call.handle(event, self.now):
            self.commands.append((self.now, command))
            if isinstance(command, Play):
                start = max(self.now, self._queue[-1][2] if self._queue else self.now)
                for n, clause in enumerate(command.clauses):
                    start += 0.2 + len(clause) / 4 / command.style.rate
                    self._queue.append((command, n, start))
                self._sound()
                self._tone = False
            elif isinstance(command, PlayTone):
                self._sound()
                self._tone = True
            elif isinstance(command, Flush):
                self._sound()
                self._queue, self._tone = [], False
            elif isinstance(command, AskBot):
                self.turn = command.turn

    def _sound(self) -> None:
        if not self._queue and not self._tone and self.machine.state not in THEIRS:
            self.longest_silence = max(self.longest_silence, self.now - self.quiet_since)
        self.quiet_since = self.now

    def wait(self, seconds: float) -> None:
        """Time passes, with everything that falls due in it."""
        until = self.now + seconds
        while True:
            due = [d for d in (self.machine.next_due, self._queue[0][2] if self._queue else None) if d is not None]
            if not due or (at := min(due)) > until:
                break
            assert self.steps < MOST_STEPS, "the call goes round in circles"
            self.steps += 1
            self.now = max(self.now, at)
            if self._queue and self._queue[0][2] <= self.now:
                play, n, _ = self._queue.pop(0)
                self.quiet_since = self.now
                last = n == len(play.clauses) - 1
                self.do(PlaybackDone(play.play) if last else ClauseStarted(play.play, n + 1))
            else:
                self.do(Tick())
        self.now = until
        if not self._queue and not self._tone and self.machine.state not in THEIRS:
            self.longest_silence = max(self.longest_silence, self.now - self.quiet_since)

    def listen(self) -> None:
        """Hear everything that is being said, to its end."""
        while self._queue:
            self.wait(max(0.0, self._queue[0][2] - self.now) + 0.001)

    def say(self, text: str, confidence: float = 0.9, seconds: float = 1.0) -> None:
        self.do(SpeechStarted())
        self.wait(0.3)
        self.do(Partial(text))
        self.wait(0.4)
        self.do(SpeechEnded())
        self.wait(0.3)
        self.do(Heard(text, confidence, seconds))

    def keys(self, row: str) -> None:
        for key in row:
            self.do(Key(key))
            self.wait(0.2)

    def bot(self, text: str, **more: object) -> None:
        self.do(ReplyReady(self.turn, (text,), **more))  # type: ignore[arg-type]

    def run(self, script: str) -> PhoneLine:
        for step in filter(None, (row.strip() for row in script.splitlines())):
            word, _, rest = step.partition(" ")
            {
                "说": lambda r: self.say(r), "小声": lambda r: self.say(r, 0.1), "含糊": lambda r: self.say(r, 0.4),
                "按": lambda r: self.keys(r), "等": lambda r: self.wait(float(r)), "听完": lambda r: self.listen(),
                "机器人": lambda r: self.bot(r), "机器人坏": lambda r: self.do(ReplyFailed(self.turn)), "挂机": lambda r: self.do(HungUp()),
                "坏": lambda r: self.do(PartDown(Part(r))), "修好": lambda r: self.do(PartUp(Part(r))),
                "排队": lambda r: self.do(AgentState(Agent.WAITING, Place(*map(int, r.split())))),
                "人工": lambda r: self.do(AgentState(Agent(r), target="9001")), "登记": lambda r: self.do(Noted(r == "成")),
            }[word](rest)  # fmt: skip
        return self

    def of(self, kind: type) -> list:
        return [command for _, command in self.commands if type(command) is kind]

    @property
    def prompts(self) -> list[str]:
        return [name for play in self.of(Play) for name in play.prompts]

    @property
    def spoken(self) -> str:
        """The last thing said."""
        return "".join(self.of(Play)[-1].clauses)

    @property
    def asked_bot(self) -> list[str]:
        return [command.text for command in self.of(AskBot)]

    @property
    def wants_person(self) -> bool:
        return bool(self.of(EnqueueForAgent))
