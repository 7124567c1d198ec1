"""A telephone call as the rest of the house sees it."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from aiosipua.message import SipRequest

from voice_gateway.transports.port import Audio, HungUp, Key, LegEvent, OnCall
from voice_gateway.transports.sip.dialog import Dialog
from voice_gateway.transports.sip.errors import NoReply
from voice_gateway.transports.sip.media import RATE, Media
from voice_gateway.transports.sip.rules import Rules
from voice_gateway.transports.sip.transactions import Endpoint, Incoming
from voice_gateway.transports.sip.wire import Address, Number

#: Events that wait for a slow reader: sound (20 ms each), and keys after it; what comes then is dropped.
MOST_WAITING, MOST_KEYS = 500, 100
#: Seconds a telephone may keep sound back before it is heard: a BYE comes no sooner after the last of ours, so that no
#: goodbye is cut off.
TAIL = 0.1
_NUMBER = re.compile(r"[+]?[0-9*#]{1,32}")
_TARGET = re.compile(r"(?:sips?:)[0-9A-Za-z+*#._%-]{1,64}@[0-9A-Za-z.:\[\]-]{1,128}")


class SipLeg:
    """See `Leg`. `caller` is the number the line names, "" where it is kept secret: it proves nothing by itself, since
    any exchange on the way may have written it, and it is not for logs. `vouched`: a peer of `Rules.trusted` asserts it.
    """

    sample_rate = RATE
    conversation = ""
    awaited: Incoming | None

    def __init__(self, dialog: Dialog, line: Endpoint, rules: Rules, caller: Number, counts: Counter[str]) -> None:
        self.call_id = str(uuid.uuid4())  # not the other side's Call-ID, which may hold a number
        self.caller, self.vouched = caller.number, caller.vouched
        self.dialog = dialog
        self.media = Media(self._heard, self._pressed, counts)
        self.confirmed, self.over = asyncio.Event(), False
        self.address: Address = ("", 0)
        #: Of the signalling: versions of our description, whether the last was an offer, the INVITE without its ACK.
        self.described, self.offered, self.awaited = 0, False, None
        self._line, self._rules, self._counts = line, rules, counts
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._key_way = ""
        self._began = 0.0
        self._transferred: asyncio.Future[bool] | None = None
        self._goodbyes = set[asyncio.Task[None]]()

    async def run(self, on_call: OnCall) -> None:
        """Serve the call to its end; its socket is closed then."""
        self._began = asyncio.get_running_loop().time()
        self.media.begin(self._began)
        try:
            await on_call(self)
        finally:
            await self.hang_up()

    async def events(self) -> AsyncIterator[LegEvent]:
        """As Leg.events."""
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def play(self, pcm: bytes) -> None:
        """As Leg.play. While the other side holds the call, what is played is heard by nobody."""
        await self.media.outbox.play(pcm)

    async def played(self) -> None:
        """As Leg.played."""
        await self.media.outbox.played()

    def flush(self) -> float:
        """As Leg.flush."""
        return self.media.outbox.flush()

    async def hang_up(self) -> None:
        """As Leg.hang_up."""
        self.bye("ours")

    async def transfer(self, target: str) -> bool:
        """As Leg.transfer: REFER to a number (in the caller's domain, or `transfer_domain`) or a SIP address.

        True when the other side says that the new call was answered; this one is over then. False where it refuses,
        cannot reach the target, or says nothing in time, and where the target is none: the call goes on.
        """
        uri = self._refer_to(target)
        if not uri or self.over or self._transferred is not None:
            return False
        asked = self.dialog.request("REFER")
        asked.set_header("Refer-To", f"<{uri}>")
        asked.set_header("Contact", self.dialog.contact)
        told = self._transferred = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._rules.transfer_within):
                done = await self._told(asked, told)
        except (NoReply, TimeoutError):
            done = False
        finally:
            self._transferred = None
        if done:
            self.bye("ours")
        return done

    async def _told(self, asked: SipRequest, told: asyncio.Future[bool]) -> bool:
        """Whether it went well; the news may come before the reply. Raises NoReply."""
        asking = asyncio.ensure_future(self._line.request(asked, self.dialog.peer))
        try:
            both: set[asyncio.Future[Any]] = {asking, told}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not told.done():
                response = asking.result()
                if response.status_code >= 300 or _no_news(response.get_header("refer-sub")):
                    return response.status_code < 300
            return await told
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def transferring(self, status: int) -> None:
        """What the other side tells of a transfer."""
        if status >= 200 and self._transferred is not None and not self._transferred.done():
            self._transferred.set_result(status < 300)

    def bye(self, reason: str) -> None:
        """End the call from here, with a BYE in the background; nothing where it is over."""
        if not self.over:
            self.ended(reason)
            self._spawn(self._say_goodbye())

    def unconfirmed(self) -> None:
        """Nobody acknowledged our answer."""
        self._counts["unconfirmed"] += 1
        self.bye("closed")

    def ended(self, reason: str) -> None:
        """The call is over, by `reason` (see HungUp)."""
        if self.over:
            return
        self.over = True
        self.media.close()
        self.media.losses()
        self.transferring(487)
        self.confirmed.set()
        self._events.put_nowait(HungUp(reason))

    async def parted(self) -> None:
        """Wait until the BYE was answered or nobody will answer it."""
        try:
            await asyncio.gather(*self._goodbyes)
        finally:
            for task in self._goodbyes:
                task.cancel()

    def tick(self, now: float) -> None:
        """Every 20 ms, from the server's clock: sound out, silence in, and the limits of a call."""
        if self.over or not self._began:
            return
        self.media.tick(now)
        held = self.media.agreed is not None and self.media.agreed.held
        if now - self._began > self._rules.longest:
            self.bye("limit")
        elif now - self.media.heard_at > self._rules.silent_for and not held:
            self.bye("silence")

    def key(self, key: str, way: str) -> None:
        """A key, from the sound's stream or an INFO. Some gateways send both: the first way used is the call's."""
        self._key_way = self._key_way or way
        if way != self._key_way:
            self._counts["keys_twice"] += 1
        elif self._events.qsize() >= MOST_WAITING + MOST_KEYS:
            self._counts["dropped"] += 1
        elif not self.over:
            self._events.put_nowait(Key(key))

    def _pressed(self, key: str) -> None:
        self.key(key, "rtp")

    def _heard(self, pcm: bytes) -> None:
        if self.over:
            return
        if self._events.qsize() < MOST_WAITING:
            self._events.put_nowait(Audio(pcm))
        else:
            self._counts["dropped"] += 1

    def _refer_to(self, target: str) -> str:
        if _TARGET.fullmatch(target):
            return target
        if not _NUMBER.fullmatch(target):
            self._counts["transfer_targets"] += 1
            return ""
        return f"sip:{target.replace('#', '%23')}@{self._rules.transfer_domain or self.dialog.domain}"

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    async def _say_goodbye(self) -> None:
        try:
            await asyncio.sleep(self.media.spoke_at + TAIL - asyncio.get_running_loop().time())
            await self._line.request(self.dialog.request("BYE"), self.dialog.peer)
        except NoReply:
            self._counts["bye_unanswered"] += 1


def _no_news(refer_sub: str | None) -> bool:
    """Whether the other side will not tell how a transfer goes (RFC 4488)."""
    return (refer_sub or "").strip().lower().startswith("false")
