"""The state of one call and the few things that can be done with it: say, listen, cut, resume, time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_gateway.machine.commands import (
    Command,
    Context,
    Flush,
    Play,
    PlayTone,
    Remember,
    Said,
    StartListening,
    StopListening,
)
from voice_gateway.machine.events import Place
from voice_gateway.machine.menu import Menu
from voice_gateway.machine.prompts import Prompts
from voice_gateway.machine.states import After, Ask, Limits, Line, Playing, State, Timer
from voice_gateway.profiles import CallerProfile, Choice, Observation
from voice_gateway.turns.barge_in import clauses_of, rest

_MARK = re.compile(r"<[^<>]*>")
#: Lines of a call kept for the person who takes over, and keys or prompts held back.
MOST_LINES, MOST_HELD = 60, 20


class Call:
    """One call. Changed by the modules beside this one only; `out` collects the commands of an event."""

    def __init__(self, prompts: Prompts, menu: Menu, limits: Limits, spoken: frozenset[str] | None = None) -> None:
        self.prompts, self.menu, self.limits, self.spoken = prompts, menu, limits, spoken
        self.now = 0.0
        self.state = State.NEW
        self.ask = Ask()
        self.after = After.NOTHING
        self.choice, self.seen = Choice(), Observation()
        self.out: list[Command] = []
        self.timers: dict[Timer, float] = {}
        self.playing: list[Playing] = []
        self.cut: list[tuple[Play, int]] = []
        self.last: tuple[Line, ...] = ()
        self.first: list[Line] = []
        self.lines: list[Said] = []
        self.keys = ""
        self.held_keys: list[str] = []
        self.held_text = ""
        self.turn = self.plays = 0
        self.counted_at = float("-inf")
        self.silences = self.misses = self.served = 0
        self.keys_only = self.bot_down = self.no_voice = self.rated = self.toned = self.filled = False
        self.place: Place | None = None
        self.target = ""
        self.noting = ""
        self.wait_after_reply = False

    @property
    def profile(self) -> CallerProfile:
        """The caller's profile."""
        return self.choice.profile

    # Time

    def start(self, timer: Timer, seconds: float) -> None:
        """The timer falls due then; an earlier one of the name is dropped."""
        self.timers[timer] = self.now + seconds

    def stop(self, *timers: Timer) -> None:
        """These do not fall due any more."""
        for timer in timers:
            self.timers.pop(timer, None)

    # Saying

    def say(self, *lines: Line, after: After = After.LISTEN, ask: Ask | None = None, keep: bool = True,
            state: State = State.SPEAKING) -> None:
        """Say these, then what `after` says. `keep`: a repeat says them again. What was due before is dropped."""
        self.stop(*Timer)
        if ask is not None:
            self.ask = ask
        if keep:
            self.last = lines
        lines, self.first = (*self.first, *lines), []
        self.state, self.after, self.keys, self.cut = state, after, "", []
        self._play(lines)
        if not self.playing:
            self.start(Timer.PLAY, 0.0)  # nothing can be said of it: then at once what follows
        if after is After.LISTEN:
            self._open_ear()

    def add(self, *lines: Line) -> None:
        """Behind what is being said, without changing anything else."""
        self._play(lines)

    def _play(self, lines: Sequence[Line]) -> None:
        clauses: list[str] = []
        keys: list[str] = []
        must = shared = False
        for item in lines:
            said, named, heard = self._worded(item)
            if not said:
                continue
            same_for_all = item.shared or bool(item.key and (item.rendered or not item.values))
            # A notice is a prompt of its own: only it must be heard.
            if clauses and heard != must:
                self._emit_play(clauses, keys, must, shared)
                clauses, keys = [], []
            must, shared = heard, same_for_all and (shared or not clauses)
            clauses += said
            keys.append(named)
            self.note("yida", _MARK.sub("", "".join(said)))
        if clauses:
            self._emit_play(clauses, keys, must, shared)

    def _worded(self, item: Line) -> tuple[tuple[str, ...], str, bool]:
        if not item.key:
            if self.no_voice:
                return clauses_of(self.prompts["voice_down"].form(self.profile)), "voice_down", False
            return clauses_of(item.text), "", item.must_hear
        prompt = self.prompts[item.key]
        dialect = self.choice.dialect
        said = prompt.form(self.profile, dialect if self.spoken is None or dialect in self.spoken else "")
        if item.values:
            said = (prompt.plain or "") if self.no_voice and not item.rendered else said.format_map(dict(item.values))
        return clauses_of(said), item.key, prompt.must_hear

    def _emit_play(self, clauses: list[str], keys: list[str], must: bool, shared: bool) -> None:
        self.plays += 1
        named = () if "" in keys else tuple(dict.fromkeys(keys))
        style, dialect, louder = self.profile.style, self.choice.dialect, self.choice.louder
        self._put(Play(self.plays, tuple(clauses), named, not must, style, dialect, louder, shared))

    def _put(self, play: Play) -> None:
        self.out.append(play)
        self.playing.append(Playing(play))
        self.toned = False
        self._watch()

    def _watch(self) -> None:
        """A playback that is never reported as done must not hang the call."""
        characters = sum(len(clause) for item in self.playing for clause in item.command.clauses)
        pauses = sum(len(item.command.clauses) for item in self.playing) * self.profile.style.pause_ms / 1000
        self.start(Timer.PLAY, 6.0 + characters / (2.5 * self.profile.style.rate) + pauses)

    def tone(self) -> None:
        """The hold tone, until something is said."""
        if not self.toned:
            self.out.append(PlayTone())
            self.toned = True

    def flush(self) -> None:
        """Silence now."""
        if self.playing or self.toned:
            self.out.append(Flush())
        self.playing, self.toned = [], False
        self.stop(Timer.PLAY)

    @property
    def must_be_heard(self) -> bool:
        """What plays now cannot be interrupted."""
        return bool(self.playing) and not self.playing[0].command.interruptible

    @property
    def near_end(self) -> bool:
        """The last clause is being heard: a short answer is an answer now."""
        return len(self.playing) == 1 and self.playing[0].clause >= len(self.playing[0].command.clauses) - 1

    # Interruption

    def interrupt(self) -> None:
        """The caller speaks: silence, and remember where."""
        cut = [(item.command, item.clause) for item in self.playing]
        self.flush()
        self.cut = cut
        self.state = State.INTERRUPTED
        self.stop(Timer.SPEECH_STOPS)
        self.start(Timer.HEARING, self.limits.utterance)

    def resume(self) -> None:
        """It was nothing: go on from the clause that was cut."""
        cut, self.cut = self.cut, []
        self.stop(*Timer)
        self.state = State.SPEAKING
        for play, clause in cut:
            self.plays += 1
            self._put(Play(self.plays, rest(play.clauses, clause), play.prompts, play.interruptible, play.style, play.dialect, play.louder,
                           play.shared))
        if not cut:
            self.listen()

    # Listening

    def _open_ear(self) -> None:
        words = tuple(button.title for button in self.ask.buttons)
        self.out.append(StartListening(self.ask.answer, self.ask.expected, not self.keys_only, words))

    def listen(self, *, again: bool = False) -> None:
        """It is the caller's turn. `again`: tell the edge once more what is awaited."""
        self.state = State.LISTENING
        self.filled = False
        self.stop(*Timer)
        self.start(Timer.NO_INPUT, self.profile.no_input)
        if again:
            self._open_ear()

    def deafen(self) -> None:
        """Speech is of no use now."""
        self.out.append(StopListening())

    # Notes

    def note(self, who: str, text: str) -> None:
        """A line for the person who may take over."""
        self.lines = [*self.lines, Said(who, text)][-MOST_LINES:]

    def context(self, reason: str) -> Context:
        """All that a person should know."""
        return Context(reason, self.profile.name, self.choice.dialect, self.misses, tuple(self.lines))

    def choose(self, choice: Choice) -> bool:
        """Take another profile, dialect or volume; True where it changed. What is worth it is remembered."""
        before, self.choice = self.choice, choice
        if choice.to_remember != before.to_remember:
            self.out.append(Remember(choice.to_remember))
        return (choice.profile, choice.dialect, choice.louder) != (before.profile, before.dialect, before.louder)
