"""Messages, authorisations and identity over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from bss import types as t
from bss.errors import NotACustomer
from bss.http import shapes, wire
from bss.http.link import Link


class HttpMessages:
    """`Messages` over TMF681."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def send(self, phone: str, text: str, kind: t.MessageKind, idempotency_key: str) -> t.Message:
        body = {"content": text, "messageType": str(kind)}
        return await self._link.post(
            wire.MESSAGE, shapes.MESSAGE.load, body, phone=phone, key=idempotency_key
        )


class HttpDelegations:
    """`Delegation` over TMF672."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def granted_by(self, owner_phone: str) -> list[t.Grant]:
        return await self._list(owner_phone, "granter")

    async def granted_to(self, agent_phone: str) -> list[t.Grant]:
        return await self._list(agent_phone, "user")

    async def allowed(self, agent_phone: str, owner_phone: str, scope: t.Scope) -> bool:
        if agent_phone == owner_phone:
            return True
        try:
            grants = await self.granted_to(agent_phone)
        except NotACustomer:
            return False
        return any(g.owner_phone == owner_phone and scope in g.scopes for g in grants)

    async def grant(
        self, owner_phone: str, agent_phone: str, relation_zh: str, scopes: Sequence[t.Scope],
        idempotency_key: str, until: dt.datetime | None = None,
    ) -> t.Grant:  # fmt: skip
        body: dict[str, Any] = {
            "user": {"id": agent_phone}, "relation": relation_zh, "privilege": [str(s) for s in scopes],
        }  # fmt: skip
        if until is not None:
            body["validFor"] = {"endDateTime": shapes.MOMENT.dump(until)}
        return await self._link.post(
            wire.PERMISSION, shapes.GRANT.load, body, phone=owner_phone, key=idempotency_key
        )

    async def revoke(self, owner_phone: str, agent_phone: str, idempotency_key: str) -> bool:
        return await self._link.post(
            f"{wire.PERMISSION}/revoke", lambda data: bool(shapes.FLAG.load(data["revoked"])),
            {"user": {"id": agent_phone}}, phone=owner_phone, key=idempotency_key,
        )  # fmt: skip

    async def _list(self, phone: str, role: str) -> list[t.Grant]:
        return await self._link.get(
            wire.PERMISSION, shapes.GRANT.load_all, phone=phone, params={"role": role}
        )


class HttpIdentity:
    """`PersonalIdentity` over TMF720."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def real_name(self, phone: str) -> t.RealName:
        return await self._link.get(wire.IDENTITY, shapes.REAL_NAME.load, phone=phone)

    async def verify_password(self, phone: str, password: str) -> bool:
        return await self._link.post(
            wire.CREDENTIAL_CHECK, lambda data: bool(shapes.FLAG.load(data["valid"])),
            {"password": password}, phone=phone,
        )  # fmt: skip

    async def reset_password(self, phone: str, new_password: str, idempotency_key: str) -> None:
        await self._link.post(
            wire.CREDENTIAL, lambda data: shapes.FLAG.load(data["changed"]), {"password": new_password},
            phone=phone, key=idempotency_key,
        )  # fmt: skip
