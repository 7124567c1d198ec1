"""What programs outside rely on: addresses, shapes, keys, one trace through all processes."""

import functools
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.system import KEY, System, sender, wait_until

pytestmark = pytest.mark.e2e

ZHANG_WEI, LI_XIUYING, WANG_QIANG, LIU_YANG = "13800000001", "13800000002", "13800000003", "13800000005"


def test_health_names_every_process(running: System):
    answer = running.http.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "processes": {"gateway": "ready", "rasa": "ready", "actions": "ready"}}


def test_a_reply_has_the_rasa_rest_shape(system: System):
    who = sender()
    replies = system.replies("查话费", who, ZHANG_WEI)
    assert [reply["recipient_id"] for reply in replies] == [who]
    assert "35.80" in replies[0]["text"]
    assert replies[0]["buttons"]
    assert all(set(button) == {"title", "payload"} for button in replies[0]["buttons"])
    assert 'interpret-as="amount">35.80<' in replies[0]["speech"]


def test_a_phone_counts_only_with_the_channel_key(system: System):
    body = {"sender": sender(), "message": "查话费", "metadata": {"phone": ZHANG_WEI}}
    assert "35.80" in system.post(body, key=KEY).text
    without = system.post(body)
    assert without.status_code == 200
    assert "35.80" not in without.text
    assert "手机号" in without.json()[0]["text"]


def test_the_key_does_not_open_what_an_unknown_person_said(system: System):
    """The same sender with and without the key is two conversations: no proof leaks from one to the other."""
    who = sender()
    assert "35.80" in system.say("查话费", who, ZHANG_WEI)
    assert "手机号" in system.say("查话费", who)


def test_two_phones_behind_one_sender_are_two_conversations(system: System):
    who = sender()
    system.say("宽带断了光猫红灯", who, LI_XIUYING)
    assert "光猫" not in system.say("你好", who, ZHANG_WEI)
    assert "35.80" in system.say("查话费", who, ZHANG_WEI)
    assert "12.50" in system.say("查话费", who, LI_XIUYING)


def test_a_wrong_key_is_refused(running: System):
    answer = running.post({"sender": sender(), "message": "查话费"}, key="guessed")
    assert (answer.status_code, answer.json()) == (401, {"error": "wrong_channel_key"})


def test_the_intent_of_a_text_can_be_asked(running: System):
    answer = httpx.post(f"{running.rasa}/model/parse", json={"text": "我手机还剩多少话费"}, timeout=10).json()
    assert answer["intent"]["name"] == "query_balance"
    assert answer["intent"]["confidence"] > 0.5


def test_one_trace_id_runs_through_all_processes(running: System):
    answer = running.post({"sender": sender(), "message": "查话费", "metadata": {"phone": ZHANG_WEI}}, key=KEY)
    trace = answer.headers["X-Trace-Id"]

    def traced(name: str) -> list[dict[str, Any]]:
        return [line for line in running.log_lines(name) if line["trace"] == trace]

    for name in ("gateway", "rasa", "actions"):
        lines = wait_until(functools.partial(traced, name), 3, f"a line of {name}")
        assert {line["process"] for line in lines} == {name}


def test_twenty_customers_at_once_are_never_mixed(running: System):
    own = {ZHANG_WEI: "35.80", LI_XIUYING: "12.50", WANG_QIANG: "23.40"}
    people = [(sender(), list(own)[n % 3]) for n in range(20)]

    def talk(person: tuple[str, str]) -> list[str]:
        return [running.say(text, *person) for text in ("你好", "查话费", "查话费")]

    with ThreadPoolExecutor(20) as pool:
        heard = list(pool.map(talk, people))
    for (_, phone), (_, *answers) in zip(people, heard, strict=True):
        for answer in answers:
            assert own[phone] in answer
            assert not any(amount in answer for other, amount in own.items() if other != phone)


def test_too_many_messages_are_told_when_to_come_back(running: System):
    who = sender()
    for _ in range(60):
        assert running.post({"sender": who, "message": ""}).status_code == 200
    answer = running.post({"sender": who, "message": ""})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert answer.json()["message"].startswith("您发得太快了")
    assert running.post({"sender": sender(), "message": ""}).status_code == 200, "another customer is not held up"
    time.sleep(int(answer.headers["Retry-After"]))
    assert running.post({"sender": who, "message": ""}).status_code == 200


def test_the_demo_pages_are_for_this_machine_only(running: System):
    assert running.http.get("/demo/messages", params={"phone": ZHANG_WEI}).status_code == 200
    for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}, {"Host": "evil.example"},
                    {"Origin": "https://evil.example"}):
        assert running.http.get("/demo/messages", headers=headers).status_code == 404
        assert running.http.post("/demo/reset", headers=headers).status_code == 404


def test_a_reset_puts_conversations_back_too(system: System):
    who = sender()
    system.say("宽带断了光猫红灯", who, LI_XIUYING)
    system.reset()
    assert "光猫" not in system.say("你好", who, LI_XIUYING), "the half-done check is gone"


def test_metrics_count_turns_and_name_nobody(running: System):
    running.say("查话费", sender(), ZHANG_WEI)
    text = running.http.get("/metrics").text
    assert re.search(r'yida_turns_total\{channel="app",outcome="answered"\} [1-9]', text)
    assert 'route="/webhooks/rest/webhook",status="200"' in text
    assert "1380000" not in text


def test_the_page_is_served_with_headers_that_keep_it_safe(running: System):
    answer = running.http.get("/")
    assert "易答" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; connect-src 'self' ws://127.0.0.1:")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    script = running.http.get("/static/js/main.js")
    assert script.status_code == 200
    assert "javascript" in script.headers["Content-Type"]


@pytest.mark.parametrize("path", ["/nowhere", "/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/README.md", "/static/"])
def test_what_is_not_there_is_said_shortly(running: System, path: str):
    answer = running.http.get(path)
    assert answer.status_code in (403, 404)
    assert answer.json() in ({"error": "not_found"}, {"error": "forbidden"})
