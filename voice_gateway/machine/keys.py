"""Keys: the menu, places of buttons, yes and no, numbers. 0 is a person, * repeats, # ends a number or goes up."""

from __future__ import annotations

from dataclasses import replace

from voice_gateway.machine.call import MOST_HELD, Call
from voice_gateway.machine.dialog import ask_bot, closed_answer, no_match, repeat
from voice_gateway.machine.ending import goodbye, note_ticket, rate
from voice_gateway.machine.manner import apply, request_of
from voice_gateway.machine.menu import MORE, UP
from voice_gateway.machine.menus import no_menu_choice, node_at, show_menu
from voice_gateway.machine.people import leave_for_call_back, tell_place, transfer
from voice_gateway.machine.states import CLOSED, Ask, AskKind, State, Timer, line
from voice_gateway.turns.numbers import LENGTHS, Expected

VALID = frozenset("0123456789*#")
#: Seconds in which a # belongs to the number before it, which was taken by its length.
AFTER_NUMBER = 2.5
_EARS = (State.LISTENING, State.HEARING, State.INTERRUPTED, State.RECOGNISING, State.SPEAKING, State.WAITING)


def on_key(call: Call, key: str) -> None:
    """One key, in whatever state."""
    if key not in VALID or call.state in (State.NEW, State.ENDED, State.BRIDGED, State.TRANSFER, State.CONNECTING):
        return
    if key == UP and call.now - call.counted_at < AFTER_NUMBER:
        call.counted_at = float("-inf")  # the # behind a number that was whole already
        return
    if call.state is State.QUEUED:
        leave_for_call_back(call) if key == "1" else tell_place(call)
    elif key == "0" and not call.held_keys and call.state in (State.THINKING, State.NOTING, State.GOODBYE):
        transfer(call, "key")
    elif call.state in (State.THINKING, State.NOTING) or call.must_be_heard:
        call.held_keys = [*call.held_keys, key][:MOST_HELD]
    elif call.state in _EARS:
        _take(call, key)


def _take(call: Call, key: str) -> None:
    """The caller is there: a prompt stops, the silence is over."""
    call.flush()
    call.cut = []
    call.listen()
    call.silences = 0
    kind = call.ask.kind
    if kind is AskKind.NUMBER:
        _number(call, key)
    elif key == "0" and not call.keys:
        transfer(call, "key")
    elif key == "*":
        repeat(call)
    elif kind is AskKind.OPEN:
        _collect(call, key)
    elif kind is AskKind.MENU:
        _menu(call, key)
    elif key == UP:
        goodbye(call) if kind is AskKind.SURVEY else show_menu(call, Ask(AskKind.MENU))
    else:
        _choice(call, key)


def _choice(call: Call, key: str) -> None:
    ask, place = call.ask, int(key)
    if ask.kind is AskKind.SURVEY and 1 <= place <= 3:
        rate(call, place)
    elif ask.kind in CLOSED and 1 <= place <= 2:
        closed_answer(call, place == 1)
    elif ask.kind is AskKind.BUTTONS and 1 <= place <= len(ask.buttons):
        button = ask.buttons[place - 1]
        ask_bot(call, button.payload, title=button.title)
    else:
        no_menu_choice(call, "key_unknown")


def _menu(call: Call, key: str) -> None:
    ask = call.ask
    node = node_at(call, ask)
    shown, more = node.page(call.profile, ask.page)
    if key == UP:
        show_menu(call, replace(ask, path=ask.path[:-1], page=0))
    elif key == MORE and more:
        show_menu(call, replace(ask, page=ask.page + 1))
    elif 1 <= int(key) <= len(shown):
        chosen = shown[int(key) - 1]
        place = node.options.index(chosen)
        if chosen.options:
            show_menu(call, replace(ask, path=(*ask.path, place), page=0))
        elif chosen.manner:
            apply(call, request_of(chosen.manner))
        elif ask.away or call.bot_down:
            call.note("customer", chosen.title)
            note_ticket(call, chosen.intent)
        else:
            ask_bot(call, chosen.say, title=chosen.title)
    else:
        no_menu_choice(call, "key_unknown")


def _collect(call: Call, key: str) -> None:
    """A question without places: one digit is an option of the main menu, a row of them a number; # alone the menu."""
    if key == UP:
        collected(call, whole=True) if call.keys else show_menu(call, Ask(AskKind.MENU))
        return
    call.keys += key
    call.stop(Timer.NO_INPUT)
    if len(call.keys) >= max(most for _, most in LENGTHS.values()):
        collected(call)
    else:
        idle = call.limits.key_idle * (1 if len(call.keys) == 1 else 2)
        call.start(Timer.KEYS, idle if _is_way(call, call.keys) else call.profile.between_keys)


def _number(call: Call, key: str) -> None:
    expected = call.ask.expected or Expected.PHONE
    if key == "*" and not (expected is Expected.ID_NUMBER and len(call.keys) == 17):
        if call.keys:
            call.say(line("number_cleared"), keep=False)
        else:
            repeat(call)
        return
    if key == UP:
        if call.keys:
            collected(call)
        else:
            show_menu(call, Ask(AskKind.MENU))
        return
    call.keys += "X" if key == "*" else key
    call.stop(Timer.NO_INPUT)
    fewest, most = LENGTHS[expected]
    whole = fewest if expected is Expected.PHONE and call.keys.startswith("1") else most
    if len(call.keys) >= whole:
        call.counted_at = call.now
        collected(call)
    else:
        # A lone 0 may be the beginning of a number or the wish for a person: a short pause tells.
        call.start(Timer.KEYS, call.limits.key_idle * 2 if call.keys == "0" else call.profile.between_keys)


def collected(call: Call, *, whole: bool = False) -> None:
    """The row of keys is over: by its length or by a pause; `whole`: by #, so it is a number and no way through the menu."""
    row, call.keys = call.keys, ""
    if row == "0":
        transfer(call, "key")
    elif call.ask.kind is AskKind.NUMBER:
        fewest, _ = LENGTHS[call.ask.expected or Expected.PHONE]
        if len(row) < fewest and not _is_place(call, row):
            _short(call)
        elif _is_place(call, row):
            button = call.ask.buttons[int(row) - 1]
            ask_bot(call, button.payload, title=button.title)
        else:
            ask_bot(call, row, keyed=True)
    elif row and (len(row) == 1 or (not whole and _is_way(call, row))):
        call.ask = Ask(AskKind.MENU, away=call.bot_down)
        _menu(call, row[0])
        for key in row[1:]:
            _take(call, key)
    elif row:
        ask_bot(call, row, keyed=True)


def _is_way(call: Call, row: str) -> bool:
    """Whether these keys lead through the menu: who knows it dials ahead."""
    node = node_at(call, Ask(AskKind.MENU, away=call.bot_down))
    for key in row:
        shown, _ = node.page(call.profile, 0)
        if key not in "123456789" or int(key) > len(shown):
            return False
        node = shown[int(key) - 1]
    return True


def _is_place(call: Call, row: str) -> bool:
    """A single key for a button beside the number, such as 不用了."""
    return len(row) == 1 and row.isdigit() and 1 <= int(row) <= len(call.ask.buttons)


def _short(call: Call) -> None:
    if call.misses >= 1:
        no_match(call)
    else:
        call.misses += 1
        call.say(line("number_short"), keep=False)
