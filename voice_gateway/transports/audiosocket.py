"""Asterisk AudioSocket: `AudioSocket(uuid,host:port)` in the dialplan, one TCP connection a call.

A message is kind (1 byte), length (2, big endian), payload: 00 hang up, 01 the call's UUID (first), 03 a DTMF key as
ASCII, 10 sound, 16 bit little-endian 8 kHz, ff an error. Other kinds are passed over. Sound is paced here.
"""

from __future__ import annotations

import asyncio
import struct
import uuid
from collections import Counter
from collections.abc import AsyncIterator

from common.log import get_logger
from voice_gateway.transports.pacing import PacedPlayer
from voice_gateway.transports.port import Audio, HungUp, Key, LegEvent, OnCall

log = get_logger(__name__)

HANG_UP, ID, DTMF, SOUND, ERROR = 0x00, 0x01, 0x03, 0x10, 0xFF
RATE = 8000
#: Seconds until the UUID must have come, without a message before the line counts as dead, and for the last bytes.
ID_WITHIN, SILENT_FOR, CLOSE_WITHIN = 5.0, 30.0, 1.0
#: Events that wait for a slow reader (20 ms each); older sound is dropped, keys never.
MOST_WAITING = 500
_HEAD = struct.Struct(">BH")
_KEYS = frozenset("0123456789*#")


class AudioSocketLeg:
    """See `Leg`."""

    sample_rate = RATE
    #: AudioSocket does not tell who calls.
    caller, vouched, conversation = "", False, ""

    def __init__(self, call_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: Counter[str]) -> None:
        self.call_id = call_id
        self._reader, self._writer, self._counts = reader, writer, counts
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self._player = PacedPlayer(self._send_sound, RATE)
        self._over = False

    async def run(self, on_call: OnCall) -> None:
        """Serve the call to its end; nothing of it is left then."""
        self._player.start()
        reading = asyncio.create_task(self._read())
        try:
            await on_call(self)
        finally:
            await self.hang_up()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def events(self) -> AsyncIterator[LegEvent]:
        """As Leg.events."""
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def play(self, pcm: bytes) -> None:
        """As Leg.play."""
        if not self._over:
            await self._player.play(pcm)

    async def played(self) -> None:
        """As Leg.played."""
        await self._player.played()

    def flush(self) -> float:
        """As Leg.flush."""
        return self._player.flush()

    async def hang_up(self) -> None:
        """As Leg.hang_up."""
        if self._over:
            return
        await self._end("ours")
        await _send(self._writer, HANG_UP)

    async def transfer(self, target: str) -> bool:
        """The dialplan goes on behind AudioSocket; this side cannot say where."""
        return False

    async def _end(self, reason: str) -> None:
        if not self._over:
            self._over = True
            await self._player.stop()
            self._events.put_nowait(HungUp(reason))

    async def _send_sound(self, frame: bytes) -> None:
        if not await _send(self._writer, SOUND, frame):
            self._over = True
            self._events.put_nowait(HungUp("closed"))
            await self._player.stop()

    async def _read(self) -> None:
        try:
            while not self._over:
                async with asyncio.timeout(SILENT_FOR):
                    kind, payload = await _receive(self._reader)
                if kind == HANG_UP:
                    return await self._end("caller")
                if kind == ERROR:
                    return await self._end("protocol")
                self._take(kind, payload)
        except TimeoutError:
            await self._end("silence")
        except (asyncio.IncompleteReadError, OSError):
            await self._end("closed")

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == SOUND and len(payload) % 2 == 0:
            if self._events.qsize() < MOST_WAITING:
                self._events.put_nowait(Audio(payload))
            else:
                self._counts["dropped"] += 1
        elif kind == DTMF and (key := payload.decode("latin-1")) in _KEYS:
            self._events.put_nowait(Key(key))
        else:
            self._counts["malformed"] += 1


class AudioSocketServer:
    """Accepts calls on one TCP port. `counts`: calls, refused, malformed, dropped."""

    def __init__(self, on_call: OnCall, host: str = "127.0.0.1", port: int = 9019, most_calls: int = 100) -> None:
        self._on_call, self._host, self._port, self._most = on_call, host, port, most_calls
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()

    @property
    def port(self) -> int:
        """The port listened on (of use where 0 was asked for)."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        self._server = await asyncio.start_server(self._accepted, self._host, self._port)

    async def stop(self) -> None:
        """Accept no more and end every call."""
        if self._server is not None:
            self._server.close()
        for call in tuple(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._calls) >= self._most:
            self.counts["refused"] += 1
            await _send(writer, HANG_UP)
            return await _close(writer)
        self._calls.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # stop(): the leg has hung up on its way out
        except Exception as error:
            log.exception("call failed", extra={"error_type": type(error).__name__})
        finally:
            self._calls.discard(task)
            await _close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            kind, payload = await asyncio.wait_for(_receive(reader), ID_WITHIN)
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            kind, payload = ERROR, b""
        if kind != ID or len(payload) != 16:
            self.counts["malformed"] += 1
            await _send(writer, HANG_UP)
            return
        self.counts["calls"] += 1
        await AudioSocketLeg(str(uuid.UUID(bytes=payload)), reader, writer, self.counts).run(self._on_call)


async def _receive(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind, length = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    return kind, await reader.readexactly(length)


async def _send(writer: asyncio.StreamWriter, kind: int, payload: bytes = b"") -> bool:
    """False where the other side is gone, or reads no more."""
    try:
        writer.write(_HEAD.pack(kind, len(payload)) + payload)
        await asyncio.wait_for(writer.drain(), CLOSE_WITHIN)
    except (TimeoutError, OSError, RuntimeError):
        return False
    return True


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), CLOSE_WITHIN)
    except (TimeoutError, OSError):
        writer.transport.abort()
