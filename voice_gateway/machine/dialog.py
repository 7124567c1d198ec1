"""Talking: what was heard, what the bot answers, silence, and what is not understood."""

from __future__ import annotations

from voice_gateway.machine.call import Call
from voice_gateway.machine.commands import AskBot
from voice_gateway.machine.ending import SCORES, finish, goodbye, note_call_back, rate
from voice_gateway.machine.events import Choosable, ReplyReady
from voice_gateway.machine.manner import apply, ask_manner
from voice_gateway.machine.menus import no_menu_choice, show_menu
from voice_gateway.machine.people import leave_for_call_back, queued_by_bot, transfer
from voice_gateway.machine.states import CLOSED, After, Ask, AskKind, Line, State, Timer, line
from voice_gateway.machine.words import call_words
from voice_gateway.profiles import BY_NAME, PersonOffer
from voice_gateway.profiles.profile import ELDER
from voice_gateway.profiles.requests import requested
from voice_gateway.turns.barge_in import Verdict, judge
from voice_gateway.turns.words import bare, turn_words


def ask_bot(call: Call, text: str, *, title: str = "", keyed: bool = False) -> None:
    """One turn of the conversation; fillers while it takes its time."""
    call.note("customer", f"（按键输入{len(text)}位）" if keyed else title or text)
    if call.bot_down:
        bot_away(call)
        return
    call.turn += 1
    call.flush()
    call.stop(*Timer)
    call.state, call.keys, call.cut = State.THINKING, "", []
    call.out.append(AskBot(call.turn, text, title, call.profile.name, keyed))
    if not call.filled:  # once a turn: 我看一下 said twice sounds like a machine
        call.start(Timer.FILLER, call.limits.filler)
    call.start(Timer.HOLD, call.limits.hold)
    call.start(Timer.STILL, call.limits.still)
    call.start(Timer.LATE, call.limits.bot)


def bot_away(call: Call) -> None:
    """Told honestly; what matters most can be registered by keys."""
    call.flush()
    call.first.append(line("bot_down"))
    show_menu(call, Ask(AskKind.MENU, away=True))


def reply(call: Call, event: ReplyReady) -> None:
    """The bot's answer, where it is still awaited."""
    if call.state is not State.THINKING or event.turn != call.turn:
        return
    call.served += 1
    call.misses = 0
    if event.profile in BY_NAME and event.profile != call.profile.name:
        call.choose(call.choice.with_age(True) if BY_NAME[event.profile] is ELDER else ask_manner(call, "standard"))
    said = tuple(Line(text=text, must_hear=event.must_hear, shared=event.shared) for text in event.texts if text.strip())
    if event.place is not None:
        queued_by_bot(call, event.place, said)
        return
    ask = _question(event)
    call.wait_after_reply = event.wait > 0
    call.say(*(said or (line("go_on"),)), *_hints(call, ask), ask=ask)


def _question(event: ReplyReady) -> Ask:
    if event.expected is not None:
        return Ask(AskKind.NUMBER, expected=event.expected, buttons=event.buttons)
    if event.confirm:
        yes, no = Choosable("是", "是的"), Choosable("不是", "不是")
        return Ask(AskKind.YES_NO, buttons=event.buttons[:2] if len(event.buttons) >= 2 else (yes, no))
    return Ask(AskKind.BUTTONS, buttons=event.buttons) if event.buttons else Ask()


def _hints(call: Call, ask: Ask) -> tuple[Line, ...]:
    """Which keys answer: always where only keys are left; for elders those of a closed question, and the person."""
    if not (call.keys_only or call.profile.is_elder):
        return ()
    hints: list[Line] = []
    if ask.kind is AskKind.NUMBER and ask.expected:
        hints.append(line(f"number_{ask.expected.value}"))
    elif ask.kind is AskKind.YES_NO and not ask.buttons:
        hints.append(line("yes_no_keys"))
    elif ask.buttons:
        shown = ask.buttons[: call.profile.options]
        hints += [line("option", title=button.title, key=place) for place, button in enumerate(shown, 1)]
    elif call.keys_only:
        hints.append(line("menu_key"))
    return (*hints, line("person_key"))


def judge_partial(call: Call, text: str) -> None:
    """Words said into a prompt."""
    if call.state is State.SPEAKING and judge(text, call.profile, interruptible=not call.must_be_heard) is Verdict.STOP:
        call.interrupt()


def heard(call: Call, text: str, confidence: float, seconds: float) -> None:
    """A whole utterance, in whatever state."""
    words = call_words()
    if call.state in (State.THINKING, State.NOTING):
        if words.says("person", text):
            transfer(call, "asked")
        elif call.state is State.THINKING and not turn_words().is_listening_sound(text):
            call.held_text = text
    elif call.state is State.QUEUED:
        if words.says("call_back", text):
            leave_for_call_back(call)
    elif call.state is State.GOODBYE:
        if words.says("person", text):
            transfer(call, "asked")
    elif call.state is State.WAITING:
        if words.says("ready", text):
            call.say(line("go_on"), keep=False)
        elif not turn_words().is_listening_sound(text) and not words.says("wait", text):
            _answer(call, text, confidence, seconds)
    elif call.state in (State.SPEAKING, State.INTERRUPTED):
        _spoken_into(call, text, confidence, seconds)
    elif call.state in (State.LISTENING, State.HEARING, State.RECOGNISING):
        _answer(call, text, confidence, seconds)


def _spoken_into(call: Call, text: str, confidence: float, seconds: float) -> None:
    early = call.ask.kind in CLOSED and bare(text) and (call.near_end or (len(call.cut) == 1 and _cut_at_end(call)))
    verdict = judge(text, call.profile, interruptible=not call.must_be_heard)
    if call.must_be_heard:
        call.held_text = "" if turn_words().is_listening_sound(text) else text
    elif early or verdict is Verdict.STOP:
        call.flush()
        _answer(call, text, confidence, seconds)
    elif call.state is State.INTERRUPTED:
        call.resume()


def _cut_at_end(call: Call) -> bool:
    play, clause = call.cut[0]
    return clause >= len(play.clauses) - 1


def _answer(call: Call, text: str, confidence: float, seconds: float) -> None:
    call.flush()
    call.stop(*Timer)
    said = bare(text)
    if not said or confidence < call.limits.unsure_below:
        no_match(call)
        return
    call.silences = 0
    call.seen = call.seen.heard(len(said), seconds)
    observe(call)
    if not _command(call, text):
        _to_question(call, text, confidence)


def _command(call: Call, text: str) -> bool:
    """What works at any question."""
    words = call_words()
    kind = words.first(text, "person", "wait", "repeat", "menu")
    if kind == "person":
        transfer(call, "asked")
    elif kind == "wait":
        call.note("customer", text)
        wait(call)
    elif kind == "repeat":
        repeat(call)
    elif kind == "menu":
        show_menu(call, Ask(AskKind.MENU))
    elif request := requested(text):
        call.note("customer", text)
        apply(call, request)
    elif call.ask.kind not in CLOSED and call.ask.kind is not AskKind.NUMBER and words.says("goodbye", text):
        call.note("customer", text)
        finish(call)
    else:
        return False
    return True


def _to_question(call: Call, text: str, confidence: float) -> None:
    words, ask = call_words(), call.ask
    answer = words.first(text, "yes", "no")
    if ask.kind in (AskKind.CONFIRM, AskKind.PERSON, AskKind.CALL_BACK) and answer:
        closed_answer(call, answer == "yes")
    elif ask.kind is AskKind.SURVEY and (score := SCORES.get(words.first(text, *reversed(SCORES)))):
        rate(call, score)
    elif ask.kind is AskKind.SURVEY:
        goodbye(call)
    elif confidence < call.limits.confirm_below and len(bare(text)) > 1 and not call.no_voice and ask.kind is AskKind.OPEN:
        call.say(line("confirm", text=text), ask=Ask(AskKind.CONFIRM, text=text))
    else:
        ask_bot(call, text)


def closed_answer(call: Call, yes: bool) -> None:
    """The answer to a question of the call's own."""
    match call.ask.kind:
        case AskKind.CONFIRM if yes:
            ask_bot(call, call.ask.text)
        case AskKind.CONFIRM:
            call.say(line("say_again"), ask=Ask())
        case AskKind.PERSON if yes:
            transfer(call, "offered")
        case AskKind.PERSON:
            call.say(line("say_again"), ask=Ask())
        case AskKind.CALL_BACK if yes:
            note_call_back(call, "offered")
        case AskKind.CALL_BACK:
            goodbye(call) if call.rated else finish(call)
        case _:
            ask_bot(call, call.ask.buttons[0 if yes else 1].payload, title=call.ask.buttons[0 if yes else 1].title)


def wait(call: Call) -> None:
    """等一下: up to a minute, with a tone so that the line is not taken for dead."""
    call.flush()
    call.say(line("wait_ack"), after=After.HOLD, state=State.WAITING, keep=False)
    call.start(Timer.WAIT, call.limits.wait)


def repeat(call: Call) -> None:
    """The last thing once more."""
    call.flush()
    call.seen = call.seen.repeat_wanted()
    observe(call)
    call.say(*(call.last or (line("repeat_none"),)))


def observe(call: Call) -> None:
    """Three signs make an elder; it is told with the next words."""
    if call.choose(call.choice.observed(call.seen)):
        call.first.append(line("elder_seen"))


def no_input(call: Call) -> None:
    """Silence: three prompts, each with more help, then goodbye."""
    call.silences += 1
    if call.silences > 3:
        goodbye(call, "silent_goodbye")
        return
    if call.ask.kind is AskKind.SURVEY:
        goodbye(call)
        return
    call.seen = call.seen.silence()
    observe(call)
    if call.silences < 3 and call.ask.kind in CLOSED and not call.keys_only:
        call.first.append(line("no_input_1"))
        call.say(*call.last)
    elif call.silences == 3 or not (call.keys_only or call.ask.kind in (AskKind.MENU, AskKind.NUMBER)):
        call.say(line(f"no_input_{call.silences}"), keep=False)
    elif call.ask.kind is AskKind.NUMBER and call.ask.expected:
        call.say(line("no_key"), line(f"number_{call.ask.expected.value}"), line("person_key"), keep=False)
    else:
        no_menu_choice(call, "no_key")


def no_match(call: Call) -> None:
    """Not understood: again; then a person is offered; then they come. An elder is told of the person at once."""
    call.misses += 1
    if call.misses >= 3:
        transfer(call, "not_understood")
    elif call.misses == 2:
        call.say(line("offer_person"), ask=Ask(AskKind.PERSON))
    elif call.profile.person is PersonOffer.AFTER_FIRST_FAILURE:
        call.say(line("no_match_1"), line("person_key"), keep=False)
    else:
        call.say(line("no_match_1"), keep=False)
