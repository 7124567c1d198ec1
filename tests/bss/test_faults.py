"""Slow, failing, absent and garbled systems give the error tree, and writes are safe to repeat."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bss import types as t
from bss.demo import DemoOperator
from bss.errors import AccessRefused, BadAnswer, BssError, SystemTimeout, SystemUnavailable
from bss.http.client import connect
from bss.http.server import create_app
from bss.ports import Operator
from common.clock import FakeClock
from tests.bss.conftest import KEY

ZHANG = "13800000001"
ASK: dict[str, Callable[[Operator], Awaitable[Any]]] = {
    "customers": lambda o: o.customers.find(ZHANG),
    "balance": lambda o: o.balance.balance(ZHANG),
    "bills": lambda o: o.bills.bills(ZHANG),
    "usage": lambda o: o.usage.usage(ZHANG),
    "products": lambda o: o.products.current_plan(ZHANG),
    "catalog": lambda o: o.catalog.offer("plan.5g129"),
    "orders": lambda o: o.orders.orders(ZHANG),
    "loyalty": lambda o: o.loyalty.points(ZHANG),
    "line_test": lambda o: o.line_test.run(ZHANG, t.Check.OPTICAL),
    "problems": lambda o: o.problems.outage(ZHANG),
    "remote": lambda o: o.remote.reset_port(ZHANG, "k"),
    "addresses": lambda o: o.addresses.coverage("翠湖新村"),
    "messages": lambda o: o.messages.send(ZHANG, "你好", t.MessageKind.NOTICE, "k"),
    "delegations": lambda o: o.delegations.granted_to(ZHANG),
    "identity": lambda o: o.identity.real_name(ZHANG),
}


def test_every_port_is_asked() -> None:
    assert set(ASK) == set(Operator.port_names())


@pytest.mark.parametrize("port", ASK)
async def test_a_broken_port_says_so_and_the_others_go_on(
    demo: DemoOperator, operator: Operator, port: str
) -> None:
    other = "usage" if port != "usage" else "bills"
    for breaking, error in (
        (demo.faults.fail, SystemUnavailable),
        (demo.faults.remove, SystemUnavailable),
        (demo.faults.garble, BadAnswer),
    ):
        breaking(port)
        with pytest.raises(error) as caught:
            await ASK[port](operator)
        assert "先给您记下" in caught.value.message_zh
        await ASK[other](operator)
    demo.faults.clear()
    await ASK[port](operator)


@pytest.mark.parametrize("port", ASK)
async def test_a_slow_port_times_out_directly(clock: FakeClock, port: str) -> None:
    demo = DemoOperator("sqlite://", clock=clock, generated=0, timeout=0.05)
    await demo.start()
    demo.faults.slow(port, 30)
    with pytest.raises(SystemTimeout):
        await ASK[port](demo.operator)
    await demo.close()


async def test_a_slow_port_times_out_over_http(demo: DemoOperator) -> None:
    async with TestServer(create_app(demo.operator, KEY)) as server:
        operator = await connect(str(server.make_url("/")), KEY, timeout=0.1)
        for port in ("balance", "line_test", "messages"):
            demo.faults.slow(port, 1)
            with pytest.raises(SystemTimeout) as caught:
                await ASK[port](operator)
            assert "现在查不到" in caught.value.message_zh
        await operator.close()


async def test_a_server_that_times_out_itself_is_a_timeout_too(clock: FakeClock) -> None:
    demo = DemoOperator("sqlite://", clock=clock, generated=0, timeout=0.05)
    await demo.start()
    demo.faults.slow("balance", 30)
    async with TestServer(create_app(demo.operator, KEY)) as server:
        operator = await connect(str(server.make_url("/")), KEY)
        with pytest.raises(SystemTimeout):
            await operator.balance.balance(ZHANG)
        await operator.close()
    await demo.close()


async def test_a_payment_that_timed_out_is_made_once_when_repeated(clock: FakeClock) -> None:
    demo = DemoOperator("sqlite://", clock=clock, generated=0, timeout=0.2)
    await demo.start()
    demo.faults.slow("balance", 30)
    with pytest.raises(SystemTimeout):
        await demo.operator.balance.top_up(ZHANG, 1000, "k")
    demo.faults.clear()
    await demo.operator.balance.top_up(ZHANG, 1000, "k")
    assert (await demo.operator.balance.balance(ZHANG)).balance_fen == 4580
    await demo.close()


async def test_nobody_listening_is_unavailable(unused_tcp_port: int) -> None:
    operator = await connect(f"http://127.0.0.1:{unused_tcp_port}", KEY)
    with pytest.raises(SystemUnavailable):
        await operator.balance.balance(ZHANG)
    await operator.close()


async def test_a_connection_that_is_cut_is_unavailable() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    operator = await connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", KEY)
    with pytest.raises(SystemUnavailable):
        await operator.balance.balance(ZHANG)
    await operator.close()
    server.close()


async def test_a_wrong_key_is_refused(demo: DemoOperator) -> None:
    async with TestServer(create_app(demo.operator, KEY)) as server:
        operator = await connect(str(server.make_url("/")), "wrong")
        for ask in ASK.values():
            with pytest.raises(AccessRefused):
                await ask(operator)
        await operator.close()


async def test_every_error_has_a_code_of_its_own_and_a_chinese_sentence() -> None:
    def tree(kind: type[BssError]) -> list[type[BssError]]:
        return [kind, *(x for child in kind.__subclasses__() for x in tree(child))]

    kinds = tree(BssError)
    assert len({k.code for k in kinds}) == len(kinds)
    assert all(k().message_zh.endswith("。") for k in kinds)


def test_a_port_that_does_not_exist_cannot_be_broken(demo: DemoOperator) -> None:
    with pytest.raises(ValueError, match="no such port"):
        demo.faults.fail("weather")
