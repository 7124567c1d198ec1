"""Broken lines: the whole check, an outage, a digression in between."""

import pytest

from tests.e2e.faults import TICKET, to_the_question
from tests.e2e.system import System, sender

pytestmark = pytest.mark.e2e

LI_XIUYING, ZHAO_MIN = "13800000002", "13800000004"


def test_a_red_light_ends_in_a_ticket(system: System):
    who = sender()
    confirm = to_the_question(system, "宽带断了光猫红灯", who, LI_XIUYING)
    done = system.say(confirm, who, LI_XIUYING)
    (ticket,) = set(TICKET.findall(done))
    assert ticket in system.say("查工单", who, LI_XIUYING)


def test_an_outage_is_told_with_the_time_it_ends(system: System):
    text = system.say("家里宽带上不了网", sender(), ZHAO_MIN)
    assert "抢修" in text and "恢复" in text


def test_a_digression_is_answered_and_the_question_comes_again(system: System):
    who = sender()
    question = system.replies("宽带断了光猫红灯", who, LI_XIUYING)[-1]
    replies = system.replies("我还有多少话费", who, LI_XIUYING)
    assert "12.50" in "".join(reply["text"] for reply in replies)
    assert [button["payload"] for button in replies[-1]["buttons"]] == [b["payload"] for b in question["buttons"]]
    assert TICKET.search(system.say(to_the_question(system, "弄好了", who, LI_XIUYING), who, LI_XIUYING))
