"""Many calls at once, and messages lost on the way, by the load generator sipp."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.bot.web.helpers import until
from tests.voice_gateway.transports.sip.clients import sipp
from tests.voice_gateway.transports.sip.conftest import Begin
from voice_gateway.transports import HungUp, Key, Leg
from voice_gateway.transports.sip.transactions import Timers

_HEAD = """\
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]
To: <sip:10000@[remote_ip]>{tag}
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
{more}Content-Length: [len]

{body}"""
_SDP = """\
v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP {formats}
a=rtpmap:8 PCMA/8000
a=rtpmap:18 G729/8000
"""


def _send(method: str, number: int, *, within: bool = True, body: str = "", kind: str = "", again: str = "") -> str:
    more = f"Content-Type: {kind}\n" if kind else ""
    tag = "[peer_tag_param]" if within else ""
    head = _HEAD.format(tag=tag, number=number, method=method, more=more, body=body)
    retransmit = "" if method == "ACK" else ' retrans="50"'
    return f"<send{retransmit}{again}><![CDATA[\n{method} sip:10000@[remote_ip]:[remote_port] SIP/2.0\n{head}\n]]></send>\n"


def _recv(status: int, more: str = "") -> str:
    return f'<recv response="{status}" {more}></recv>\n'


def _scenario(*steps: str) -> str:
    return '<?xml version="1.0"?>\n<scenario name="call">\n' + "".join(steps) + "</scenario>\n"


def _invite(formats: str = "8") -> str:
    return _send("INVITE", 1, within=False, body=_SDP.format(formats=formats), kind="application/sdp")


_OPTIONAL = _recv(100, 'optional="true"') + _recv(180, 'optional="true"')


def _call(pause: int, keys: str) -> str:
    pressed = "".join(
        _send("INFO", number, body=f"Signal={key}\n", kind="application/dtmf-relay") + _recv(200)
        for number, key in enumerate(keys, start=2)
    )
    return _scenario(
        _invite(), _OPTIONAL, _recv(200), _send("ACK", 1), f'<pause milliseconds="{pause}"/>\n',
        pressed, _send("BYE", 2 + len(keys)), _recv(200),
    )  # fmt: skip


class Keys:
    """Serves calls; the keys and the end of each."""

    def __init__(self) -> None:
        self.calls = dict[str, str]()
        self.most = self.over = self._now = 0

    async def __call__(self, leg: Leg) -> None:
        self._now += 1
        self.most = max(self.most, self._now)
        self.calls[leg.call_id] = ""
        asking = asyncio.create_task(leg.play(b"\1\0" * 16_000))
        async for event in leg.events():
            if isinstance(event, Key):
                self.calls[leg.call_id] += event.key
            elif isinstance(event, HungUp):
                self.calls[leg.call_id] += f" {event.reason}"
        await asking
        self._now -= 1
        self.over += 1


async def test_fifty_calls_at_once_are_all_served_and_every_key_is_right(begin: Begin, tmp_path: Path):
    served = Keys()
    server = await begin(served, timers=Timers())
    status, told = await sipp(tmp_path, server.port, _call(1500, "1122"), "-m", "50", "-l", "50", "-r", "50")
    assert status == 0, told
    assert served.most == 50 and server.counts["calls"] == 50
    await until(lambda: served.over == 50)
    assert Counter(served.calls.values()) == {"1122 caller": 50}


async def test_a_fifth_of_the_messages_lost_loses_no_call_and_doubles_no_key(begin: Begin, tmp_path: Path):
    served = Keys()
    server = await begin(served, timers=Timers(first=0.05, longest=0.4))
    status, told = await sipp(tmp_path, server.port, _call(100, "1"), "-m", "50", "-l", "25", "-r", "50", "-lost", "20")
    assert status == 0, told
    assert server.counts["repeated"] > 10
    # sipp may take a repeated reply for that to its next request, and goes on without a key, or hangs up unacknowledged
    await until(lambda: served.over == server.counts["calls"] >= 45)
    assert set(served.calls.values()) <= {"1 caller", " caller"}


async def test_calls_given_up_while_ringing_are_cancelled(begin: Begin, tmp_path: Path):
    served = Keys()
    server = await begin(served, rings_for=5, timers=Timers())
    cancel = _send("CANCEL", 1, within=False).replace("branch=[branch]", "branch=[branch-3]")
    scenario = _scenario(
        _invite(), _recv(100, 'optional="true"'), _recv(180), cancel, _recv(200), _recv(487),
        _send("ACK", 1).replace("[branch]", "[branch-6]"),
    )  # fmt: skip
    status, told = await sipp(tmp_path, server.port, scenario, "-m", "20", "-r", "50")
    assert status == 0, told
    assert server.counts["cancelled"] == 20 and not served.calls


@pytest.mark.parametrize(("formats", "most", "expected"), [("18", 100, 488), ("8", 0, 486)])
async def test_calls_that_cannot_be_taken_are_refused(
    begin: Begin, tmp_path: Path, formats: str, most: int, expected: int
):
    served = Keys()
    server = await begin(served, most_calls=most, timers=Timers())
    ack = _send("ACK", 1).replace("[branch]", "[branch-3]")
    scenario = _scenario(_invite(formats), _recv(100, 'optional="true"'), _recv(expected), ack)
    status, told = await sipp(tmp_path, server.port, scenario, "-m", "20", "-r", "50")
    assert status == 0, told
    assert not served.calls


async def test_two_hundred_calls_a_second_are_bounded_and_the_line_lives(begin: Begin, tmp_path: Path):
    served = Keys()
    server = await begin(served, most_new=20, timers=Timers())
    refused = _scenario(
        _invite(), _recv(100, 'optional="true"'), '<recv response="503" optional="true" next="over"></recv>\n',
        _recv(200), _send("ACK", 1), _send("BYE", 2), _recv(200), '<label id="over"/>\n',
    )  # fmt: skip
    status, told = await sipp(tmp_path, server.port, refused, "-m", "200", "-r", "200")
    assert status == 0, told
    assert server.counts["flooded"] >= 100 and 20 <= server.counts["calls"] <= 60
