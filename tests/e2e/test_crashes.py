"""A process is killed in mid-conversation: a polite answer, nothing lost, nothing done twice, and it comes back."""

import os
import signal
import threading
import time

import httpx
import pytest

from tests.e2e.faults import TICKET, tickets_of, to_the_question
from tests.e2e.system import System, sender, wait_until

pytestmark = pytest.mark.e2e

LI_XIUYING = "13800000002"
INSIDES = ("Traceback", "Error", 'File "', "127.0.0.1", "refused", "webhook")


def until_served(system: System, text: str, who: str, message_id: str) -> list[str]:
    """Send the same message until it is answered, as a program does; everything heard on the way, the answer last."""
    heard: list[str] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            (reply, *_) = system.replies(text, who, LI_XIUYING, message_id=message_id)
        except httpx.TransportError:  # the gateway itself is away
            time.sleep(0.3)
            continue
        heard.append(reply["text"])
        if "error" not in reply:
            return heard
        assert reply["error"] == "bot_unavailable"
    raise AssertionError(heard)


def one_ticket_and_no_more(system: System, heard: list[str], who: str) -> None:
    assert not any(word in text for text in heard for word in INSIDES)
    assert all("系统正在恢复" in text for text in heard[:-1])
    tickets = TICKET.findall(heard[-1])
    assert len(set(tickets)) == 1
    # A process that died with the text message in hand had claimed it for a minute; then it is sent by the desk's round.
    wait_until(lambda: tickets_of(system, LI_XIUYING), 150, "the text message")
    assert set(tickets) == tickets_of(system, LI_XIUYING)
    assert tickets[0] in system.say("查工单", who, LI_XIUYING)
    wait_until(system.ready, 60, "the supervisor brings it back")


@pytest.mark.parametrize("name", ["actions", "rasa"])
def test_killed_before_the_customer_confirms(system: System, name: str):
    who = sender()
    confirm = to_the_question(system, "宽带断了光猫红灯", who, LI_XIUYING)
    before = system.pid(name)
    system.kill(name)
    heard = until_served(system, confirm, who, "confirm")
    one_ticket_and_no_more(system, heard, who)
    assert system.pid(name) != before


@pytest.mark.parametrize(("name", "seconds"), [("actions", 0.05), ("rasa", 0.12), ("gateway", 0.02)])
def test_killed_while_the_confirmation_is_served(system: System, name: str, seconds: float):
    """The same message is sent again until it is answered, and the ticket exists once."""
    who = sender()
    confirm = to_the_question(system, "宽带断了光猫红灯", who, LI_XIUYING)
    killer = threading.Timer(seconds, system.kill, [name])
    killer.start()
    heard = until_served(system, confirm, who, "confirm")
    killer.join()
    wait_until(system.ready, 60, "all back")
    assert until_served(system, confirm, who, "confirm") == heard[-1:], "the answer was kept"
    one_ticket_and_no_more(system, heard, who)


def test_health_says_which_process_is_away(system: System):
    system.kill("actions")
    answer = wait_until(lambda: (a := system.http.get("/healthz")).status_code == 503 and a, 5, "503")
    assert answer.json()["status"] == "starting"
    assert answer.json()["processes"] == {"gateway": "ready", "rasa": "ready", "actions": "down"}
    wait_until(system.ready, 60, "all back")


def test_an_answer_that_came_too_late_is_given_when_asked_again(system: System):
    """The actions hang longer than a customer is made to wait, and then finish what they were asked."""
    who = sender()
    confirm = to_the_question(system, "宽带断了光猫红灯", who, LI_XIUYING)
    hung = system.pid("actions")
    os.kill(hung, signal.SIGSTOP)
    try:
        (told,) = system.replies(confirm, who, LI_XIUYING, message_id="confirm")
    finally:
        os.kill(hung, signal.SIGCONT)
    assert told["error"] == "bot_unavailable"
    one_ticket_and_no_more(system, until_served(system, confirm, who, "confirm"), who)
