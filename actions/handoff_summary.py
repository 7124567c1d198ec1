"""What a person is told before they say hello: who, what they want, what was done, and which skill it takes."""

from __future__ import annotations

from actions.framework import stack
from actions.framework.turn import Turn
from actions.hearing import hears
from bss.types import Customer, Segment

#: Task -> what it is called, and who is best at it.
_TASKS: dict[str, tuple[str, str]] = {
    "verify_form": ("身份验证", "general"), "change_plan_form": ("换套餐", "business"), "recharge_form": ("充值", "billing"),
    "redeem_points_form": ("积分兑换", "business"), "fault_form": ("故障自查", "general"),
    "book_repair_form": ("约上门", "broadband_expert"), "cancel_ticket_form": ("撤销工单", "general"),
    "complain_form": ("投诉", "general"), "suspend_form": ("停机保号", "business"), "resume_form": ("复机", "business"),
    "report_lost_form": ("挂失补卡", "business"), "cancel_lost_form": ("解挂", "business"),
    "roaming_form": ("国际漫游", "business"), "vas_form": ("增值业务", "business"), "password_form": ("服务密码", "business"),
    "install_broadband_form": ("宽带装移机", "broadband_expert"), "enterprise_form": ("政企业务", "enterprise"),
    "family_form": ("家人代办", "business"),
}  # fmt: skip
_SUBJECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("enterprise", ("专线", "公司", "单位", "集团")), ("iptv_expert", ("电视", "机顶盒")),
    ("broadband_expert", ("宽带", "光猫", "路由", "网速", "wifi")), ("mobile_expert", ("信号", "打不通", "流量慢")),
    ("billing", ("话费", "账单", "扣费", "充值", "欠费")), ("business", ("套餐", "密码", "挂失", "停机", "漫游")),
)  # fmt: skip
_ASKS_PERSON = ("人工", "客服", "真人", "转接")
_RECENT = 6


def skill_for(turn: Turn, customer: Customer | None) -> str:
    """Who should answer: as the task asked, an enterprise's desk, the task in hand, else by what was talked of."""
    if asked := turn.slots.get("handoff_skill"):
        return str(asked)
    if customer is not None and customer.segment == Segment.ENTERPRISE:
        return "enterprise"
    said = "，".join(text for who, text, _ in turn.transcript if who == "customer")
    subject = next((skill for skill, words in _SUBJECTS if hears(said, [w for w in words if w in said])), "")
    task = stack.top(turn.slots)
    if task is not None and _TASKS.get(task.name, ("", "general"))[1] != "general":
        return _TASKS[task.name][1]
    return subject or "general"


def summary(turn: Turn, customer: Customer | None) -> str:
    """One paragraph for the agent's page."""
    parts = [f"客户：{customer.name}，身份已核实" + ("，长者" if customer.elder else "") if customer else "客户：身份未核实"]
    if customer is not None and customer.company:
        parts.append(f"单位：{customer.company}，客户经理{customer.account_manager or '未登记'}")
    if turn.slots.get("subject_phone"):
        parts.append("正在替家人办理")
    wishes = [text for who, text, _ in turn.transcript if who == "customer" and not any(w in text for w in _ASKS_PERSON)]
    if wishes:
        parts.append("客户说过：" + " / ".join(w[:60] for w in wishes[-_RECENT:]))
    if reason := turn.slots.get("handoff_reason"):
        parts.append(f"转人工原因：{reason}")
    for task in reversed(stack.load(turn.slots)):
        name = _TASKS.get(task.name, (task.name, ""))[0]
        parts.append(f"正在办：{name}，" + ("已核对，等客户确认" if task.asked == "_confirm" else "还没办完"))
    if trail := turn.slots.get("handoff_trail"):
        parts.append("已查过：" + "；".join(str(line) for line in trail))
    return "\n".join(parts)
