"""The written conversations and a walk of random customers, with the real system."""

from __future__ import annotations

import random

import aiohttp
import pytest

from bot.dialogue.cli import SCRIPTS
from bot.dialogue.explore import explore
from bot.dialogue.line import Line
from bot.dialogue.run import hold
from bot.dialogue.script import Script, read_scripts
from nlu.training_data import read_examples
from tests.e2e.system import KEY, System

pytestmark = pytest.mark.e2e

#: `yida dialogue explore` walks ten thousand.
TURNS = 400
#: `yida dialogue test` holds all; here one in so many, so that the suite stays short.
ONE_IN = 4
#: Conversations that do not go as written yet (docs/dialogues.md).
OPEN = frozenset((SCRIPTS.parent / "open.txt").read_text(encoding="utf-8").split("\n"))
HELD = [script for number, script in enumerate(read_scripts([SCRIPTS])) if number % ONE_IN == 0 and script.name not in OPEN]


@pytest.mark.parametrize("script", HELD, ids=lambda script: f"{script.file}-{script.name}")
async def test_the_conversation_goes_as_written(script: Script, system: System) -> None:
    async with aiohttp.ClientSession() as session:
        line = Line(session, system.base, KEY, phone=script.phone, channel=script.channel, profile=script.profile)

        async def understand(text: str) -> str:
            async with session.post(f"{system.rasa}/model/parse", json={"text": text}) as response:
                return str((await response.json())["intent"]["name"])

        failures = await hold(script, line, understand)
    assert failures == []


async def test_random_customers_find_no_loop_no_silence_no_exception_and_always_a_person(system: System) -> None:
    lines = [example.text for example in read_examples() if example.intent != "transfer_human"]
    async with aiohttp.ClientSession() as session:

        def line_of(chance: random.Random) -> Line:
            phone = chance.choice(("13800000001", "13800000002", "13800000003", "13800000004", "13800000005", None))
            return Line(session, system.base, KEY, phone=phone, profile=chance.choice((None, "elder")))

        explored = await explore(line_of, lines, TURNS, seed=2026)
    assert explored.turns >= TURNS
    assert [(p.kind, p.trail) for p in explored.problems] == []
    assert len(explored.kinds) > 40, "the walk reached too little of the house"


async def test_another_day_is_another_session_and_the_number_is_still_known(system: System) -> None:
    async with aiohttp.ClientSession() as session:
        line = Line(session, system.base, KEY, phone="13800000001")
        assert "35.80" in (await line.say("查话费")).text
        await line.later(86_400)
        assert "35.80" in (await line.say("话费还剩多少")).text
