"""Every clause that is known before a call: what set-up renders, so that it is heard whatever works."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from voice_gateway.machine.menu import Menu, Node, house_menu
from voice_gateway.machine.prompts import Prompts, house_prompts
from voice_gateway.profiles import ELDER, STANDARD, CallerProfile
from voice_gateway.synthesis.port import Style
from voice_gateway.turns.barge_in import clauses_of


def known_clauses(prompts: Prompts | None = None, menu: Menu | None = None) -> Iterator[tuple[str, Style]]:
    """(clause, style) for both profiles, each once: fixed prompts and the lines of the key menu. Raises PromptsInvalid,
    MenuInvalid."""
    prompts, menu = prompts or house_prompts(), menu or house_menu()
    for profile in (STANDARD, ELDER):
        clauses = [*prompts.static(profile), *_options(prompts, menu, profile)]
        yield from ((clause, profile.style) for clause in dict.fromkeys(clauses))


def _options(prompts: Prompts, menu: Menu, profile: CallerProfile) -> Iterator[str]:
    """As `menus.show_menu` reads them; a menu repeated after a change of profile keeps its titles and keys."""
    option = prompts["option"]
    forms = {option.form(profile), *option.dialects.values()}
    for level in (*_levels(menu.top), *_levels(menu.away)):
        for form, (title, key) in product(forms, _shown(level)):
            yield from clauses_of(form.format_map({"title": title, "key": str(key)}))


def _shown(level: Node) -> Iterator[tuple[str, int]]:
    for profile in (STANDARD, ELDER):
        for place, node in enumerate(level.options):
            yield node.name(profile), place % profile.options + 1


def _levels(node: Node) -> Iterator[Node]:
    if node.options:
        yield node
        for option in node.options:
            yield from _levels(option)
