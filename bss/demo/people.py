"""Messages, authorisations and identity of the demo operator."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.models import GrantRow, MessageRow, Subscriber
from bss.demo.world import World
from bss.errors import NotACustomer, NotEligible, TooManyAttempts
from common.errors import InvalidInput

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
PASSWORD_TRIES = 5
PASSWORD_LOCK = dt.timedelta(hours=1)


class DemoMessages:
    """`Messages`: kept in a table instead of being sent."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def send(self, phone: str, text: str, kind: t.MessageKind, idempotency_key: str) -> t.Message:
        def work(session: Session, _: Subscriber) -> t.Message:
            now = self._world.clock.now()
            message = t.Message(self._world.ids.new("MS"), phone, text, t.MessageKind(kind), now)
            session.add(
                MessageRow(message_id=message.message_id, phone=phone, text=text, kind=str(kind), at=now)
            )
            return message

        request = {"text": text, "kind": str(kind)}
        return await self._world.once("message", phone, idempotency_key, request, t.Message, work)

    async def sent(self, phone: str, limit: int = 50) -> list[t.Message]:
        """What was sent to a phone, newest first (demo only; not part of the port)."""
        query = select(MessageRow).where(MessageRow.phone == phone)
        query = query.order_by(MessageRow.id.desc()).limit(limit)
        return await self._world.store.read(
            lambda s: [
                t.Message(r.message_id, r.phone, r.text, t.MessageKind(r.kind), r.at)
                for r in s.scalars(query)
            ]
        )


class DemoDelegations:
    """`Delegation`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def granted_by(self, owner_phone: str) -> list[t.Grant]:
        return await self._world.look(
            owner_phone, lambda s, who: self._grants(s, GrantRow.owner_phone == who.phone)
        )

    async def granted_to(self, agent_phone: str) -> list[t.Grant]:
        return await self._world.look(
            agent_phone, lambda s, who: self._grants(s, GrantRow.agent_phone == who.phone)
        )

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
        wanted = sorted({t.Scope(s).value for s in scopes})
        if owner_phone == agent_phone or not wanted:
            raise InvalidInput("a grant has two phones and at least one scope")

        def work(session: Session, _: Subscriber) -> t.Grant:
            self._world.subscriber(session, agent_phone)
            for row in self._between(session, owner_phone, agent_phone):
                session.delete(row)
            session.add(
                GrantRow(
                    grant_id=self._world.ids.new("GR"), owner_phone=owner_phone, agent_phone=agent_phone,
                    relation_zh=relation_zh, scopes=wanted, since=self._world.clock.now(), until=until,
                )
            )  # fmt: skip
            session.flush()
            found = self._grants(session, GrantRow.owner_phone == owner_phone)
            return next(g for g in found if g.agent_phone == agent_phone)

        request = {"agent": agent_phone, "relation": relation_zh, "scopes": wanted, "until": until}
        return await self._world.once("grant", owner_phone, idempotency_key, request, t.Grant, work)

    async def revoke(self, owner_phone: str, agent_phone: str, idempotency_key: str) -> bool:
        def work(session: Session, _: Subscriber) -> bool:
            found = self._between(session, owner_phone, agent_phone)
            for row in found:
                session.delete(row)
            return bool(found)

        return await self._world.once(
            "revoke", owner_phone, idempotency_key, {"agent": agent_phone}, bool, work
        )

    def _between(self, session: Session, owner: str, agent: str) -> list[GrantRow]:
        query = select(GrantRow).where(GrantRow.owner_phone == owner, GrantRow.agent_phone == agent)
        return list(session.scalars(query))

    def _grants(self, session: Session, condition: object) -> list[t.Grant]:
        """Grants in force, oldest first, with the names of both."""
        live = or_(GrantRow.until.is_(None), GrantRow.until > self._world.clock.now())
        query = select(GrantRow).where(condition, live).order_by(GrantRow.since)  # type: ignore[arg-type]
        out: list[t.Grant] = []
        for row in session.scalars(query):
            owner = session.get_one(Subscriber, row.owner_phone)
            agent = session.get_one(Subscriber, row.agent_phone)
            scopes = tuple(t.Scope(s) for s in row.scopes)
            out.append(
                t.Grant(row.grant_id, owner.phone, owner.name, agent.phone, agent.name, row.relation_zh,
                        scopes, row.since, row.until)
            )  # fmt: skip
        return out


class DemoIdentity:
    """`PersonalIdentity`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def real_name(self, phone: str) -> t.RealName:
        def work(_: Session, who: Subscriber) -> t.RealName:
            if who.real_name_on is None:
                return t.RealName(False, "", None, "还没有实名登记，请带身份证到营业厅或在线补登记。")
            return t.RealName(True, who.id_card_masked, who.real_name_on)

        return await self._world.look(phone, work)

    async def verify_password(self, phone: str, password: str) -> bool:
        now = self._world.clock.now()

        def work(session: Session) -> bool | None:
            who = self._world.subscriber(session, phone, lock=True)
            if who.password_failed_at is not None and now - who.password_failed_at >= PASSWORD_LOCK:
                who.password_failures = 0
            if who.password_failures >= PASSWORD_TRIES:
                return None
            try:
                HASHER.verify(who.password_hash, password)
            except VerificationError:
                who.password_failures += 1
                who.password_failed_at = now
                return False
            who.password_failures, who.password_failed_at = 0, None
            return True

        verdict = await self._world.store.write(work)
        if verdict is None:
            raise TooManyAttempts
        return verdict

    async def reset_password(self, phone: str, new_password: str, idempotency_key: str) -> None:
        _check_password(phone, new_password)

        def work(_: Session, who: Subscriber) -> None:
            who.password_hash = HASHER.hash(new_password)
            who.password_failures, who.password_failed_at = 0, None

        # The digest of a request is no place for a password, so only the key tells repeats apart.
        await self._world.once("password", phone, idempotency_key, {}, None, work)


def _check_password(phone: str, password: str) -> None:
    if len(password) != 6 or not (password.isascii() and password.isdigit()):
        raise NotEligible("服务密码是6位数字，请重新设置。")
    steps = {int(b) - int(a) for a, b in itertools.pairwise(password)}
    if steps in ({0}, {1}, {-1}) or phone.endswith(password):
        raise NotEligible("这个密码太简单，请换一个，不要用相同、连续的数字或手机尾号。")
