"""All actions of the house, made with their services."""

from __future__ import annotations

from collections.abc import Iterable

from actions.balance import QueryBalance
from actions.fault import ReportFault
from actions.framework.action import YidaAction
from actions.framework.services import Services
from actions.knowledge import AnswerQuestion, Fallback, OutOfScope
from actions.self_check.engine import Engine
from actions.self_check.loader import load_trees
from actions.talk import Affirm, Back, Cancel, Deny, Goodbye, Greet, Manner, Menu, Repeat, Thank, Wait
from actions.verify import Verify
from knowledge_base.misses import Misses

_PLAIN: tuple[type[YidaAction], ...] = (
    QueryBalance, Verify,
    Greet, Goodbye, Thank, Affirm, Deny, Cancel, Back, Repeat, Wait, Menu, Manner,
)


def all_actions(services: Services, misses: Misses) -> Iterable[YidaAction]:
    """One instance of every action, ready to be registered with the executor."""
    yield from (kind(services) for kind in _PLAIN)
    yield from (kind(services, misses) for kind in (AnswerQuestion, Fallback, OutOfScope))
    yield ReportFault(services, Engine(load_trees()))
