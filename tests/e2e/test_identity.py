"""An unknown person proves who they are by a one-time code; then what they asked first is served."""

import pytest

from tests.e2e.system import System, sender

pytestmark = pytest.mark.e2e

ZHANG_WEI, LI_XIUYING = "13800000001", "13800000002"


def test_the_code_opens_the_balance_that_was_asked_for(system: System):
    who = sender()
    assert "手机号" in system.say("查话费", who)
    asked = system.say(ZHANG_WEI, who)
    assert "验证码" in asked
    code = system.code(ZHANG_WEI)
    assert code not in asked
    assert "35.80" in system.say(code, who)
    assert "35.80" in system.say("查话费", who), "the proof holds for the conversation"
    assert "手机号" in system.say("查话费", sender()), "and for no other"


def test_three_wrong_codes_end_it(system: System):
    who = sender()
    system.say("查话费", who)
    system.say(ZHANG_WEI, who)
    code = system.code(ZHANG_WEI)
    wrong = "000000" if code != "000000" else "111111"
    first, second, third = (system.say(wrong, who) for _ in range(3))
    assert "2 次" in first and "1 次" in second
    assert "三次" in third
    assert "35.80" not in system.say(code, who), "the right one comes too late"


def test_a_stranger_cannot_use_somebody_elses_code(system: System):
    owner, thief = sender(), sender()
    system.say("查话费", owner)
    system.say(ZHANG_WEI, owner)
    system.say("查话费", thief)
    system.say(LI_XIUYING, thief)
    assert "35.80" not in system.say(system.code(ZHANG_WEI), thief)
