"""An `Operator` whose systems are reached over HTTP."""

from __future__ import annotations

import aiohttp

from bss.http.client_money import HttpBalance, HttpBills, HttpCustomers, HttpLoyalty, HttpUsage
from bss.http.client_people import HttpDelegations, HttpIdentity, HttpMessages
from bss.http.client_products import HttpCatalog, HttpOrders, HttpProducts
from bss.http.client_service import HttpAddresses, HttpProblems, HttpRemote, HttpServiceTest
from bss.http.link import Link
from bss.ports import Operator


async def connect(base_url: str, key: str, *, timeout: float = 2.0, connections: int = 64) -> Operator:
    """The operator's systems at `base_url`, with Bearer `key`; `timeout` in seconds for each request.

    No request is made yet. Call `await operator.close()` at the end.
    """
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections))
    link = Link(session, base_url, key, timeout)
    return Operator(
        customers=HttpCustomers(link),
        balance=HttpBalance(link),
        bills=HttpBills(link),
        usage=HttpUsage(link),
        products=HttpProducts(link),
        catalog=HttpCatalog(link),
        orders=HttpOrders(link),
        loyalty=HttpLoyalty(link),
        line_test=HttpServiceTest(link),
        problems=HttpProblems(link),
        remote=HttpRemote(link),
        addresses=HttpAddresses(link),
        messages=HttpMessages(link),
        delegations=HttpDelegations(link),
        identity=HttpIdentity(link),
        close=link.close,
    )
