"""Amounts of money, data volumes and bandwidths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from nlu.entities.types import Entity
from nlu.text.numerals import NumberSpan, find_numbers, parse_number

#: 一两块, 三四十块: between the two.
_RANGE = re.compile(r"[一二两三四五六七八九]{2}(?:[块毛元兆]|个g|g|[十百千](?![一二三四五六七八九十百]))")
#: Largest amount and volume that is one, yuan and MB.
_MOST_YUAN, _MOST_MB = 1_000_000, 100_000_000
_PAY_BEFORE = re.compile(
    r"(?:充|冲|交|缴|存|续|付|打|转|加|预存)(?:个|上|了|进去?|到|值|费|入|满|它|我|话费|电话费|手机费|[ ,，:：]){0,3}$")
_CHARGE_BEFORE = re.compile(r"(?:扣|收|花|欠|退|补|赔|少|多出|多收|多扣|便宜|余额|话费|剩|只剩|还有)"
    r"(?:了|掉|去|走|我|俺|你|您|你们|他|是|差不多|将近|下|[ ,，:：]){0,3}$")
#: Speeds lines are sold with; 300兆 alone is one of them, for data is sold by the GB.
_LINE_SPEEDS = frozenset({50, 100, 200, 300, 500, 600, 800, 1000, 2000})
#: What stands behind a bare number that counts something else than money.
_OTHER_UNIT = re.compile(
    r"\s*(?:[点些下个次张笔回遍样起月年天日号条兆秒人户家台部路期位寸楼层栋单元室级档星折岁种分%#*a-z\d来多几]|半(?!钱)|积分|套餐|副卡|宽带|小时|钟|万|倍)")
_YUAN_WORDS = re.compile(r"\s*(?:蚊鸡?|圆|rmb|人民币|大洋)")
_WHOLE_ANSWER = re.compile(r"(?:那|就|我|要|来|先|给我|帮我|充|[ ,，]){0,4}(?P<n>[\d零一二三四五六七八九十百千两]+)"
    r"(?:的?话费|吧|的|好了|呗|就行|就够了|得了|[。.!！ ]){0,3}")
_FEE_AFTER = re.compile(
    r"\s*(?:一个月|每月|每个月|包月)?的?(?:那个|这个|那款|那种|那档)?(?:5g|五g)?(?:畅享|孝心|校园|青春|大流量|融合|家庭|亲子|副卡)?"
    r"(?:套餐|档|月租|套卡|的那个|那档|卡)")
_PIECE_AFTER = re.compile(
    r"\s*(?:儿|屏|电视|手?表|显示|硬盘|主?板|电池|布|地|蛋糕|玻璃|牌|砖|肉|芯片|内存|儿童|云|去|来|办|交|弄|取消|开|关|装|修|报|查|缴|用|走|过|给|都|打|退|看|住|算|吃|上班|出)")
_PRICE_BEFORE = re.compile(r"(?:[充冲交缴存付扣收花欠退补赔多少差涨省要值才就]|月租|话费|余额)(?:了|掉|我|俺|你|他|的|只|出|去|那|这)*$")
_GENERATION_OK_AFTER = re.compile(r"\s*的?(?:[日天周月年]包|流量包|加油包|的?包|流量(?:包|月包|日包)|不够|用完|用光|就没|就够)")
_GENERATION_OK_BEFORE = re.compile(
    r"(?:剩|剩余|还有|用掉|超了?|买|加|订|送|多|只有|才|赠|领|兑|总共|一共|共|够|差|来|只剩|每天|每月|充"
    r"|用了|跑了|偷跑|耗了?|换)(?:下|了|出|个|到|约|[ ]){0,2}$")
_NOT_VOLUME_AFTER = re.compile(r"\s*的?(?:内存|存储|手机|机身|版|硬盘|u盘|固态|网络|信号|基站|手?环|芯片|远|距离|长|宽$|高$|米)")
_LINE_WORDS = r"(?:宽带|带宽|光纤|光宽带|专线|网速|网络|网线|wifi|wi-fi|光猫|测速|测出?来?|下载速度|速度|速率|下行|上行)"
_BANDWIDTH_AFTER = re.compile(rf"\s*(?:的|那个|家庭|企业|光|商务)*(?:{_LINE_WORDS}|网(?!龄|址))")
_BANDWIDTH_BEFORE = re.compile(
    rf"(?:{_LINE_WORDS}|提速|升级|升|提|签约|签)(?:是|到|的|办|装|为|成|有|只|才|就|达|了|明明|应该|不到|没到|个|我|换|升|提|要|想|约|[ ,，]){{0,5}}$")
_PER_SECOND = re.compile(r"\s*(?:bps|b/s|b?p?s\b|/s|每秒)")
_HALF_G = re.compile(r"(?P<n>[\d零一二两三四五六七八九十百]+)个(?P<half>半)g(?:b)?(?![a-z])|(?<![\d一二两三四五六七八九十])半个?g(?:b)?(?![a-z])")


def find_quantities(text: str) -> Iterator[Entity]:
    """Amounts, data volumes, bandwidths of a flattened text."""
    halves = list(_half_volumes(text))
    yield from halves
    for span in find_numbers(text):
        if any(span.start < e.end and e.start < span.end for e in halves) or _is_about(text, span):
            continue
        if found := _volume(text, span) if span.unit in ("GB", "MB") else _amount(text, span):
            yield found


def _is_about(text: str, span: NumberSpan) -> bool:
    """几十块, 三四块, 一百块左右 is no figure to act on."""
    return (text[:span.start].endswith(("几", "数")) or bool(_RANGE.match(text, span.start))
            or (bool(span.unit) and text[span.end:span.end + 1] == "多"))


# ---------------------------------------------------------------------- money


def _amount(text: str, span: NumberSpan) -> Entity | None:
    if not 0 < span.value <= _MOST_YUAN:
        return None
    before, after, start, end = text[:span.start], text[span.end:], span.start, span.end
    said = text[start:end]
    if span.unit == "元":
        if _is_no_money(before, said, after, span):
            return None
        return Entity("amount", float(span.value), start - before.endswith(("¥", "￥")), end, "")
    if span.unit or (span.digits and said[0] == "0"):
        return None
    if before.endswith(("¥", "￥")):
        return Entity("amount", float(span.value), start - 1, end, "")
    if yuan := _YUAN_WORDS.match(after):
        return Entity("amount", float(span.value), start, end + yuan.end(), "")
    if span.digits and not said.isascii():
        return None
    whole = _WHOLE_ANSWER.fullmatch(text)
    answers = whole is not None and 10 <= span.value <= 1000 and span.value % 5 == 0
    paid = span.value >= 5 and len(said) >= 2 and (_PAY_BEFORE.search(before) or _CHARGE_BEFORE.search(before)) and not _OTHER_UNIT.match(after)
    of_credit = bool(re.match(r"\s*(?:的|块)?话费", after))
    if (answers or paid or of_credit) and 1 <= span.value <= 5000:
        return Entity("amount", float(span.value), start, end, "")
    return None


def _is_no_money(before: str, said: str, after: str, span: NumberSpan) -> bool:
    if _FEE_AFTER.match(after) and not _PAY_BEFORE.search(before):
        return True
    if "元" in said and re.match(r"[旦宵月素件器桥朝]", after):
        return True
    if "角" in said and re.match(r"[形度落色恋铁]", after):
        return True
    if re.search(r"[这那哪每整][一]?$", before) and said.endswith("块"):
        return True
    if said.endswith("块") and not said[0].isdigit() and span.value < 10 and after:
        if _PIECE_AFTER.match(after):
            return not (_PRICE_BEFORE.search(before) and not re.match(r"儿|屏|电视|手?表|板|地", after))
        if said == "一块" and re.match(r"[\u4e00-\u9fff]", after) and not _PRICE_BEFORE.search(before):
            return True
    return False


# ---------------------------------------------------------------------- data and speed


def _half_volumes(text: str) -> Iterator[Entity]:
    """一个半G, 半个G."""
    for match in _HALF_G.finditer(text):
        whole = parse_number(match["n"]) if match["n"] else Decimal(0)
        if whole is not None and whole < 10_000:
            yield Entity("data_volume", int((whole + Decimal("0.5")) * 1024), match.start(), match.end(), "")


def _volume(text: str, span: NumberSpan) -> Entity | None:
    start, end, value = span.start, span.end, span.value
    said = text[start:end]
    if said[-1] in "g个" and text[end:end + 1] == "b":
        end += 1
    if said.endswith("g") and text[end:end + 1] == "半":
        value, end = value + Decimal("0.5"), end + 1
    before, after = text[:start], text[end:]
    factor = 1024 if span.unit == "GB" else 1
    if not 0 < value * factor <= _MOST_MB:
        return None
    if speed := _PER_SECOND.match(after):
        return Entity("bandwidth", int(value * (1000 if span.unit == "GB" else 1)), start, end + speed.end(), "")
    if re.match(r"[a-z]", after) or re.search(r"[a-z]$", before):
        return None
    if _is_bandwidth(text, span, before, after):
        return Entity("bandwidth", int(value * (1000 if span.unit == "GB" else 1)), start, end, "")
    if _NOT_VOLUME_AFTER.match(after) or (span.unit == "GB" and _is_generation(said, before, after)):
        return None
    if said.endswith("m") and re.match(r"\s*(?:远|长|高|宽(?!带)|外|开外|以内|左右的距离)", after):
        return None
    return Entity("data_volume", int(value * factor), start, end, "")


def _is_bandwidth(text: str, span: NumberSpan, before: str, after: str) -> bool:
    if re.match(r"\s*的?(?:流量|包)", after) or re.search(r"流量.{0,4}$", before):
        return False
    if span.unit == "GB":
        return span.value <= 2 and bool(_BANDWIDTH_AFTER.match(after))
    said = text[span.start:span.end]
    if said[0] in "千百" or (span.value in (1000, 2000) and not re.search(r"剩|用了|用掉", before)):
        return True
    if _BANDWIDTH_AFTER.match(after) or _BANDWIDTH_BEFORE.search(before):
        return True
    if re.search(r"流量|手机|套餐外|语音|定向", text):
        return False
    if re.search(r"宽带|光纤|专线|提速|测速|测了|光猫|下载速度|网线", text):
        return True
    return span.value in _LINE_SPEEDS and not re.search(r"剩|[用超耗][了掉]|套餐|[日天周月]包|个?g", text)


def _is_generation(said: str, before: str, after: str) -> bool:
    """Whether 5G is the network and not five gigabytes."""
    if not re.fullmatch(r"[2-6二三四五六]\s?g", said):
        return False
    if re.match(r"\s*(?:手机|套餐|网|信号|很?慢|很?卡|卡|基站|畅享|消息|开关|号|功能|覆盖|的?(?:网|信号|套餐|手机))", after):
        return True
    return not (_GENERATION_OK_AFTER.match(after) or _GENERATION_OK_BEFORE.search(before))
