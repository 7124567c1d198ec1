"""The call machine: events and time in, commands out. No input or output, no clock, no thread of its own."""

from __future__ import annotations

from voice_gateway.machine import dialog, ending, keys, people
from voice_gateway.machine.call import Call
from voice_gateway.machine.commands import Command, LeaveQueue
from voice_gateway.machine.events import (
    Agent,
    AgentState,
    ClauseStarted,
    Connected,
    CustomerKnown,
    Event,
    Heard,
    HungUp,
    Key,
    Noted,
    Part,
    PartDown,
    Partial,
    PartUp,
    PlaybackDone,
    ReplyFailed,
    ReplyReady,
    SpeechEnded,
    SpeechStarted,
)
from voice_gateway.machine.menu import Menu, house_menu
from voice_gateway.machine.menus import show_menu
from voice_gateway.machine.prompts import Prompts, house_prompts
from voice_gateway.machine.states import LIMITS, After, Ask, AskKind, Limits, State, Timer, line
from voice_gateway.profiles import choose


class CallMachine:
    """One call. `handle` each event in the order in which it happened, and a Tick when `next_due` has come."""

    def __init__(self, prompts: Prompts | None = None, menu: Menu | None = None, limits: Limits = LIMITS,
                 spoken: frozenset[str] | None = None) -> None:  # fmt: skip
        """`spoken`: dialects whose wording some voice can say, None for all. Raises PromptsInvalid, MenuInvalid."""
        self._call = Call(prompts or house_prompts(), menu or house_menu(), limits, spoken)

    @property
    def state(self) -> State:
        """Where the call is."""
        return self._call.state

    @property
    def asked(self) -> AskKind:
        """What kind of question is open."""
        return self._call.ask.kind

    @property
    def profile(self) -> str:
        """`standard` or `elder`."""
        return self._call.profile.name

    @property
    def dialect(self) -> str:
        """The caller's; empty for Mandarin."""
        return self._call.choice.dialect

    @property
    def next_due(self) -> float | None:
        """When a Tick is wanted, seconds from the start; None: only when something happens."""
        return min(self._call.timers.values(), default=None)

    @property
    def timers(self) -> dict[str, float]:
        """What is due when; for the timeline."""
        return {str(timer): due for timer, due in self._call.timers.items()}

    def handle(self, event: Event, at: float) -> tuple[Command, ...]:
        """The commands that follow from `event` at `at`, in order. Never raises; time never goes back."""
        call = self._call
        call.out = []
        call.now = max(call.now, at)
        self._due()
        if call.state is not State.ENDED:
            self._take(event)
            self._held()
        return tuple(call.out)

    def _take(self, event: Event) -> None:
        call = self._call
        if call.state is State.NEW and not isinstance(event, Connected | HungUp | PartDown | PartUp | CustomerKnown):
            return
        match event:
            case Connected():
                self._connected(event)
            case HungUp():
                if call.state in (State.TRANSFER, State.QUEUED):
                    call.out.append(LeaveQueue())
                ending.end(call)
            case CustomerKnown(elder_on_file=True):
                call.choose(call.choice.with_age(True))
            case SpeechStarted():
                self._speech_started()
            case Partial(text):
                dialog.judge_partial(call, text)
            case SpeechEnded():
                self._speech_ended()
            case Heard(text, confidence, seconds):
                dialog.heard(call, text, confidence, seconds)
            case Key(key):
                keys.on_key(call, key)
            case ReplyReady():
                dialog.reply(call, event)
            case ReplyFailed(turn):
                if call.state is State.THINKING and turn == call.turn:
                    dialog.bot_away(call)
            case ClauseStarted(play, clause):
                if call.playing and call.playing[0].command.play == play:
                    call.playing[0].clause = max(0, min(clause, len(call.playing[0].command.clauses) - 1))
            case PlaybackDone(play):
                self._played(play)
            case AgentState(state=Agent.ASK):
                if call.state is State.TRANSFER:
                    dialog.ask_bot(call, "转人工")
            case AgentState():
                people.agent(call, event)
            case Noted(ok):
                ending.noted(call, ok)
            case PartDown(part):
                self._part(part, down=True)
            case PartUp(part):
                self._part(part, down=False)

    def _connected(self, event: Connected) -> None:
        call = self._call
        if call.state is not State.NEW:
            return
        call.choice = choose(event.remembered, elder_on_file=event.elder_on_file)
        if call.limits.recording:
            call.first.append(line("recording"))
        if call.keys_only:
            call.first.append(line("recogniser_down"))
            show_menu(call, Ask(AskKind.MENU, away=call.bot_down))
        else:
            call.say(line("greeting"))

    def _speech_started(self) -> None:
        call = self._call
        if call.keys_only:
            return
        if call.state is State.LISTENING:
            call.state = State.HEARING
            call.stop(Timer.NO_INPUT, Timer.KEYS)
            call.start(Timer.HEARING, call.limits.utterance)
        elif call.state is State.SPEAKING and not call.limits.partials and not call.must_be_heard:
            call.start(Timer.SPEECH_STOPS, call.limits.speech_stops)

    def _speech_ended(self) -> None:
        call = self._call
        call.stop(Timer.SPEECH_STOPS)
        if call.state is State.HEARING:
            call.stop(*Timer)
            call.state = State.RECOGNISING
            call.start(Timer.FILLER, call.limits.filler)
            call.start(Timer.HOLD, call.limits.hold)
            call.start(Timer.RESULT, call.limits.recogniser)
        elif call.state is State.INTERRUPTED:
            call.start(Timer.RESULT, call.limits.false_interruption)

    def _played(self, play: int) -> None:
        """Everything up to `play` was heard. Unknown ones, flushed before, are passed over."""
        call = self._call
        place = next((n for n, item in enumerate(call.playing) if item.command.play == play), None)
        if place is None:
            return
        call.playing = call.playing[place + 1 :]
        if not call.playing:
            self._all_heard()

    def _all_heard(self) -> None:
        call = self._call
        call.playing = []
        call.stop(Timer.PLAY)
        if call.state in (State.THINKING, State.NOTING, State.RECOGNISING):
            # A filler was heard: the tone follows when it is due, or at once behind the longer ones.
            if Timer.HOLD not in call.timers:
                call.tone()
        elif call.state in (State.SPEAKING, State.WAITING, State.TRANSFER, State.QUEUED, State.CONNECTING, State.GOODBYE):
            self._after()

    def _after(self) -> None:
        call = self._call
        match call.after:
            case After.LISTEN if call.wait_after_reply:
                call.wait_after_reply = False
                call.state, call.after = State.WAITING, After.HOLD
                call.tone()
                call.start(Timer.WAIT, call.limits.wait)
            case After.LISTEN:
                call.listen()
            case After.HOLD:
                call.tone()
            case After.HANG_UP:
                ending.hang_up(call)
            case After.CONNECT:
                people.connect(call)
            case _:
                pass

    def _held(self) -> None:
        """What was keyed or said while it could not be taken."""
        call = self._call
        while call.state is State.LISTENING and (call.held_keys or call.held_text):
            if call.held_keys:
                key, *call.held_keys = call.held_keys
                keys.on_key(call, key)
            else:
                text, call.held_text = call.held_text, ""
                dialog.heard(call, text, 1.0, 0.0)

    def _due(self) -> None:
        """Each timer that fell due, earliest first; those they start are not yet due."""
        call = self._call
        due = sorted((at, timer) for timer, at in call.timers.items() if at <= call.now)
        for at, timer in due:
            if call.timers.get(timer) == at:
                del call.timers[timer]
                self._fire(timer)

    def _fire(self, timer: Timer) -> None:
        call = self._call
        match timer:
            case Timer.NO_INPUT:
                dialog.no_input(call)
            case Timer.SPEECH_STOPS if call.state is State.SPEAKING and not call.must_be_heard:
                call.interrupt()
            case Timer.HEARING | Timer.RESULT:
                call.resume() if call.state is State.INTERRUPTED else dialog.no_match(call)
            case Timer.FILLER:
                call.filled = True
                call.add(line("filler"))
            case Timer.HOLD:
                if not call.playing:
                    call.tone()
            case Timer.STILL:
                call.add(line("still_looking"))
            case Timer.LATE:
                ending.noted(call, ok=False) if call.state is State.NOTING else dialog.bot_away(call)
            case Timer.KEYS:
                keys.collected(call)
            case Timer.PLAY:
                self._all_heard()
            case Timer.WAIT:
                call.flush()
                call.say(line("wait_over"), keep=False)
            case Timer.QUEUE:
                people.tell_place(call)
            case Timer.AGENT:
                people.nobody(call)
            case _:
                pass

    def _part(self, part: Part, *, down: bool) -> None:
        call = self._call
        match part:
            case Part.BOT:
                call.bot_down = down
                if down and call.state is State.THINKING:
                    dialog.bot_away(call)
            case Part.SYNTHESISER if down != call.no_voice:
                call.no_voice = down
                if down and call.state is State.SPEAKING and not call.must_be_heard:
                    # What could not be read is told instead; fixed prompts were rendered ahead.
                    call.flush()
                    call.say(*(call.last or (line("menu_key"), line("person_key"))))
            case Part.RECOGNISER if down != call.keys_only:
                call.keys_only = down
                self._ears_changed(down)
            case _:
                pass

    def _ears_changed(self, down: bool) -> None:
        """The caller is told at once, so that nobody speaks to a deaf line."""
        call = self._call
        if call.state in (State.LISTENING, State.HEARING, State.RECOGNISING, State.INTERRUPTED):
            if not down:
                call.listen(again=True)
            elif call.ask.kind is AskKind.OPEN:
                call.first.append(line("recogniser_down"))
                show_menu(call, Ask(AskKind.MENU, away=call.bot_down))
            else:
                call.say(line("recogniser_down"), *call.last, keep=False)
        elif call.state is State.SPEAKING and down:
            call.add(line("recogniser_down"), line("menu_key"))
        elif call.state in (State.THINKING, State.WAITING) and down:
            call.first.append(line("recogniser_down"))
