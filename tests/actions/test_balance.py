"""查话费."""

from __future__ import annotations

from tests.actions.conftest import ZHANG_WEI, Talk


async def test_the_balance_and_what_was_spent_this_month_are_told(talk: Talk) -> None:
    text = await talk(ZHANG_WEI).say("我还有多少话费", "query_balance")
    assert "35.80 元" in text and "134 元" in text
