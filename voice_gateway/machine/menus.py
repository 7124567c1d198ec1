"""Reading the key menu aloud and moving in it."""

from __future__ import annotations

from dataclasses import replace

from voice_gateway.machine.call import Call
from voice_gateway.machine.menu import Node
from voice_gateway.machine.states import Ask, line


def node_at(call: Call, ask: Ask) -> Node:
    """The level an Ask points at."""
    node = call.menu.away if ask.away else call.menu.top
    for place in ask.path:
        node = node.options[place]
    return node


def show_menu(call: Call, ask: Ask) -> None:
    """Read one page of one level."""
    node = node_at(call, ask)
    shown, more = node.page(call.profile, ask.page)
    lines = [line("menu_intro")] if not ask.path and not ask.page else []
    # The titles are known beforehand and rendered with the prompts, so they can be read without a synthesiser.
    lines += [replace(line("option", title=option.name(call.profile), key=place), rendered=True) for place, option in enumerate(shown, 1)]
    if more:
        lines.append(line("option_more"))
    if ask.path:
        lines.append(line("option_up"))
    lines.append(line("person_key"))
    call.flush()
    call.say(*lines, ask=ask)


def no_menu_choice(call: Call, key: str) -> None:
    """Nothing or nothing valid was keyed: say so, and what was said last again."""
    call.flush()
    call.first.append(line(key))
    call.say(*(call.last or (line("menu_key"), line("person_key"))))
