"""Every service can be reached by keys alone, and every prompt has its short form for elders."""

from __future__ import annotations

import pytest

from actions.framework.requests import SERVED
from nlu.training_data import read_examples
from tests.voice_gateway.machine.line import PhoneLine
from voice_gateway.machine.errors import MenuInvalid
from voice_gateway.machine.events import Connected
from voice_gateway.machine.menu import DEEPEST, MOST, house_menu, read_menu
from voice_gateway.machine.prompts import house_prompts
from voice_gateway.profiles import ELDER, STANDARD, CallerProfile

LEAVES = [(path, leaf) for path, leaf in house_menu().walk() if leaf.say]


def test_every_service_has_a_key() -> None:
    assert set(SERVED) - {"transfer_human"} <= {leaf.intent for _, leaf in LEAVES}


def test_no_level_is_deeper_or_longer_than_an_ear_can_hold() -> None:
    assert all(len(path) <= DEEPEST and max(path) <= MOST for path, _ in house_menu().walk())


def test_each_leaf_says_what_the_bot_was_taught() -> None:
    taught = {(example.text, example.intent) for example in read_examples()}
    assert [leaf.say for _, leaf in LEAVES if (leaf.say, leaf.intent) not in taught] == []


@pytest.mark.parametrize(("path", "leaf"), LEAVES, ids=lambda value: value.say if hasattr(value, "say") else "-".join(map(str, value)))
@pytest.mark.parametrize("elder", [False, True])
def test_a_caller_without_a_voice_gets_there(path: tuple[int, ...], leaf: object, elder: bool) -> None:
    call = PhoneLine(Connected(elder_on_file=elder)).run("听完\n按 #\n听完")
    size = (ELDER if elder else STANDARD).options
    for place in path:
        pages, key = divmod(place - 1, size)
        call.run("\n".join(["按 9\n听完"] * pages + [f"按 {key + 1}", "听完"]))
    assert call.asked_bot == [leaf.say]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [p for p, _ in house_menu().walk()], ids=str)
def test_a_person_is_one_key_away_everywhere(path: tuple[int, ...]) -> None:
    call = PhoneLine().run("听完\n按 #\n听完")
    for place in path[:-1]:
        call.run(f"按 {place}\n听完")
    assert call.run("按 0\n等 2").wants_person


@pytest.mark.parametrize("profile", [STANDARD, ELDER], ids=lambda profile: profile.name)
def test_what_is_rendered_ahead_is_whole_and_without_braces(profile: CallerProfile) -> None:
    clauses = list(house_prompts().static(profile))
    assert len(clauses) > 60
    assert not any("{" in clause or not clause.strip() for clause in clauses)


@pytest.mark.parametrize("raw", [
    None, [], {}, {"top": [], "away": []}, {"top": [{"title": "一"}], "away": []},
    {"top": [{"title": "一", "manner": "火星话"}], "away": [{"title": "一", "intent": "a", "say": "b"}]},
    {"top": [{"title": "一", "intent": "a", "say": "b"}] * 6, "away": [{"title": "一", "intent": "a", "say": "b"}]},
])  # fmt: skip
def test_a_broken_menu_is_refused_in_chinese(raw: object) -> None:
    with pytest.raises(MenuInvalid) as told:
        read_menu(raw)
    assert "菜单" in told.value.message_zh
