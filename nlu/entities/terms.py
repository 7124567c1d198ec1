"""Domain words of `nlu/terms.yml`, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

TERMS_FILE = Path(__file__).resolve().parent.parent / "terms.yml"
_PLAN_ID = re.compile(r"(?P<group>.*[a-z])(?P<fee>\d+)")


@dataclass(frozen=True)
class Terms:
    """Word lists, each with one pattern that finds the longest first.

    `fees` maps a monthly fee to the plans that cost it, plans of 5g畅享 first; `groups` maps the name of a
    group (畅享) to the start of its ids (`plan.5g`).
    """

    plans: dict[str, str]
    groups: dict[str, str]
    fees: dict[int, tuple[str, ...]]
    relations: dict[str, str]
    plan_pattern: re.Pattern[str]
    group_pattern: str
    relation_pattern: re.Pattern[str]
    #: Words of the trade, known by their sound; `alike` maps one to the known word it is read as.
    words: tuple[str, ...]
    alike: dict[str, str]
    #: Words that only sound like one of these and are meant as they stand.
    known: tuple[str, ...]

    def plan(self, group: str, fee: int) -> str | None:
        """The plan of a group at a fee."""
        return next((p for p in self.fees.get(fee, ()) if p == f"{group}{fee}"), None)

    def only_plan(self, group: str) -> str | None:
        """The plan of a group that has one only."""
        found = [p for plans in self.fees.values() for p in plans if re.fullmatch(re.escape(group) + r"\d+", p)]
        return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1)
def terms() -> Terms:
    """The word lists."""
    raw = yaml.safe_load(TERMS_FILE.read_text(encoding="utf-8"))
    plans, groups, relations = (_flat(raw[name]) for name in ("plans", "plan_groups", "relations"))
    fees: dict[int, tuple[str, ...]] = {}
    for plan_id in raw["plans"]:
        match = _PLAN_ID.fullmatch(plan_id)
        if match:
            fees[int(match["fee"])] = (*fees.get(int(match["fee"]), ()), plan_id)
    words, alike = _words(raw.get("words") or [])
    return Terms(
        plans, groups, fees, relations, re.compile(_any(plans)), _any(groups), re.compile(_any(relations)), words, alike,
        tuple(map(str, raw.get("known") or ())),
    )  # fmt: skip


def _words(entries: list[object]) -> tuple[tuple[str, ...], dict[str, str]]:
    alike: dict[str, str] = {}
    words: list[str] = []
    for entry in entries:
        if isinstance(entry, dict):
            alike.update({str(word).lower(): str(known) for word, known in entry.items()})
            words += [str(word).lower() for word in entry]
        else:
            words.append(str(entry).lower())
    return tuple(dict.fromkeys(words)), alike


def _flat(section: dict[str, list[str]]) -> dict[str, str]:
    return {str(alias).lower(): key for key, aliases in section.items() for alias in aliases}


def _any(words: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
