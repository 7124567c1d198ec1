"""AudioSocket on a real TCP port, spoken by a plain client as Asterisk speaks it."""

from __future__ import annotations

import asyncio
import struct
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.bot.web.helpers import until
from voice_gateway.transports import Audio, HungUp, Key, Leg, LegEvent
from voice_gateway.transports import audiosocket as wire
from voice_gateway.transports.audiosocket import AudioSocketServer

ID = uuid.UUID("12345678-1234-5678-1234-567812345678")
FRAME = 320
SOON = 15


class Asterisk:
    """The other end: sends messages, collects what comes until the line is closed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, kind: int, payload: bytes = b"") -> None:
        self.writer.write(struct.pack(">BH", kind, len(payload)) + payload)
        await self.writer.drain()

    async def next(self) -> tuple[int, bytes]:
        async with asyncio.timeout(SOON):
            kind, length = struct.unpack(">BH", await self.reader.readexactly(3))
            return kind, await self.reader.readexactly(length)

    async def rest(self) -> list[tuple[int, bytes]]:
        """Everything to the end of the connection."""
        got = []
        while True:
            try:
                got.append(await self.next())
            except asyncio.IncompleteReadError:
                return got


Served = Callable[[Leg], Awaitable[None]]
Begin = Callable[..., Awaitable[AudioSocketServer]]


@pytest.fixture
async def begin() -> AsyncIterator[Begin]:
    """Starts a server; at the end it is stopped, and no task of it may be left."""
    before, servers = asyncio.all_tasks(), list[AudioSocketServer]()

    async def start(on_call: Served, **more: int) -> AudioSocketServer:
        servers.append(AudioSocketServer(on_call, port=0, **more))
        await servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        await server.stop()
    await asyncio.sleep(0.05)
    assert {t for t in asyncio.all_tasks() - before if not t.done()} <= {asyncio.current_task()}


async def dial(server: AudioSocketServer, first: bool = True) -> Asterisk:
    line = Asterisk(*await asyncio.open_connection("127.0.0.1", server.port))
    if first:
        await line.send(wire.ID, ID.bytes)
    return line


async def gathered(leg: Leg, into: list[LegEvent]) -> None:
    async for event in leg.events():
        into.append(event)


async def test_sound_and_keys_arrive_in_order_and_the_callers_end_is_told(begin: Begin):
    heard, ids = list[LegEvent](), list[str]()

    async def serve(leg: Leg) -> None:
        ids.append(leg.call_id)
        await gathered(leg, heard)

    line = await dial(await begin(serve))
    await line.send(wire.SOUND, b"\x01\x00" * 160)
    for key in b"1 1#".replace(b" ", b""):
        await line.send(wire.DTMF, bytes([key]))
    await line.send(wire.HANG_UP)
    await line.rest()
    assert ids == [str(ID)]
    assert heard == [Audio(b"\x01\x00" * 160), Key("1"), Key("1"), Key("#"), HungUp("caller")]


async def test_what_is_played_goes_out_whole_in_frames_of_20_ms(begin: Begin):
    sound = bytes(range(256)) * 10

    async def serve(leg: Leg) -> None:
        began = asyncio.get_running_loop().time()
        await leg.play(sound)
        await leg.played()
        assert asyncio.get_running_loop().time() - began >= 0.02 * (len(sound) // FRAME - 1)

    got = await (await dial(await begin(serve))).rest()
    assert got[-1] == (wire.HANG_UP, b"")
    frames = [payload for kind, payload in got[:-1] if kind == wire.SOUND]
    assert {len(frame) for frame in frames} == {FRAME} and len(frames) == 8
    assert b"".join(frames) == sound.ljust(8 * FRAME, b"\0")


async def test_an_interruption_drops_what_has_not_gone_out(begin: Begin):
    dropped = list[float]()

    async def serve(leg: Leg) -> None:
        await leg.play(b"\1\0" * 8000)
        dropped.append(leg.flush())
        await leg.played()

    got = await (await dial(await begin(serve))).rest()
    assert dropped[0] > 0.5
    assert len([k for k, _ in got if k == wire.SOUND]) * 0.02 <= 1.02 - dropped[0]


async def test_nothing_runs_far_ahead(begin: Begin):
    """A minute of sound cannot be queued at once: whoever plays waits, and may be interrupted in between."""
    async def serve(leg: Leg) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(leg.play(b"\1\0" * 8000 * 60), 0.5)
        assert leg.flush() <= 4.0

    await (await dial(await begin(serve))).rest()


@pytest.mark.parametrize("first", [(wire.SOUND, b"\0" * 320), (wire.ID, b"short"), (0x7F, b""), (wire.HANG_UP, b"")])
async def test_who_does_not_say_who_they_are_is_not_served(begin: Begin, first: tuple[int, bytes]):
    async def serve(leg: Leg) -> None:
        raise AssertionError("served")

    server = await begin(serve)
    line = await dial(server, first=False)
    await line.send(*first)
    assert await line.rest() == [(wire.HANG_UP, b"")]
    assert server.counts == {"malformed": 1}


async def test_malformed_messages_are_counted_and_the_call_goes_on(begin: Begin):
    heard = list[LegEvent]()

    async def serve(leg: Leg) -> None:
        await gathered(leg, heard)

    server = await begin(serve)
    line = await dial(server)
    for kind, payload in ((wire.SOUND, b"odd"), (wire.DTMF, b"A"), (wire.DTMF, b"12"), (wire.DTMF, b""), (0x42, b"?" * 60_000)):
        await line.send(kind, payload)
    await line.send(wire.DTMF, b"5")
    await line.send(wire.HANG_UP)
    await line.rest()
    assert heard == [Key("5"), HungUp("caller")]
    assert server.counts == {"calls": 1, "malformed": 5}


@pytest.mark.parametrize("half", [b"", b"\x10", b"\x10\x01\x40" + b"\0" * 100])
async def test_a_line_that_breaks_ends_the_call(begin: Begin, half: bytes):
    heard, done = list[LegEvent](), asyncio.Event()

    async def serve(leg: Leg) -> None:
        await gathered(leg, heard)
        await leg.play(b"\0" * 3200)
        await leg.played()
        await leg.hang_up()
        done.set()

    line = await dial(await begin(serve))
    line.writer.write(half)
    line.writer.transport.abort() if not half else line.writer.close()
    await asyncio.wait_for(done.wait(), SOON)
    assert [type(e) for e in heard] == [HungUp] and heard[0].reason == "closed"  # type: ignore[union-attr]


async def test_one_call_too_many_is_refused_and_the_others_go_on(begin: Begin):
    async def serve(leg: Leg) -> None:
        await gathered(leg, [])

    server = await begin(serve, most_calls=2)
    lines = [await dial(server) for _ in range(2)]
    await until(lambda: server.counts["calls"] == 2)
    assert await (await dial(server)).rest() == [(wire.HANG_UP, b"")]
    assert server.counts["refused"] == 1
    for line in lines:
        await line.send(wire.HANG_UP)
        await line.rest()
    again = await dial(server)
    await again.send(wire.HANG_UP)
    await again.rest()
    assert server.counts["calls"] == 3


async def test_a_call_that_fails_inside_is_hung_up_and_stays_alone(begin: Begin):
    async def serve(leg: Leg) -> None:
        raise RuntimeError("inside")

    server = await begin(serve)
    for _ in range(2):
        assert (await (await dial(server)).rest())[-1] == (wire.HANG_UP, b"")


async def test_a_stop_hangs_up_on_everybody(begin: Begin):
    async def serve(leg: Leg) -> None:
        await leg.play(b"\0" * 32_000)
        await gathered(leg, [])

    server = await begin(serve)
    lines = [await dial(server) for _ in range(5)]
    await until(lambda: server.counts["calls"] == 5)
    await server.stop()
    for line in lines:
        assert (await line.rest())[-1] == (wire.HANG_UP, b"")
