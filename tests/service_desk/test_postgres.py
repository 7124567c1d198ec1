"""The same desk on PostgreSQL: the installed server is started for these tests, else they are skipped."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.clock import FakeClock
from common.ids import CountingIds
from service_desk.desk import ServiceDesk
from service_desk.errors import SlotFull
from service_desk.report import span
from service_desk.types import Appointment, Period, TicketState

from .conftest import MONDAY, PHONE, Inbox, at, fault, small_directory


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server on a free port of this machine, its data thrown away afterwards."""
    initdb, server = _program("initdb"), _program("postgres")
    if not initdb or not server:
        pytest.skip("no PostgreSQL installed")
    user = None
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            user = pwd.getpwnam("postgres").pw_name
        except KeyError:
            user = "nobody"
    home = Path("/tmp") / f"yida-pg-{os.getpid()}"
    home.mkdir()
    process = None
    try:
        if user:
            shutil.chown(home, user)
        made = subprocess.run(
            [
                initdb,
                "-D",
                home / "data",
                "-U",
                "yida",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale=C",
            ],
            user=user,
            cwd=home,
            capture_output=True,
            check=False,
        )
        if made.returncode:
            pytest.skip("PostgreSQL cannot be set up here")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [server, "-D", home / "data", "-p", str(port), "-h", "127.0.0.1", "-k", home, "-F"],
            user=user,
            cwd=home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        time.sleep(0.5)
        yield f"postgresql+psycopg://yida@127.0.0.1:{port}/postgres"
    finally:
        if process is not None:
            process.terminate()
            process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


async def test_the_desk_runs_unchanged_on_postgresql_with_two_processes_at_once(postgres: str) -> None:
    clock = FakeClock(MONDAY)
    inbox = Inbox(clock)

    def start() -> ServiceDesk:
        return ServiceDesk(postgres, inbox, clock, CountingIds(), small_directory(people=3, limit=15))

    one, two = await asyncio.gather(asyncio.to_thread(start), asyncio.to_thread(start))
    try:
        same = await asyncio.gather(*((one, two)[n % 2].create(fault(), "same") for n in range(20)))
        assert {t.ticket_id for t in same} == {"GD2611230001"} and len(inbox.sent) == 1
        joined = await asyncio.gather(*((one, two)[n % 2].create(fault(), f"j{n}") for n in range(20)))
        assert all(t.joined and t.ticket_id == "GD2611230001" for t in joined)
        made = await asyncio.gather(
            *((one, two)[n % 2].create(fault(f"138000010{n:02}"), "k") for n in range(20))
        )
        assert sorted(t.ticket_id for t in made) == [f"GD261123{n:04}" for n in range(2, 22)]
        assert {t.handler_id for t in made} == {"p0", "p1", "p2"}
        visit = Appointment(at("2026-11-24 00:00").date(), Period.EVENING)
        booked = await asyncio.gather(
            *((one, two)[n % 2].book_visit(t.ticket_id, visit, "customer", "v") for n, t in enumerate(made)),
            return_exceptions=True,
        )
        assert sum(isinstance(b, SlotFull) for b in booked) == 19
        urged = await asyncio.gather(
            *((one, two)[n % 2].urge("GD2611230001", "c", f"u{n}") for n in range(10))
        )
        assert sum(u.counted for u in urged) == 1
        await one.move("GD2611230001", TicketState.RESOLVED, "p0", "好了")
        result = await two.record_survey("GD2611230001", PHONE, 3, "不满意", "s")
        assert result.followup_id == "GD2611230022"
        await one.handover.enqueue("c", PHONE, idempotency_key="q")
        case = await two.handover.take("lu")
        assert case and case.conversation_id == "c"
        clock.advance(47 * 3600)
        assert len(await one.due_warnings()) == 21 and await two.due_warnings() == []
        assert (await two.counts(*span("2026-11"))).total == 22
        assert "已经派给" in "".join([one.progress_zh(b) for b in booked if not isinstance(b, BaseException)])
    finally:
        one.close()
        two.close()
