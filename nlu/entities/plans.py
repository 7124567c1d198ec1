"""Plans, by a name of `nlu/terms.yml`, by group and fee (畅享129), or by fee alone (129那个套餐)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from nlu.entities.terms import terms
from nlu.entities.types import Entity
from nlu.text.numerals import NumberSpan, find_numbers

#: Dearest plan one may mean by its fee, yuan.
_DEAREST = 600
_BETWEEN = r"(?:的|那个|这个|那款|那种|那档|一个月|每个?月|包月|5g|五g|套餐|档|[ ]){0,3}"
_AFTER_FEE = re.compile(
    rf"{_BETWEEN}(?P<tail>套餐|档位?|月租(?!费)|那一档|那档|这档)")
_CHANGE_BEFORE = re.compile(r"(?:[换改调转降升变]|恢复)(?:成|到|为|个|回|去|那个|这个|原来|至|[ ]){0,3}$")
_SPEED_BEFORE = re.compile(r"(?:提速|升速|网速).{0,3}$")
_NAME_BEFORE = re.compile(r"套餐(?:是|叫)?$")
_NOT_FEE_AFTER = re.compile(r"\s*(?:的?(?:话费|花费|流量|积分)|[兆gm话花块钱元天日号月年次张条分秒个人户台%\d]|积分|多|来块|几)")
_THAT_ONE = re.compile(r"(?:的)?那个(?![号电人手])")


@lru_cache(maxsize=1)
def _by_group() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Group then fee, and fee then group; the number itself is found by `find_numbers`."""
    names = terms().group_pattern
    return re.compile(rf"(?P<group>{names}){_BETWEEN}$"), re.compile(rf"{_BETWEEN}(?P<group>{names})(?:套餐)?")


def find_plans(text: str) -> Iterator[Entity]:
    """Plans of a flattened text; value None (as said) where a fee is no plan's, or a name means several."""
    for span in find_numbers(text):
        if span.unit in ("元", "") and 5 <= span.value <= _DEAREST and span.value == int(span.value):
            yield from _at_fee(text, span)
    for match in terms().plan_pattern.finditer(text):
        yield Entity("plan", terms().plans[match.group()], match.start(), match.end(), "")
    yield from _groups_alone(text)


def _at_fee(text: str, span: NumberSpan) -> Iterator[Entity]:
    before, after, fee = text[:span.start], text[span.end:], int(span.value)
    group_first, fee_first = _by_group()
    if named := group_first.search(before):
        tail = re.match(r"(?:的?套餐|的?档|的?那个套餐)?", after)
        assert tail is not None
        if plan := terms().plan(terms().groups[named["group"]], fee):
            yield Entity("plan", plan, named.start(), span.end + tail.end(), "")
            return
    if (named := fee_first.match(after)) and (plan := terms().plan(terms().groups[named["group"]], fee)):
        yield Entity("plan", plan, span.start, span.end + named.end(), "")
        return
    tail = _AFTER_FEE.match(after)
    if tail and not re.match(r"\s*(?:外|内|资费)", after[tail.end():]):
        yield Entity("plan", _one_at(fee, text), span.start, span.end + tail.end(), "")
    elif fee in terms().fees and (not span.digits or len(span.digits) <= 3):
        that = _THAT_ONE.match(after)
        if that and not re.search(r"[楼栋层]$", before):
            yield Entity("plan", _one_at(fee, text), span.start, span.end + that.end(), "")
        elif _names_a_plan(before, after):
            yield Entity("plan", _one_at(fee, text), span.start, span.end, "")


def _names_a_plan(before: str, after: str) -> bool:
    """套餐129, 换成129."""
    if _NAME_BEFORE.search(before) and re.match(r"$|[的,，.。?？!！吧呢吗]", after):
        return True
    return bool(_CHANGE_BEFORE.search(before)) and not _SPEED_BEFORE.search(before) and not _NOT_FEE_AFTER.match(after)


def _one_at(fee: int, text: str) -> str | None:
    """The plan at a fee: the only one, or that of the group the sentence speaks of; None where several may be meant."""
    plans = terms().fees.get(fee, ())
    if len(plans) == 1:
        return plans[0]
    for name, group in terms().groups.items():
        if name in text and (plan := terms().plan(group, fee)):
            return plan
    return None


def _groups_alone(text: str) -> Iterator[Entity]:
    """A group by its name: 孝心卡 is several plans, so the value is the name."""
    for match in re.finditer(terms().group_pattern, text):
        name = match.group()
        if not name.endswith(("卡", "套餐", "家庭融合")) or name == "副卡":
            continue
        yield Entity("plan", terms().only_plan(terms().groups[name]), match.start(), match.end(), "")
