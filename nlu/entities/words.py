"""Plans, addresses and relatives, from word lists in `nlu/terms.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from nlu.entities.types import Entity

_TERMS = Path(__file__).resolve().parent.parent / "terms.yml"
_PLAN_BY_FEE = re.compile(r"(?<![\d.])(?P<fee>\d{1,3})(?:元|块钱?)?的?(?:那个)?(?:5g|5G)?(?:套餐|档|档位|月租|畅享)")
_AREA = r"[\u4e00-\u9fff]{1,8}"
_PLACE = re.compile(
    rf"(?:[\u4e00-\u9fff]{{2,8}}?(?:省|市|自治区))?(?:[\u4e00-\u9fff]{{1,6}}?(?:区|县|镇|乡|街道))?"
    rf"(?:{_AREA}?(?:路|大街|街|大道|胡同|巷|弄|里|村|屯|庄|社区|小区|花园|家园|公寓|新村|苑|新城|大厦|广场|城))"
    rf"(?:[东西南北中]?[\d一二三四五六七八九十百零]+(?:号院|号楼|号|弄|栋|幢|座|楼|层|单元|室|户|组|队|期))*"
    rf"(?:[\d一二三四五六七八九十百零A-Za-z\-]{{1,6}}(?:室|号|单元|栋|幢|座|户)?)?"
)
_NUMBERED = re.compile(r"[\d一二三四五六七八九十]+(?:号|栋|幢|座|楼|层|单元|室|弄)")
_NOT_A_PLACE = re.compile(r"网路|线路|电路|通路|思路|走路|马路上|路由|这里|那里|哪里|家里|屋里|手里|心里|卡里|机里|夜里|店里|村里|城里人?$|账户里")
_LEAD = re.compile(r"^(?:我家住?在?|我们?|住在?|家在|地址[是在:：]?|就?在|是|到|去|搬到|从|来|的)+")


@dataclass(frozen=True)
class Terms:
    """Domain words: plan aliases (longest first) to catalogue ids, relatives to their written form."""

    plans: tuple[tuple[str, str], ...]
    relations: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The word lists, read once."""
    raw = yaml.safe_load(_TERMS.read_text(encoding="utf-8"))

    def flat(section: dict[str, list[str]]) -> tuple[tuple[str, str], ...]:
        pairs = [(alias.lower(), key) for key, aliases in section.items() for alias in aliases]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))

    return Terms(flat(raw["plans"]), flat(raw["relations"]))


def find_plans(text: str) -> Iterator[Entity]:
    """A plan by its name or by its fee (`129的套餐`)."""
    lowered = text.lower()
    taken: list[tuple[int, int]] = []
    for alias, plan_id in terms().plans:
        at = lowered.find(alias)
        if at >= 0 and not any(at < end and start < at + len(alias) for start, end in taken):
            taken.append((at, at + len(alias)))
            yield Entity("plan", plan_id, at, at + len(alias), text[at:at + len(alias)])
    fees = {plan.removeprefix("plan.5g"): plan for _, plan in terms().plans if plan.startswith("plan.5g")}
    for match in _PLAN_BY_FEE.finditer(text):
        if not any(match.start() < end and start < match.end() for start, end in taken):
            yield Entity("plan", fees.get(match["fee"], match.group()), match.start(), match.end(), match.group())


def find_relations(text: str) -> Iterator[Entity]:
    """The relative somebody acts for: 我妈 -> 母亲."""
    for alias, relation in terms().relations:
        at = text.find(alias)
        if at >= 0:
            yield Entity("relation", relation, at, at + len(alias), alias)
            return


def find_addresses(text: str) -> Iterator[Entity]:
    """A place with a house number, or with two levels of names."""
    for match in _PLACE.finditer(text):
        said = match.group()
        lead = _LEAD.match(said)
        start = match.start() + (lead.end() if lead else 0)
        said = text[start:match.end()]
        levels = len(re.findall(r"省|市|区|县|镇|乡|街道|路|街|大道|小区|花园|家园|苑|村|号|栋|幢|单元", said))
        if len(said) < 4 or _NOT_A_PLACE.search(said) or not (_NUMBERED.search(said) or levels >= 2):
            continue
        yield Entity("address", said, start, match.end(), said)
