"""What can go wrong at the service desk.

DeskError
├── TicketNotFound            no such ticket, or it belongs to somebody else
├── IllegalMove               the state machine does not allow it; nothing was changed
│   ├── TicketNotOpen         already resolved, closed or cancelled
│   ├── SuspensionNotApproved a suspension must be asked for and approved by another person first
│   └── OpenChildren          follow-ups or sub-orders are not done yet
├── VisitError
│   ├── SlotFull              nobody left in that period; `slots` lists free ones
│   ├── SlotPast              the period has begun or lies too far ahead
│   ├── NoVisit               the ticket has no visit to change or cancel
│   └── VisitUnderWay         the repairer is on the way or there
├── NotAllowed                this person may not do this
├── BadScore                  a score is 1, 2 or 3
└── NotInQueue                the place in the queue is gone, or was taken by another agent
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from common.errors import YidaError

if TYPE_CHECKING:
    from service_desk.types import Slot


class DeskError(YidaError):
    """Base of the tree."""

    code = "desk"
    message_zh = "工单系统暂时处理不了，请稍后再试。"


class TicketNotFound(DeskError):
    """No such ticket, or it belongs to somebody else."""

    code = "ticket_not_found"
    message_zh = "没有查到这张工单，请核对一下工单号。"


class IllegalMove(DeskError):
    """The state machine does not allow it; nothing was changed."""

    code = "illegal_move"
    message_zh = "这张工单现在不能这样操作。"


class TicketNotOpen(IllegalMove):
    """Already resolved, closed or cancelled."""

    code = "ticket_not_open"
    message_zh = "这张工单已经办结了。如果问题还在，我可以给您重新登记。"


class SuspensionNotApproved(IllegalMove):
    """A suspension must be asked for and approved by another person first."""

    code = "suspension_not_approved"
    message_zh = "挂起要先提出申请，由另一位主管审核通过。"


class OpenChildren(IllegalMove):
    """Follow-ups or sub-orders are not done yet."""

    code = "open_children"
    message_zh = "还有回访或协同任务没有办完，这张工单不能归档。"


class VisitError(DeskError):
    """Base of what can go wrong with repair visits."""

    code = "visit"
    message_zh = "上门预约没有成功，请换个时间。"


class SlotFull(VisitError):
    """Nobody left in that period. `slots` lists free ones, soonest first."""

    code = "slot_full"
    message_zh = "这个时间约满了，请换个时间。"

    def __init__(self, slots: Sequence[Slot] = ()) -> None:
        super().__init__()
        self.slots = tuple(slots)


class SlotPast(VisitError):
    """The period has begun or lies too far ahead."""

    code = "slot_past"
    message_zh = "这个时间约不了，请选今天稍后到七天之内的时间。"


class NoVisit(VisitError):
    """The ticket has no visit to change or cancel."""

    code = "no_visit"
    message_zh = "这张工单还没有预约上门。"


class VisitUnderWay(VisitError):
    """The repairer is on the way or there."""

    code = "visit_under_way"
    message_zh = "师傅已经出发了，改时间请直接和师傅商量，或者转人工。"


class NotAllowed(DeskError):
    """This person may not do this."""

    code = "not_allowed"
    message_zh = "您没有这项操作的权限。"


class BadScore(DeskError):
    """A score is 1, 2 or 3."""

    code = "bad_score"
    message_zh = "请回复1、2或3：1非常满意，2满意，3不满意。"


class NotInQueue(DeskError):
    """The place in the queue is gone, or was taken by another agent."""

    code = "not_in_queue"
    message_zh = "这位客户已经不在排队，或者已由其他同事接待。"
