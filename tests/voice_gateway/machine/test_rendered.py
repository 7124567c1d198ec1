"""What is rendered ahead is what calls say: every clause that needs no synthesiser is among it."""

from __future__ import annotations

import pytest

from tests.voice_gateway.machine.line import PhoneLine
from voice_gateway.machine.commands import Play
from voice_gateway.machine.events import Connected
from voice_gateway.machine.menu import house_menu
from voice_gateway.machine.rendered import known_clauses
from voice_gateway.profiles import ELDER, STANDARD

KNOWN = frozenset(known_clauses())


def test_each_is_there_once_in_both_styles_and_whole() -> None:
    clauses = list(known_clauses())
    assert len(clauses) == len(KNOWN) > 300
    assert {style for _, style in clauses} == {STANDARD.style, ELDER.style}
    assert not any("{" in clause or not clause.strip() for clause, _ in clauses)


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("path", [path for path, _ in house_menu().walk()], ids=str)
def test_the_whole_menu_can_be_heard_without_a_synthesiser(path: tuple[int, ...], elder: bool) -> None:
    call = PhoneLine(Connected(elder_on_file=elder)).run("坏 synthesiser\n听完\n按 #\n听完")
    size = (ELDER if elder else STANDARD).options
    for place in path:
        pages, key = divmod(place - 1, size)
        call.run("\n".join(["按 9\n听完"] * pages + [f"按 {key + 1}", "听完"]))
    said = [(clause, play.style) for play in call.of(Play) for clause in play.clauses]
    assert len(said) > 10
    assert set(said) <= KNOWN
