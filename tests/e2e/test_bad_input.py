"""Whatever is sent gets a polite answer or a clear error, and never our insides."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.settings import ROOT
from tests.e2e.faults import TICKET, tickets_of, to_the_question
from tests.e2e.system import KEY, System, sender

pytestmark = pytest.mark.e2e

ZHANG_WEI, LI_XIUYING = "13800000001", "13800000002"
INSIDES = ("Traceback", "Error:", 'File "', "sqlalchemy", "aiohttp", "sanic", str(ROOT), ".py")

MESSAGES = {
    "empty": "",
    "blank": " \n\t ",
    "10,000 characters": "我要查话费" * 2000,
    "emoji only": "😀😀👨‍👩‍👧",
    "marks only": "？？？！！",
    "HTML": '<img src=x onerror="alert(1)">',
    "SQL": "'; DROP TABLE messages; --",
    "template": "{{ 7*7 }} ${7*7} %s",
    "right to left": "\u202e费话查\u202c",
    "control characters": "查\x07话\x1b[31m费",
    "NUL": "查话费\x00",
    "restart": "/restart",
    "session start": "/session_start",
    "a command with entities": '/query_balance{"phone":"13800000001"}',
    "lone surrogates": "查话费\ud800",
    "every plane": "𠮷𠀀\U0010ffff",
}  # fmt: skip


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_strange_message_gets_a_polite_answer(running: System, kind: str):
    body = json.dumps({"sender": sender(), "message": MESSAGES[kind]}).encode()
    answer = running.http.post("/webhooks/rest/webhook", content=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() and all(reply["text"] for reply in answer.json())
    assert not any(word in answer.text for word in INSIDES)
    assert "35.80" not in answer.text


def test_commands_of_rasa_do_not_reach_it(system: System):
    """A conversation is not thrown away by somebody who types `/restart`."""
    who = sender()
    to_the_question(system, "宽带断了光猫红灯", who, LI_XIUYING)
    for command in ("/restart", "/session_start", "/back"):
        system.say(command, who, LI_XIUYING)
    assert "单" in system.say("好的，开单", who, LI_XIUYING)
    assert len(tickets_of(system, LI_XIUYING)) == 1


def test_a_long_message_is_cut_and_that_is_said(running: System):
    assert "前 1000 个字" in running.say("查" * 10_000, sender(), ZHANG_WEI)


BODIES: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"hello", 422),
    "half JSON": (b'{"sender":', 422),
    "no text at all": (b"", 422),
    "not UTF-8": (b"\xff\xfe\x00", 422),
    "a list": (b"[1,2]", 422),
    "a number": (b"7", 422),
    "nested too deep": (b"[" * 100_000, 422),
    "a number as sender": (b'{"sender":5,"message":"hi"}', 422),
    "a long sender": (json.dumps({"sender": "x" * 65, "message": "hi"}).encode(), 422),
    "a sender that is no text": (b'{"sender":"\\ud800","message":"hi"}', 422),
    "NUL in the sender": (b'{"sender":"a\\u0000","message":"hi"}', 422),
    "no message": (b'{"sender":"x"}', 422),
    "an object as message": (b'{"sender":"x","message":{}}', 422),
    "a list as metadata": (b'{"sender":"x","message":"hi","metadata":[1]}', 422),
    "a long message id": (json.dumps({"sender": "x", "message": "hi", "message_id": "x" * 65}).encode(), 422),
    "300 KB": (b'{"sender":"x","message":"' + b"a" * 300 * 1024 + b'"}', 413),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_of_another_shape_gets_a_clear_error(running: System, kind: str):
    body, status = BODIES[kind]
    answer = running.http.post("/webhooks/rest/webhook", content=body)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not any(word in answer.text for word in INSIDES)


def test_a_charset_that_does_not_exist_is_an_error_of_the_sender(running: System):
    headers = {"Content-Type": "application/json; charset=klingon"}
    for path in ("/webhooks/rest/webhook", "/api/chat/session"):
        assert running.http.post(path, content=b"{}", headers=headers).status_code in (200, 422)


def test_metadata_of_odd_types_is_ignored(running: System):
    odd = {"channel": {"a": 1}, "phone": 13800000001, "profile": ["elder"], "trace_id": "x", "verified_phone": ZHANG_WEI}
    answer = running.post({"sender": sender(), "message": "查话费", "metadata": odd}, key=KEY)
    assert answer.status_code == 200
    assert "35.80" not in answer.text


def test_five_messages_at_once_are_answered_in_order(system: System):
    who, texts = sender(), ["查话费", "查流量", "我的套餐是什么", "查话费", "你好"]
    alone = [system.say(text, sender(), ZHANG_WEI) for text in texts]
    with ThreadPoolExecutor(5) as pool:
        together = list(pool.map(lambda text: system.say(text, who, ZHANG_WEI), texts))
    assert [text.splitlines()[0] for text in together] == [text.splitlines()[0] for text in alone]


def test_the_same_message_twice_is_one_message(system: System):
    who = sender()
    confirm = to_the_question(system, "宽带断了光猫红灯", who, LI_XIUYING)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: system.replies(confirm, who, LI_XIUYING, message_id="confirm-1"), range(4)))
    answers.append(system.replies(confirm, who, LI_XIUYING, message_id="confirm-1"))
    assert all(answer == answers[0] for answer in answers)
    assert TICKET.search(answers[0][0]["text"])
    assert len(tickets_of(system, LI_XIUYING)) == 1


def test_a_recharge_confirmed_twice_is_paid_once(system: System):
    who = sender()
    asked = system.say("帮我充50块话费", who, ZHANG_WEI)
    assert "50" in asked
    answers = [system.say("确认", who, ZHANG_WEI, message_id="pay-1") for _ in range(3)]
    assert len(set(answers)) == 1
    assert "85.80" in system.say("查话费", who, ZHANG_WEI)
