"""Runs last: nothing personal is in any log of everything that was said before."""

import re

import pytest

from tests.e2e.system import System, sender

pytestmark = pytest.mark.e2e

PHONES = [f"1380000000{n}" for n in range(1, 7)]
PASSWORD = "246810"


def test_the_logs_of_the_whole_run_name_nobody(system: System):
    who = sender()
    for text in ("查话费", "13800000001"):
        system.say(text, who)
    for text in (system.code("13800000001"), "我要改密码", PASSWORD, "我叫张伟，住滨江花园3栋", "110101199003071234"):
        system.say(text, who)
    logs = {path.name: path.read_text("utf-8") for path in (system.var / "log").iterdir()}
    assert {"gateway.log", "rasa.log", "actions.log"} <= set(logs)
    assert all(logs[name].count('"trace"') > 5 for name in ("gateway.log", "rasa.log", "actions.log"))
    private = {*PHONES, *system.secrets, PASSWORD, "110101199003071234", "张伟", "李秀英", "滨江花园3栋"}
    found = [(name, word) for name, log in logs.items() for word in private
             if re.search(rf"(?<![0-9a-f.]){re.escape(word)}(?![0-9a-f])", log)]  # fmt: skip
    assert found == []


def test_no_log_holds_what_a_customer_wrote(system: System):
    said = "我家住在向日葵路第七个门洞"
    system.say(said, sender(), PHONES[0])
    assert not any("向日葵路" in path.read_text("utf-8") for path in (system.var / "log").iterdir())


def test_nothing_broke_unseen(system: System):
    """No traceback in any log: what was sent in all these tests is foreseen."""
    found = {path.name: path.read_text("utf-8").count("Traceback") for path in (system.var / "log").iterdir()}
    assert {name: count for name, count in found.items() if count} == {}
