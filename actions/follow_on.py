"""What only means something after what went before: 那上个月呢, 那流量呢, 那我妈的呢, 刚才那个工单."""

from __future__ import annotations

import re

from actions.framework.requests import SERVED
from actions.framework.turn import Said, Turn
from actions.menu import TITLES
from nlu.standard.form import standard

#: Longer messages speak for themselves.
_LONGEST = 16
_AND = re.compile(
    r"^[\s,，]*(?:那么?|还有|哦|嗯|再|也|然后|唔)*[\s,，]*(?P<what>.+?)"
    r"(?P<ask>的?(?:呢|怎么样|咋样|怎样|如何|也查下|也看看|也查一下))?[\s?？。.!！啊呀]*$"
)
#: Topic -> intent, for a topic that is all that was said.
_TOPICS: dict[str, str] = {
    "流量": "query_usage", "通话": "query_usage", "分钟数": "query_usage", "通话时长": "query_usage", "短信": "query_usage",
    "话费": "query_balance", "余额": "query_balance", "欠费": "query_balance", "账单": "query_bill", "月账单": "query_bill",
    "积分": "query_points", "套餐": "query_plan", "合约": "query_plan", "工单": "query_ticket", "报修": "query_ticket",
    "报修单": "query_ticket",
}  # fmt: skip
#: What may be asked again for another month, and for another person.
_MONTHLY = frozenset({"query_bill", "query_usage"})
_PERSONAL = frozenset({"query_balance", "query_bill", "query_usage", "query_plan", "query_points"})
_OF_MONTH = re.compile(r"^(?:我?的|份|那个?|那张|账单|月)*$")
#: One month further back than the last answer.
_MONTH_BEFORE = re.compile(
    r"[\s,，]*(?:那么?|嗯|哦|行|好的?|中|要得|可以)?[\s,，]*(?:那)?(?:再(?:往前|上|前)|往前|前)(?:再)?(?:推|翻|数)?(?:一?个?月|一月)?(?:的|份)?(?:账单)?[呢嘞咧啊呀的]*[\s?？。]*"
)
#: Asked after a top-up: 那现在能打了吗.
_WORKS_AGAIN = re.compile(r"(?:能|可以)(?:打|用|接|上网|发)|开机了|恢复了?|复机了?|通了")
_THAT_TICKET = re.compile(r"(?:刚才|上面|之前|前面|就|那|这)?(?:那|这)?个?(?:工单|单子|报修单|报修)")


def follow_on(turn: Turn) -> tuple[str, Said] | None:
    """The action meant and what to hand it, where the message is a rest that leans on the last answer; else None."""
    context = turn.slots.get("context") or {}
    last = str(context.get("intent") or "")
    text = standard(turn.text).text
    if last == "query_bill" and _MONTH_BEFORE.fullmatch(text):
        return _served("query_bill", turn.text, turn)
    if last == "recharge" and len(text) <= _LONGEST and _WORKS_AGAIN.search(text):
        return _served("resume_service", turn.text, turn)
    match = _AND.match(text)
    if not last or match is None or len(text) > _LONGEST:
        return None
    what = match["what"].strip(" ,，")
    if (turn.said.value("month") or "") and last in _MONTHLY and _OF_MONTH.match(_without(turn, "month", what)):
        return _served("query_bill" if last == "query_usage" else last, turn.text, turn)
    topic = re.sub(r"^(?:我?自己的?|我?的|我|查|看|这个月的?)+|(?:还剩|还有)?(?:多少|几多)?$", "", what)
    if topic in _TOPICS:
        return _served(_TOPICS[topic], turn.text, turn)
    if (turn.said.value("relation") or "") and last in _PERSONAL and len(_without(turn, "relation", what).strip("的那")) <= 1:
        return _served("family_agent", f"帮{turn.said.value('relation')}{TITLES[last]}", turn)
    if context.get("ticket_id") and _THAT_TICKET.fullmatch(what):
        return _served("query_ticket", turn.text, turn)
    return None


def _served(intent: str, text: str, turn: Turn) -> tuple[str, Said]:
    return SERVED[intent], Said(text, intent, 1.0, turn.said.entities)


def _without(turn: Turn, entity: str, what: str) -> str:
    for found in turn.said.entities:
        if found.get("entity") == entity:
            what = what.replace(turn.text[found.get("start") or 0 : found.get("end")].lower(), "")
    return what
