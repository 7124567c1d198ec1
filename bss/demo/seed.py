"""Puts the demo operator's database into its first state, relative to the clock."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bss import types as t
from bss.demo.crowd import crowd
from bss.demo.history import add_person
from bss.demo.models import Base, GrantRow, OutageRow
from bss.demo.people import HASHER
from bss.demo.six import CHEN_CHEN, LI_XIUYING, OUTAGE_AREA, PASSWORD, six
from bss.demo.world import World


def seed(session: Session, world: World, generated: int) -> None:
    """Empty every table, then add the six, `generated` others, the outage and the authorisation."""
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    password_hash = HASHER.hash(PASSWORD)
    for person in six():
        add_person(session, world, person, password_hash)
    for person in crowd(generated, world.catalogue):
        add_person(session, world, person, password_hash)
    now = world.clock.now()
    session.add(
        OutageRow(
            outage_id="WT20260001", area=OUTAGE_AREA, services=["broadband", "iptv"],
            cause_zh="小区附近施工挖断了光缆", since=now - dt.timedelta(minutes=50),
            expected_back=now + dt.timedelta(hours=2),
        )
    )  # fmt: skip
    session.add(
        GrantRow(
            grant_id="GR20260001", owner_phone=LI_XIUYING, agent_phone=CHEN_CHEN, relation_zh="母亲",
            scopes=[t.Scope.FAULT.value, t.Scope.QUERY.value], since=now - dt.timedelta(days=100), until=None,
        )
    )  # fmt: skip
