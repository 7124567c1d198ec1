"""Telephone calls over SIP and RTP (UDP): a trunk, an exchange or a softphone calls in. See docs/calls.md.

All lines busy is 486, which ends this call only; 503 with Retry-After is for what the whole line cannot do now (too
many new calls at once, no port free, being stopped), since exchanges leave a line alone for that long after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine
from functools import partial

from aiosipua.message import SipRequest

from common.log import get_logger
from voice_gateway.transports.port import FRAME, OnCall
from voice_gateway.transports.sip import wire, within
from voice_gateway.transports.sip.dialog import Dialog
from voice_gateway.transports.sip.errors import PortsTaken, RequestRefused
from voice_gateway.transports.sip.leg import SipLeg
from voice_gateway.transports.sip.ports import checked, open_media, toward
from voice_gateway.transports.sip.rules import Bucket, Rules
from voice_gateway.transports.sip.transactions import Endpoint, Incoming
from voice_gateway.transports.sip.wire import Address

log = get_logger(__name__)

#: How often a last BYE is sent before nobody waits for its reply any more, and seconds late (a starved machine) from
#: which the clock begins anew instead of catching up in a burst.
PART_WITHIN, MOST_LATE = 2, 0.2
_DefaultRules = Rules()


class SipServer:
    """Takes calls on one UDP port.

    `counts`: calls, calls_out, refused (486), flooded (503), cancelled, unconfirmed, malformed, strangers, repeated, unasked,
    unreachable, failed, bye_unanswered, keys_twice, transfer_targets, dropped, rtp_malformed, rtp_strangers, rtp_late, rtp_lost,
    rtp_unreachable.
    """

    def __init__(
        self,
        on_call: OnCall,
        host: str = "127.0.0.1",
        port: int = 5060,
        most_calls: int = 100,
        rtp_ports: tuple[int, int] = (20000, 29999),
        advertised: str = "",
        rules: Rules = _DefaultRules,
    ) -> None:
        """`host` is an address, 0.0.0.0 for all; `advertised` what others reach us at, where that is another one.

        Raises ValueError where the range of ports is none.
        """
        self._on_call, self._host, self._port, self._most = on_call, host, port, most_calls
        self._rtp_ports, self._advertised, self.rules = checked(rtp_ports), advertised, rules
        self.counts: Counter[str] = Counter()
        self._bucket = Bucket(rules.most_new)
        self._legs: dict[str, SipLeg] = {}
        self._calls: dict[object, asyncio.Task[None]] = {}
        self._tasks = set[asyncio.Task[None]]()
        self._socket: asyncio.DatagramTransport | None = None
        self._clock: asyncio.Task[None] | None = None
        self._stopping = False
        self.line = Endpoint(
            self._requested, self._admit, lambda source: rules.lets_in(source[0]), self.counts, rules.timers
        )

    @property
    def full(self) -> bool:
        """Whether every line is taken."""
        return len(self._calls) >= self._most or self._stopping

    @property
    def port(self) -> int:
        """The port listened on (of use where 0 was asked for)."""
        assert self._socket is not None
        return int(self._socket.get_extra_info("sockname")[1])

    def here(self, peer: str) -> Address:
        """The address `peer` reaches us at."""
        return self._advertised or toward(self._host, peer), self.port

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        logging.getLogger("aiosipua").setLevel(logging.ERROR)  # it warns of every broken message; they are counted
        loop = asyncio.get_running_loop()
        self._socket, _ = await loop.create_datagram_endpoint(lambda: self.line, local_addr=(self._host, self._port))
        self._host = str(self._socket.get_extra_info("sockname")[0])  # an address, where a name was given
        self._clock = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Take no more calls and end those there are."""
        self._stopping = True
        for call in tuple(self._calls.values()):
            call.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=PART_WITHIN * self.rules.timers.first)
            for call in late:
                call.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.gather(self._clock, return_exceptions=True)
        self.line.close()
        await asyncio.sleep(0)  # the transports close in the loop's next round

    async def _tick(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            now = clock()
            for leg in tuple(self._legs.values()):
                self._tick_one(leg, now)
            due = now if now - due > MOST_LATE else due + FRAME
            await asyncio.sleep(max(0.0, due - clock()))

    def _tick_one(self, leg: SipLeg, now: float) -> None:
        try:
            leg.tick(now)
        except Exception as error:  # the clock is everybody's
            self.counts["failed"] += 1
            log.error("a call's clock failed", extra={"call_id": leg.call_id, "error_type": type(error).__name__})
            leg.bye("protocol")

    def _admit(self, request: SipRequest, source: Address) -> bool:
        if request.method != "INVITE" or wire.tag(request):
            return True
        if not self._stopping and self._bucket.take(asyncio.get_running_loop().time()):
            return True
        self.counts["flooded"] += 1
        response = wire.reply(request, 503, headers=[("Retry-After", "2")])
        self.line.send(bytes(response), wire.reply_to(request, source))
        return False

    def _requested(self, incoming: Incoming) -> None:
        request = incoming.request
        leg = self._legs.get(wire.tag(request))
        if leg is not None and not leg.dialog.owns(request):
            leg = None
        if request.method == "ACK":
            if leg is not None:
                within.acknowledge(leg, incoming)
        elif request.method == "CANCEL":
            self._cancel(incoming)
        elif request.method not in within.METHODS:
            incoming.reply(405, headers=[("Allow", wire.ALLOWED)])
        elif leg is not None and not leg.over:
            within.serve(leg, incoming)
        elif wire.tag(request) or request.method not in ("INVITE", "OPTIONS"):
            incoming.reply(481)
        elif request.method == "OPTIONS":
            incoming.reply(200, headers=[("Allow", wire.ALLOWED), ("Accept", wire.SDP)])
        else:
            self._invited(incoming)

    def _cancel(self, incoming: Incoming) -> None:
        invite = self.line.find(incoming.request, "INVITE")
        if invite is None:
            return incoming.reply(481)
        incoming.reply(200)
        if invite.status < 200 and (call := self._calls.get(invite)) is not None:
            self.counts["cancelled"] += 1
            invite.reply(487)
            call.cancel()

    def _invited(self, incoming: Incoming) -> None:
        if self.full:
            self.counts["refused"] += 1
            return incoming.reply(486)
        incoming.reply(100)
        leg = self._leg(incoming)
        self.begin(leg, self._serve(leg, incoming), incoming)

    def begin(self, leg: SipLeg, serving: Coroutine[None, None, None], key: object = None) -> asyncio.Task[None]:
        """Let a call take up a line until `part` (`serving` need not come to it), and be ended by `stop`."""
        self._legs[leg.dialog.tag] = leg
        task = self._calls[key or leg] = asyncio.create_task(serving)
        self._tasks.add(task)
        task.add_done_callback(partial(self._served, leg, key or leg))
        return task

    def _served(self, leg: SipLeg, key: object, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._calls.pop(key, None)  # still there where it was cancelled before it began
        self._legs.pop(leg.dialog.tag, None)

    async def open(self, leg: SipLeg) -> None:
        """A port for the call's sound. Raises PortsTaken."""
        leg.address = leg.dialog.here[0], await open_media(leg.media, self._host, self._rtp_ports)

    async def part(self, leg: SipLeg, key: object = None) -> None:
        """The call is over: its line is free at once, its BYE is waited for."""
        leg.ended("ours")
        self._calls.pop(key or leg, None)
        await leg.parted()

    def _leg(self, incoming: Incoming) -> SipLeg:
        request, source = incoming.request, incoming.source
        dialog = Dialog.called(request, source, self.here(source[0]), incoming.tag)
        return SipLeg(dialog, self.line, self.rules, wire.caller(request, self.rules.trusts(source[0])), self.counts)

    async def _serve(self, leg: SipLeg, incoming: Incoming) -> None:
        try:
            await self._answer(leg, incoming)
            await leg.confirmed.wait()
            if not leg.over:
                self.counts["calls"] += 1
                await leg.run(self._on_call)
        except asyncio.CancelledError:
            pass  # cancelled by the caller, or stop(): nothing of it is left either way
        except RequestRefused as refused:
            incoming.reply(refused.status)
        except PortsTaken:
            self.counts["flooded"] += 1
            incoming.reply(503, [("Retry-After", "5")])
        except Exception as error:
            log.exception("call failed", extra={"error_type": type(error).__name__})
        finally:
            await self._part(leg, incoming)

    async def _answer(self, leg: SipLeg, incoming: Incoming) -> None:
        """Up to the 200. Raises RequestRefused, PortsTaken."""
        text = wire.description(incoming.request)
        agreed = within.agree(leg, text) if text else None
        await self.open(leg)
        if self.rules.rings_for:
            incoming.reply(180, [("Contact", leg.dialog.contact)])
            await asyncio.sleep(self.rules.rings_for)
        leg.offered = agreed is None
        headers = [("Contact", leg.dialog.contact), ("Allow", wire.ALLOWED)]
        if not leg.over:
            within.await_ack(leg, incoming)
            incoming.reply(200, headers, within.describe(leg, agreed))

    async def _part(self, leg: SipLeg, incoming: Incoming) -> None:
        if 200 <= incoming.status < 300:
            incoming.confirmed()
            leg.bye("ours")
        elif incoming.status < 200:
            incoming.reply(503 if self._stopping else 487 if leg.over else 500)
        await self.part(leg, incoming)
