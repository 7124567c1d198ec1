"""Line tests, outages, remote actions and coverage over HTTP."""

from __future__ import annotations

from bss import types as t
from bss.http import shapes, wire
from bss.http.link import Link


class HttpServiceTest:
    """`ServiceTest` over TMF653."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def run(self, phone: str, check: t.Check) -> t.LineTestResult:
        body = {"testSpecification": {"name": str(check)}}
        return await self._link.post(wire.SERVICE_TEST, shapes.LINE_TEST.load, body, phone=phone)


class HttpProblems:
    """`ServiceProblem` over TMF656."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def outage(self, phone: str) -> t.Outage | None:
        return _first(await self._link.get(wire.PROBLEM, shapes.OUTAGE.load_all, phone=phone))

    async def outage_in(self, area: str) -> t.Outage | None:
        params = {"affectedLocation": area}
        return _first(await self._link.get(wire.PROBLEM, shapes.OUTAGE.load_all, params=params))


class HttpRemote:
    """`ResourceOrder` over TMF652."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def reset_port(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("reset_port", phone, idempotency_key)

    async def refresh_auth(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("refresh_auth", phone, idempotency_key)

    async def reboot_modem(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("reboot_modem", phone, idempotency_key)

    async def refresh_mobile(self, phone: str, idempotency_key: str) -> t.RemoteResult:
        return await self._act("refresh_mobile", phone, idempotency_key)

    async def _act(self, action: str, phone: str, key: str) -> t.RemoteResult:
        body = {"orderItem": {"action": action}}
        return await self._link.post(wire.RESOURCE_ORDER, shapes.REMOTE.load, body, phone=phone, key=key)


class HttpAddresses:
    """`GeographicAddress` over TMF645."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def coverage(self, address: str) -> t.Coverage:
        return await self._link.post(wire.COVERAGE, shapes.COVERAGE.load, {"place": {"address": address}})


def _first(outages: list[t.Outage]) -> t.Outage | None:
    return outages[0] if outages else None
