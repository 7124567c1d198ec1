"""What the customer is told about a ticket. Short, concrete sentences."""

from __future__ import annotations

import datetime as dt
from typing import Final

from service_desk.types import Appointment, Category, Kind, Period, Priority, Ticket, TicketState

PERIODS: Final = {
    Period.MORNING: ("上午", "9点到12点"),
    Period.AFTERNOON: ("下午", "2点到6点"),
    Period.EVENING: ("晚上", "6点到8点"),
}
KINDS: Final = {
    Kind.FAULT: "报障",
    Kind.COMPLAINT: "投诉",
    Kind.REQUEST: "代办",
    Kind.CONSULTATION: "咨询",
    Kind.CALLBACK: "回电",
    Kind.FOLLOWUP: "回访",
}
CATEGORIES: Final = {
    Category.BROADBAND: "宽带",
    Category.MOBILE: "手机",
    Category.IPTV: "电视",
    Category.LANDLINE: "固话",
    Category.LEASED_LINE: "专线",
    Category.NETWORK: "网络",
    Category.BILLING: "计费",
    Category.PLAN_DISPUTE: "套餐争议",
    Category.STAFF_ATTITUDE: "服务态度",
    Category.SPAM_CALL: "骚扰电话",
    Category.BUSINESS: "业务",
    Category.INSTALLATION: "装机",
    Category.OTHER: "其他",
}
STATES: Final = {
    TicketState.NEW: "待派单",
    TicketState.ACCEPTED: "已受理",
    TicketState.DISPATCHED: "已派单",
    TicketState.EN_ROUTE: "已出发",
    TicketState.ON_SITE: "已到场",
    TicketState.RESOLVED: "已解决",
    TicketState.CLOSED: "已办结",
    TicketState.SUSPENDED: "已挂起",
    TicketState.CANCELLED: "已撤销",
    TicketState.REOPENED: "重新办理",
}
PRIORITIES: Final = {Priority.URGENT: "特急", Priority.HIGH: "紧急", Priority.NORMAL: "普通"}
_WEEKDAYS: Final = "一二三四五六日"


def default_title(kind: Kind, category: Category) -> str:
    """宽带报障, 套餐争议投诉."""
    return f"{CATEGORIES[category]}{KINDS[kind]}"


def label(ticket: Ticket) -> str:
    """What the customer calls it: 宽带报障, whatever cause the title names for the staff."""
    if ticket.kind in (Kind.FAULT, Kind.COMPLAINT):
        return default_title(ticket.kind, ticket.category)
    return ticket.title


def day(date: dt.date, today: dt.date) -> str:
    """今天, 明天, 后天, 11月25日（周三）."""
    near = {0: "今天", 1: "明天", 2: "后天"}.get((date - today).days)
    return near or f"{date.month}月{date.day}日（周{_WEEKDAYS[date.weekday()]}）"


def clock_time(moment: dt.datetime) -> str:
    """9点, 14点30分."""
    return f"{moment.hour}点" + (f"{moment.minute}分" if moment.minute else "")


def moment(at: dt.datetime, now: dt.datetime) -> str:
    """明天18点, 11月25日（周三）9点30分."""
    return day(at.date(), now.date()) + clock_time(at)


def visit(appointment: Appointment, today: dt.date) -> str:
    """明天下午2点到6点."""
    part, hours = PERIODS[appointment.period]
    return day(appointment.date, today) + part + hours


def visit_fixed(appointment: Appointment) -> str:
    """11月24日下午2点到6点: for text messages, which may be read on another day."""
    part, hours = PERIODS[appointment.period]
    return f"{appointment.date.month}月{appointment.date.day}日{part}{hours}"


def due_fixed(at: dt.datetime) -> str:
    return f"{at.month}月{at.day}日{clock_time(at)}"


def progress(ticket: Ticket, now: dt.datetime) -> str:
    """Where the ticket stands: state in plain words, who comes when, when due."""
    head = f"您的{label(ticket)}工单{ticket.ticket_id}，"
    return head + _state_words(ticket, now) + "。"


def _state_words(t: Ticket, now: dt.datetime) -> str:
    due = f"，最晚{moment(t.due_at, now)}前处理好" if t.due_at and t.due_at > now else ""
    late = "，已经超过承诺时间，我们正在加急" if t.due_at and t.due_at <= now else ""
    today = now.date()
    if t.state is TicketState.NEW:
        return f"已经登记，正在安排人手，由{t.owner}负责" + (due or late)
    if t.state in (TicketState.ACCEPTED, TicketState.REOPENED):
        again = "已经重新受理" if t.state is TicketState.REOPENED else "已经受理"
        return f"{again}，{t.handler}正在处理" + (due or late)
    if t.state is TicketState.DISPATCHED:
        if t.appointment and t.appointment.date >= today:
            return f"已经派给{t.handler}，{visit(t.appointment, today)}上门" + late
        return f"已经派给{t.handler}" + (due or late)
    if t.state is TicketState.EN_ROUTE:
        return f"{t.handler}已经出发，正在去您那里" + late
    if t.state is TicketState.ON_SITE:
        return f"{t.handler}已经到现场，正在处理" + late
    if t.state is TicketState.SUSPENDED:
        return f"暂时挂起，等条件具备后由{t.handler}继续处理"
    if t.state is TicketState.CANCELLED:
        return "已经撤销"
    done = t.resolved_at or t.closed_at
    when = _past(done, now) if done else ""
    result = f"，处理结果：{t.resolution}" if t.resolution else ""
    return f"{when}已经处理好了{result}。如果还有问题，请告诉我"


def _past(at: dt.datetime, now: dt.datetime) -> str:
    near = {0: "今天", 1: "昨天", 2: "前天"}.get((now.date() - at.date()).days)
    return (near or f"{at.month}月{at.day}日") + clock_time(at)


def notice(ticket: Ticket, what: str, line: str) -> str:
    """The text message for one change; `what` is a key of `_NOTICES`."""
    return line + _NOTICES[what](ticket)


def _promise(t: Ticket) -> str:
    if t.appointment:
        return f"，{t.handler}将于{visit_fixed(t.appointment)}上门，请留人并保持电话畅通"
    return f"，由{t.handler}处理" + (f"，最晚{due_fixed(t.due_at)}前给您结果" if t.due_at else "")


_NOTICES: Final = {
    "created": lambda t: f"您的{label(t)}已登记，工单号{t.ticket_id}{_promise(t)}。",
    "dispatched": lambda t: f"工单{t.ticket_id}已派单{_promise(t)}。",
    "handler": lambda t: f"工单{t.ticket_id}改由{t.handler}处理，其他安排不变。",
    "visit": lambda t: f"工单{t.ticket_id}的上门时间改为{visit_fixed(t.appointment)}，{t.handler}上门。",
    "visit_off": lambda t: f"工单{t.ticket_id}的上门预约已取消，工单仍在处理。",
    "en_route": lambda t: f"工单{t.ticket_id}：{t.handler}已出发，请保持电话畅通。",
    "suspended": lambda t: f"工单{t.ticket_id}暂时挂起，条件具备后继续处理，到时通知您。",
    "resumed": lambda t: f"工单{t.ticket_id}已恢复处理{_promise(t)}。",
    "resolved": lambda t: (
        f"工单{t.ticket_id}已处理好。"
        + (f"处理结果：{t.resolution}。" if t.resolution else "")
        + "满意吗？回复1非常满意，2满意，3不满意。"
    ),
    "reopened": lambda t: f"工单{t.ticket_id}已重新办理{_promise(t)}。",
    "cancelled": lambda t: f"工单{t.ticket_id}已撤销。需要时随时联系我们重新登记。",
}
NOTICE_KINDS: Final = tuple(_NOTICES)
