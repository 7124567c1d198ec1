"""What a sentence about plans and packs asks for, and which plan or pack it names. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.framework.turn import Said
from actions.hearing import hears, named, positive
from bss.types import Offer
from nlu.text.numerals import find_numbers

_PACKS = ("流量包", "加油包", "语音包", "短信包", "上网包", "流量报", "llb")
_G = r"(\d+|[一两三五十]十?)个?(g(?!套|的?手机|计划|卡|的?套|的$)|机|鸡)"
_PACK = re.compile(
    rf"叠加|叠.{{0,3}}包|补个?包|买个?包|天的包|[日天周月季年]包|通话包|分钟包|定向|夜间流量|假日流量"
    rf"|(买|加|(?<![一二三四五六七八九十])来|搞|订|叠|整|续).{{0,6}}(流量|流里|分钟|{_G})|要(买|加|来|订|个)?{_G}"
    r"|(流量|分钟).{0,6}(不够|不购|快没|没了|冇得|用完|见底)|快没流量|个?g顶着",
    re.IGNORECASE,
)
_DROP = re.compile(
    r"(退|推定|取消|取销|停|去掉|撤|不要|不续|别续|莫要|唔要).{0,12}(包|苞|llb|变更|预约|更改)"
    r"|(包|苞|变更|预约).{0,12}(退|取消|停了|停掉|去了|去掉|不要|不药|唔要|勿要|撤)|包，.{0,24}取消掉|自动续订?.{0,4}(关|取消|停)"
)
_BACK = re.compile(r"[换改]回|恢复.{0,4}[老原]|后悔")
_UNDO = re.compile(r"变更|预约|更改|改套餐|换套餐|下个?月.{0,4}生效")
_PLAN = re.compile(r"换.{0,4}套餐|改.{0,4}套餐|套餐.{0,6}(换|改|变更|升|降)|换个套|月租|资费|档")
_CHEAPEST = re.compile(r"最(便宜|低|省|少|划算)")
_DOWN = re.compile(r"便宜|相因|平[啲点]|省|降|低|少[收交花点一]|太?贵|划不来|冤|减|小一?点|用不[了着完到]|改少|心疼|往下|砍|压一压")
_UP = re.compile(r"大一?[点些]|大点|多一?[点些]|更多|[升提]|往上|加大|不够|高一?[点档级]|调高|大流量|扛不住|无限")
_CONTRACT = re.compile(r"融合|宽带|家庭|大流量|无限")
#: How people call the groups of plans; the key is the start of their ids.
_GROUPS = {
    "plan.elder": ("孝心", "老年", "老人", "夕阳"), "plan.campus": ("校园", "学生"), "plan.youth": ("青春", "年轻"),
    "plan.bigdata": ("大流量卡", "大流量套餐"), "plan.family": ("融合", "家庭", "带宽带"),
    "plan.kids": ("亲子",), "plan.watch": ("手表",), "plan.sub": ("副卡",), "plan.5g": ("畅享",),
}  # fmt: skip
#: Cards for children and second cards come by name, never by fee.
_ONLY_BY_NAME = ("plan.sub", "plan.watch", "plan.kids")
_DIRECTED = {"视频": ("视频定向", "视频流量", "视频包"), "音乐": ("音乐定向", "音乐流量", "音乐包"),
             "游戏": ("游戏定向", "游戏流量", "游戏包"), "社交": ("社交定向", "社交流量", "聊天流量", "微信流量"),
             "夜间": ("夜间流量", "夜间包", "晚上用的"), "假日": ("假日流量", "假日包", "假期包")}  # fmt: skip
_TARGET = re.compile(r".*(?:[换改变降升转调]|恢复)(?:成|到|为|回)(?P<to>.{1,})")
_ROUGH = re.compile(r"[多来几]|钱?(以[内下]|左右|上下)|块?多|快钱的?行")
_ROUGH_BEFORE = re.compile(r"[几好两二三四五六七八九]$|[扣花交收费]了?我?$")
_FEE_AFTER = re.compile(r"(块钱?)?的?(那|套|个套|档|月租|的)|的|那")
_FEE_BEFORE = re.compile(r"([换改变降升转调]|挪)(成|到|为)?.{0,2}$|(办|要|弄|整|来)个?$")
_HABIT = re.compile(r"[每一]个?月|经常|天天|每天")
_DAY, _WEEK, _MONTH = re.compile(r"[日天]包|一天|今天|24小时"), re.compile(r"周包|[星礼].?期|礼拜|七天|7天|一周"), re.compile(r"月包|包月|当月|这个?月|一个月")


def goal_of(text: str) -> str | None:
    """`drop` (a pack or an ordered change), `addon`, `plan`; None where the sentence says none."""
    wanted = positive(text)
    if _DROP.search(wanted) or (_DROP.search(text) and wanted == text):
        return "drop"
    if hears(wanted, _PACKS) or _PACK.search(wanted):
        return "addon"
    if _PLAN.search(wanted):
        return "plan"
    return "drop" if _DROP.search(text) else None


def wants_pack(text: str) -> bool:
    """A pack by its name: clear enough to leave a question about plans."""
    return hears(positive(text), _PACKS)


def wants_other_plan(text: str) -> bool:
    """Another plan, said outright."""
    return bool(re.search(r"[换改]个?套餐", positive(text)))


def goes_back(text: str) -> bool:
    """The plan before is wanted again; where a change is ordered that means to take it back."""
    return bool(_BACK.search(text))


def undoes(text: str) -> bool:
    """A change already ordered is to be taken back."""
    return bool(_UNDO.search(text))


def direction_of(text: str) -> str | None:
    """`cheapest`, `down`, `up`; None for no wish or for both at once."""
    text = positive(text)
    if _CHEAPEST.search(text):
        return "cheapest"
    down, up = bool(_DOWN.search(text)), bool(_UP.search(text))
    return None if down == up else "down" if down else "up"


def allows_contract(text: str) -> bool:
    """Whether plans with a contract may be proposed."""
    return bool(_CONTRACT.search(text))


def habits(said: Said) -> tuple[int | None, int | None]:
    """MB and minutes somebody says they use in a month; None where they do not say."""
    if not _HABIT.search(said.text):
        return None, None
    minutes = [int(s.value) for s in find_numbers(re.sub(r"多(?=个?分钟)", "", said.text)) if s.unit == "分钟"]
    return (said.value("data_volume"), minutes[0] if minutes else None)


def fees_in(text: str, *, bare: bool = False) -> list[int]:
    """Monthly fees that are asked for, in fen. Rough figures (八十多, 三十以内) are none; `bare`: a number alone is one."""
    found: list[int] = []
    for span in find_numbers(text):
        after = text[span.end : span.end + 6]
        if span.unit not in ("元", "") or span.digits or not 5 <= span.value <= 600 or _ROUGH.match(after):
            continue
        if _ROUGH_BEFORE.search(text[: span.start]) or after.startswith(("个", "分钟", "兆")):
            continue
        if bare or _FEE_AFTER.match(after) or _FEE_BEFORE.search(text[: span.start]):
            found.append(int(span.value * 100))
    return found


def plans_named(said: Said, offers: Sequence[Offer], *, bare: bool = False) -> tuple[list[Offer], bool]:
    """Plans the sentence names by name or monthly fee, and whether it named a fee that no plan has."""
    wanted = positive(said.text)
    target = _TARGET.match(wanted)
    wanted = target["to"] if target else wanted
    by_id = {o.offer_id: o for o in offers}
    entities = [e for e in said.entities if e.get("entity") == "plan" and by_id.get(str(e.get("value")))]
    if kept := [e for e in entities if said.text[e.get("start") or 0 : e.get("end")] in wanted]:
        return [by_id[str(kept[-1]["value"])]], False
    groups = tuple(named(wanted, _GROUPS))
    in_group = [o for o in offers if groups and o.offer_id.startswith(groups)]
    if fees := fees_in(wanted, bare=bare or target is not None):
        at_fee = [o for o in offers if o.monthly_fee_fen == fees[-1] and not o.offer_id.startswith(_ONLY_BY_NAME)]
        narrowed = [o for o in at_fee if o in in_group] or at_fee
        return narrowed, not at_fee
    return in_group, False


def addons_named(said: Said, offers: Sequence[Offer]) -> tuple[list[Offer], bool]:
    """Packs that fit the sentence, and whether it gave a size, price or life that none has (then the nearest)."""
    text = positive(said.text)
    kind = "minutes" if re.search(r"分钟|语音|通话|打电话|语应", text) else "sms" if re.search(r"短信", text) else "data_mb"
    special = named(text, _DIRECTED)
    found = [o for o in offers if getattr(o, kind) and bool(special) == any(word in o.name for word in _DIRECTED)]
    if special:
        found = [o for o in found if any(word in o.name for word in special)]
    for life, pattern in ((1, _DAY), (7, _WEEK), (0, _MONTH)):
        if pattern.search(text) and any(o.days == life for o in found):
            found = [o for o in found if o.days == life]
            break
    size = (said.values("data_volume") or [None])[-1]
    minutes = next((int(s.value) for s in find_numbers(text) if s.unit == "分钟"), None) if kind == "minutes" else None
    priced = [e["value"] for e in said.entities if e.get("entity") == "amount"
              and re.search(r"[块元毛钱蚊]", said.text[e.get("start") or 0 : e.get("end")])]
    price = priced[-1] if priced else None
    if size or minutes:
        return _nearest(found, kind, int(size or minutes or 0))
    return _nearest(found, "price_fen", round(float(price) * 100)) if price else (found, False)


def _nearest(offers: list[Offer], field: str, wanted: int) -> tuple[list[Offer], bool]:
    exact = [o for o in offers if getattr(o, field) == wanted]
    return (exact, False) if exact else (sorted(offers, key=lambda o: abs(getattr(o, field) - wanted))[:3], True)
