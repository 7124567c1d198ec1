"""Whose word for a caller's number counts."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from common.settings import Settings
from voice_gateway.transports.browser import BrowserLeg
from voice_gateway.transports.twilio import TwilioLeg
from yida.hotline.hotline import Hotline
from yida.hotline.metrics import CallMetrics

NUMBER = "13800000001"


def hotline(**settings: Any) -> Hotline:
    return Hotline(cast(Any, None), Settings(**settings), CallMetrics(CollectorRegistry()))


@pytest.mark.parametrize(
    ("settings", "proven"),
    [
        ({}, NUMBER),  # the demo on loopback
        ({"demo": False}, ""),
        ({"bind": "0.0.0.0"}, ""),
        ({"demo": False, "trust_caller": "yes"}, NUMBER),
        ({"trust_caller": "no"}, ""),
    ],
)
async def test_a_number_told_with_the_voice_key_proves_the_caller_where_the_operator_says_so(settings: Any, proven: str) -> None:
    leg = TwilioLeg(cast(Any, None), Counter(), "stream", NUMBER)
    caller = hotline(**settings).caller(leg)
    assert (caller.number, caller.proven) == (NUMBER, proven)
    assert NUMBER not in repr(caller)


async def test_a_page_proves_nobody_and_goes_on_with_its_own_conversation() -> None:
    caller = hotline(demo=False, trust_caller="yes").caller(BrowserLeg(cast(Any, None), Counter(), "web:abc"))
    assert (caller.conversation, caller.proven) == ("web:abc", "")


async def test_a_call_without_a_number_has_a_conversation_of_its_own() -> None:
    leg = TwilioLeg(cast(Any, None), Counter(), "stream", "")
    caller = hotline().caller(leg)
    assert caller.conversation == f"call:{leg.call_id}" and not caller.trusted
