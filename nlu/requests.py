"""Several requests in one breath: 查下话费，再看看流量. Each is served, in the order in which it was said.

Stories name many things of which one is wanted, so a text is divided only where a word says that another request
follows, and only where each part by itself is clearly a request of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Texts to (intent, probability), the likeliest first.
Rank = Callable[[Sequence[str]], list[list[tuple[str, float]]]]

_MARKS = "，,。.；;！!？?、\\s"
_NEXT = re.compile(
    rf"[{_MARKS}]*(?:然后(?!呢)|还有(?:个事|件事|一个事|一件事|就是)?(?!多少|好多|好几|几|没|吗|剩|钱|流量没)|另外|顺便|顺带|捎带|同时|接着|完了(?:以后|之后)?|对了"
    rf"|(?<=[{_MARKS}])再(?!说|见|也|往前|等|不|次|一次|三|来|这样|没)|(?<=[{_MARKS}])(?:也|还(?:想|要|得))(?=帮|给|把|查|看|问|办|开|取消|退|充|换)"
    rf"|第[二三](?:个|件|件事|个事|呢)?(?:就?是)?)[{_MARKS}]*"
)
_FIRST = re.compile(rf"^(?:首先|先|第一(?:个|件|件事)?(?:就?是)?|一个是|两件事|两个事|有两件事)[{_MARKS}：:]*")
_TOPIC = r"(?:话费|余额|流量|账单|积分|套餐|通话时长|分钟数|通话|短信|工单|欠费|漫游|彩铃|增值业务)"
_BOTH = re.compile(
    rf"^(?P<verb>.{{0,8}}?(?:查|看|报|问|告诉我|说)(?:一下|下|询|看|看看)?(?:我的?|俺的?|这个月的?)?)?(?P<a>{_TOPIC})"
    rf"(?:和|跟|还有|以及|与|、|,|，)(?P<b>{_TOPIC}.{{0,10}})$"
)
#: What can be served after something else.
_ALONE = frozenset({"affirm", "deny", "cancel", "back", "repeat", "wait", "menu", "greet", "goodbye", "thank",
                    "speak_slower", "speak_normal", "speak_louder", "use_dialect", "elder_mode", "rate_service",
                    "out_of_scope", "nlu_fallback"})  # fmt: skip
_FAULTS = frozenset({"report_broadband_fault", "report_mobile_fault", "report_iptv_fault", "enterprise_service"})
#: Said together these are one matter: the fault and the visit, the wait and the anger about it.
_ONE_MATTER = (
    _FAULTS | {"book_repair", "urge_ticket", "query_ticket", "complain", "transfer_human"},
    frozenset({"urge_ticket", "query_ticket", "complain", "transfer_human", "book_repair"}),
    frozenset({"report_lost", "suspend_service", "resume_service", "cancel_lost"}),
    frozenset({"query_bill", "complain"}),
    frozenset({"query_balance", "query_bill"}),
    frozenset({"change_plan", "query_plan"}),
    frozenset({"recharge", "resume_service"}),
)
SURE = 0.6
MOST = 3
#: Longer parts are stories.
_LONGEST_PART = 45


@dataclass(frozen=True)
class Request:
    """One of several: `text` is its part of what was said."""

    text: str
    intent: str
    confidence: float


def parts(text: str) -> list[str]:
    """Where the words say that another request follows; one part where nothing says so."""
    bare = _FIRST.sub("", text.strip(" ，,。.!！?？"))
    if both := _BOTH.match(bare):
        verb = both["verb"] or "查"
        return [verb + both["a"], verb + both["b"]]
    return [part.strip(" ，,。.;；、") for part in _NEXT.split(bare) if len(part.strip(" ，,。.;；、")) >= 2]


def several(text: str, rank: Rank) -> list[Request]:
    """The requests in `text`, two at least and `MOST` at most; an empty list where it is one."""
    found = parts(text)
    if not 2 <= len(found) <= MOST or any(len(part) > _LONGEST_PART for part in found):
        return []
    requests = [Request(part, *ranked[0]) for part, ranked in zip(found, rank(found), strict=True)]
    names = [request.intent for request in requests]
    if any(request.confidence < SURE or request.intent in _ALONE for request in requests):
        return []
    if len(set(names)) < len(names) or any(set(names) <= matter for matter in _ONE_MATTER):
        return []
    return requests
