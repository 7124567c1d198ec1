"""Clients written by others: the softphone baresip and the load generator sipp."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from tests.needs import program
from tests.voice_gateway.transports.sip.phone import SOON

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
audio_player aubridge,loop
audio_source {source}
audio_alert none,none
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports 40000-48000
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{port}
"""
_MODULES = ("/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules")


def _free(kind: int) -> int:
    """A port that was free a moment ago: baresip cannot tell which one it took."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _modules() -> str:
    return next((m for m in _MODULES if Path(m, "ctrl_tcp.so").exists()), _MODULES[0])


class Baresip:
    """One softphone, spoken to by its control port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        self._reader, self._writer, self.port = reader, writer, port

    async def command(self, name: str, params: str = "") -> dict[str, object]:
        """Give a command; its reply. What else baresip tells meanwhile is passed over."""
        asked = json.dumps({"command": name, "params": params, "token": "t"}).encode()
        self._writer.write(b"%d:%s," % (len(asked), asked))
        while True:
            told = await self._told()
            if told.get("response"):
                return told

    async def event(self, kind: str) -> dict[str, object]:
        """Wait until it tells of such an event (CALL_ESTABLISHED, CALL_CLOSED)."""
        while (told := await self._told()).get("type") != kind:
            pass
        return told

    async def _told(self) -> dict[str, object]:
        async with asyncio.timeout(2 * SOON):
            length = int((await self._reader.readuntil(b":"))[:-1])
            told = await self._reader.readexactly(length + 1)
            return dict(json.loads(told[:-1]))


@contextlib.asynccontextmanager
async def baresip(home: Path, codec: str = "PCMA", sound: Path | None = None) -> AsyncIterator[Baresip]:
    """A softphone that says `sound` (a WAV of 8 kHz), or else what it hears."""
    path = program("baresip", "baresip-core")
    modules = _modules()
    port, sip = _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
    source = f"aufile,{sound}" if sound else "aubridge,loop"
    (home / "config").write_text(_CONFIG.format(source=source, modules=modules, port=port, sip=sip))
    (home / "accounts").write_text(f"<sip:8000@127.0.0.1>;regint=0;audio_codecs={codec}\n")
    (home / "contacts").write_text("")
    running = await asyncio.create_subprocess_exec(
        path, "-f", str(home), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )  # fmt: skip
    assert running.stdout
    said = b""
    try:
        async with asyncio.timeout(3 * SOON):
            while b"baresip is ready" not in said:
                line = await running.stdout.readline()
                assert line, said.decode(errors="replace")
                said += line
        reading = asyncio.create_task(running.stdout.read())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        yield Baresip(reader, writer, sip)
        writer.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        await running.wait()
    await reading


async def sipp(home: Path, port: int, scenario: str, *more: str, limit: float = 40.0) -> tuple[int, str]:
    """Run a scenario against the port; exit status (0: every call as wished) and what it wrote of errors."""
    path = program("sipp", "sip-tester")
    (home / "scenario.xml").write_text(scenario)
    running = await asyncio.create_subprocess_exec(
        path, "-sf", "scenario.xml", "-i", "127.0.0.1", "-nostdin", "-trace_err", "-error_file", "errors.log",
        "-timeout", str(int(limit)), *more, f"127.0.0.1:{port}",
        cwd=home, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(running.communicate(), limit + 10)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    errors = home / "errors.log"
    return running.returncode or 0, (errors.read_text(errors="replace") if errors.exists() else "") + output.decode()[
        -1500:
    ]
