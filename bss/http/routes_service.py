"""Server routes: line tests, outages, remote actions, coverage."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bss import types as t
from bss.http import shapes, wire
from bss.http.asked import Asked, get, post
from bss.http.shape import TEXT, one_of
from bss.ports import Operator
from common.errors import InvalidInput


def routes(operator: Operator) -> list[web.RouteDef]:
    async def run(ask: Asked) -> Any:
        check = ask.field("testSpecification.name", one_of(t.Check))
        return shapes.LINE_TEST.dump(await operator.line_test.run(ask.phone, check))

    async def problem(ask: Asked) -> Any:
        if ask.by_phone:
            found = await operator.problems.outage(ask.phone)
        else:
            found = await operator.problems.outage_in(ask.param("affectedLocation"))
        return [] if found is None else [shapes.OUTAGE.dump(found)]

    async def act(ask: Asked) -> Any:
        remote = operator.remote
        actions = {
            "reset_port": remote.reset_port,
            "refresh_auth": remote.refresh_auth,
            "reboot_modem": remote.reboot_modem,
            "refresh_mobile": remote.refresh_mobile,
        }
        action = ask.field("orderItem.action", TEXT)
        if action not in actions:
            raise InvalidInput("no such action")
        return shapes.REMOTE.dump(await actions[action](ask.phone, ask.key))

    async def coverage(ask: Asked) -> Any:
        return shapes.COVERAGE.dump(await operator.addresses.coverage(ask.field("place.address", TEXT)))

    return [
        post(wire.SERVICE_TEST, run),
        get(wire.PROBLEM, problem),
        post(wire.RESOURCE_ORDER, act, 201),
        post(wire.COVERAGE, coverage),
    ]
