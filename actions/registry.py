"""All actions of the house, made with their services."""

from __future__ import annotations

from collections.abc import Iterable

from actions.asked import Asked
from actions.balance import QueryBalance
from actions.bill import QueryBill
from actions.broadband_order import InstallBroadband
from actions.change_plan import ChangePlan
from actions.complaint import Complain
from actions.enterprise import Enterprise
from actions.family import Family
from actions.fault import ReportFault
from actions.framework.action import YidaAction
from actions.framework.services import Services
from actions.handoff import LeaveMessage, TransferHuman
from actions.knowledge import AnswerQuestion, Fallback, OutOfScope
from actions.lost import CancelLost, ReportLost
from actions.password import SetPassword
from actions.plan import QueryPlan
from actions.points import QueryPoints, RedeemPoints
from actions.porting import PortNumber
from actions.realname import VerifyIdentity
from actions.recharge import Recharge
from actions.repair import BookRepair
from actions.roaming import ManageRoaming
from actions.self_check.engine import Engine
from actions.self_check.loader import load_trees
from actions.survey import RateService
from actions.suspend import Resume, Suspend
from actions.talk import Affirm, Back, Cancel, Deny, Goodbye, Greet, Manner, Menu, Repeat, Thank, Wait
from actions.ticket import CancelTicket, QueryTicket, UrgeTicket
from actions.usage import QueryUsage
from actions.vas import ManageVas
from actions.verify import Verify
from knowledge_base.mining.recorder import Recorder

_PLAIN: tuple[type[YidaAction], ...] = (
    QueryBalance, Verify,
    QueryBill, QueryUsage, QueryPlan, QueryPoints,
    ChangePlan, Recharge, RedeemPoints, ManageVas, ManageRoaming,
    BookRepair, QueryTicket, UrgeTicket, CancelTicket, Complain, RateService, TransferHuman, LeaveMessage,
    Suspend, Resume, ReportLost, CancelLost, SetPassword, VerifyIdentity, PortNumber,
    InstallBroadband, Enterprise, Family,
    Greet, Goodbye, Thank, Affirm, Deny, Cancel, Back, Repeat, Wait, Menu, Manner,
)


def all_actions(services: Services, recorder: Recorder, engine: Engine | None = None) -> Iterable[YidaAction]:
    """One instance of every action, ready to be registered with the executor.

    `recorder` writes down what the knowledge base did. `engine` walks the self-check trees; None: the trees of
    the house.
    """
    asked = Asked(recorder)
    made: list[YidaAction] = [kind(services) for kind in _PLAIN]
    made += [kind(services, asked) for kind in (AnswerQuestion, Fallback, OutOfScope)]
    made.append(ReportFault(services, engine or Engine(load_trees())))
    for action in made:
        action.watch = asked.watch
    return made
