"""What the websocket ways in share: queues both ways, order of what goes out, limits, and an end that leaves nothing.

A way in is a `WebSocketLeg` that knows its wire, and a `routes` function that mounts it through `answer`.
"""

from __future__ import annotations

import asyncio
import uuid
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import AsyncIterator
from typing import Protocol

from aiohttp import WebSocketError, WSMsgType, web

from voice_gateway.transports.pacing import PacedPlayer
from voice_gateway.transports.port import Audio, HungUp, Key, LegEvent, OnCall

#: Seconds without a message until the line counts as dead, for one write, and for the last mark.
SILENT_FOR, WRITE_WITHIN, MARK_WITHIN = 30.0, 1.0, 1.0
#: Seconds of sound and number of keys that wait for a slow reader. Older sound is dropped, keys beyond are rubbish.
MOST_WAITING, MOST_KEYS = 10.0, 200
#: Messages that make no sense until the call is given up.
MOST_MALFORMED = 50
KEYS = frozenset("0123456789*#")


class Player(Protocol):
    """What paces the sound that goes out; `PacedPlayer` where we do."""

    @property
    def queued(self) -> float: ...
    def start(self) -> None: ...
    async def play(self, pcm: bytes) -> None: ...
    async def played(self) -> None: ...
    def flush(self) -> float: ...
    async def stop(self) -> None: ...


class WebSocketLeg(ABC):
    """See `Leg`. `caller` is the number as the other side tells it; `vouched` where that side showed its key."""

    vouched, conversation = True, ""

    def __init__(self, socket: web.WebSocketResponse, counts: Counter[str], sample_rate: int, caller: str = "") -> None:
        self.call_id = str(uuid.uuid4())
        self.sample_rate = sample_rate
        self.caller = caller
        self._socket, self._counts = socket, counts
        self._player: Player = self._new_player()
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._sound, self._keys, self._malformed = 0, 0, 0  # waiting bytes, waiting keys, rubbish so far
        self._controls: deque[str] = deque()
        self._told, self._writing = asyncio.Event(), asyncio.Lock()
        self._mark: asyncio.Future[None] | None = None
        self._marking, self._unheard, self._flushes = True, False, 0
        self._over, self._read_out = False, False
        self._left = ""  # why the other side leaves, once it has said so

    # What a way in says of its wire.

    @abstractmethod
    async def _send_sound(self, pcm: bytes) -> None:
        """Send one piece of sound, by `_write`."""

    @abstractmethod
    def _text(self, data: str) -> None:
        """A text message came."""

    def _binary(self, data: bytes) -> None:
        """A binary message came; by itself, sound as it is."""
        self._heard(data)

    def _new_player(self) -> Player:
        return PacedPlayer(self._send_paced, self.sample_rate)

    def _flush_text(self) -> str | None:
        """What makes the other side drop what it has not played."""
        return None

    def _mark_text(self, name: str) -> str | None:
        """What makes the other side answer `_passed(name)` when it has played all before."""
        return None

    def _bye_text(self) -> str | None:
        """What hangs up on the other side, before the socket is closed."""
        return None

    # As Leg.

    async def events(self) -> AsyncIterator[LegEvent]:
        """As Leg.events."""
        while not self._read_out:
            event = await self._events.get()
            if isinstance(event, Audio):
                self._sound -= len(event.pcm)
            elif isinstance(event, Key):
                self._keys -= 1
            else:
                self._read_out = True
            yield event

    async def play(self, pcm: bytes) -> None:
        """As Leg.play."""
        if not self._over:
            await self._player.play(pcm)

    async def played(self) -> None:
        """As Leg.played. The other side may hold some of it back against jitter; `hang_up` waits for that, too."""
        await self._player.played()

    def flush(self) -> float:
        """As Leg.flush."""
        dropped = self._player.flush()
        self._flushes += 1
        self._unheard = False
        text = self._flush_text()
        if text is not None and not self._over:
            self._tell(text)
        self._passed("bye")
        return dropped

    async def hang_up(self) -> None:
        """As Leg.hang_up; what has gone out is heard first, where the other side can say so."""
        if not self._player.queued:
            await self._heard_out()
        if self._over:
            return
        await self._end("ours")
        text = self._bye_text()
        if text is not None:
            await self._write(text)
        await self._socket.close()

    async def transfer(self, target: str) -> bool:
        """The socket's other side decides where the call goes; this side cannot say."""
        return False

    async def run(self, on_call: OnCall) -> None:
        """Serve the call to its end; nothing of it is left then."""
        self._player.start()
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._tell_all())]
        try:
            await on_call(self)
        finally:
            try:
                await self.hang_up()
            finally:  # also where the farewell is cut short
                for task in tasks:
                    task.cancel()
                await self._end("ours")
                await asyncio.gather(*tasks, return_exceptions=True)

    # What ways in use.

    def begin_with(self, data: bytes) -> None:
        """Sound that came before the leg was made."""
        self._binary(data)

    def _heard(self, pcm: bytes) -> None:
        """Sound came: 16 bit at the leg's rate."""
        if not pcm or len(pcm) % 2:
            self._rubbish()
        elif self._sound + len(pcm) > 2 * self.sample_rate * MOST_WAITING:
            self._counts["dropped"] += 1
        else:
            self._sound += len(pcm)
            self._events.put_nowait(Audio(pcm))

    def _keyed(self, key: object) -> None:
        """A key came, if it is one."""
        if isinstance(key, str) and key in KEYS and self._keys < MOST_KEYS:
            self._keys += 1
            self._events.put_nowait(Key(key))
        else:
            self._rubbish()

    def _leave(self, reason: str) -> None:
        """The message being read ends the call."""
        self._left = reason

    async def _heard_out(self) -> None:
        """Wait until the other side has played what it holds back: no goodbye is cut off."""
        text = self._mark_text("bye") if self._unheard and self._marking and not self._over else None
        if text is None:
            return
        self._mark = asyncio.get_running_loop().create_future()
        self._tell(text)
        await asyncio.wait({self._mark}, timeout=MARK_WITHIN)

    def _rubbish(self) -> None:
        self._counts["malformed"] += 1
        self._malformed += 1

    def _passed(self, name: object) -> None:
        """The other side has played what stood before this mark."""
        if name == "bye" and self._mark is not None and not self._mark.done():
            self._mark.set_result(None)

    def _tell(self, text: str) -> None:
        """Send soon, in order, and before whatever sound goes next."""
        self._controls.append(text)
        self._told.set()

    async def _write(self, data: str | bytes) -> bool:
        """False where the other side is gone, or reads no more; the call is over then."""
        try:
            async with asyncio.timeout(WRITE_WITHIN):
                if isinstance(data, str):
                    await self._socket.send_str(data)
                else:
                    await self._socket.send_bytes(data)
        except (TimeoutError, OSError, RuntimeError):
            await self._end("closed")
            return False
        return True

    async def _end(self, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self._events.put_nowait(HungUp(reason))
        self._passed("bye")
        await self._player.stop()

    async def _send_paced(self, pcm: bytes) -> None:
        before = self._flushes
        async with self._writing:
            await self._send_controls()
            if not self._over and before == self._flushes:  # else it was taken back while it waited its turn
                self._unheard = True
                await self._send_sound(pcm)

    async def _send_controls(self) -> None:
        while self._controls and not self._over:
            await self._write(self._controls.popleft())

    async def _tell_all(self) -> None:
        while not self._over:
            await self._told.wait()
            self._told.clear()
            async with self._writing:
                await self._send_controls()

    async def _read(self) -> None:
        try:
            while not self._over:
                message = await self._socket.receive(SILENT_FOR)
                if message.type == WSMsgType.TEXT:
                    self._text(message.data)
                elif message.type == WSMsgType.BINARY:
                    self._binary(message.data)
                else:
                    return await self._end(_reason(message.type, message.data))
                if self._malformed > MOST_MALFORMED:
                    self._leave("protocol")
                if self._left:
                    return await self._end(self._left)
        except TimeoutError:
            await self._end("silence")
        except (OSError, RuntimeError):
            await self._end("closed")


def _reason(kind: WSMsgType, data: object) -> str:
    """How the call ended, from the message that ended it."""
    if kind == WSMsgType.CLOSE:
        return "caller"
    return "protocol" if kind == WSMsgType.ERROR and isinstance(data, WebSocketError) else "closed"
