"""The words of `nlu/terms.yml` and the operator's catalogue say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.entities import extract
from nlu.entities.terms import TERMS_FILE, terms

ROOT = Path(__file__).resolve().parents[2]
RAW: dict[str, dict[str, list[str]]] = yaml.safe_load(TERMS_FILE.read_text(encoding="utf-8"))
PLANS: dict[str, Any] = {f"plan.{key}": plan for key, plan in yaml.safe_load(
    (ROOT / "bss" / "catalogue" / "plans.yml").read_text(encoding="utf-8"))["items"].items()}
_CHINESE = {5: "五", 10: "十", 19: "十九", 29: "二十九", 39: "三十九", 59: "五十九", 89: "八十九", 99: "九十九", 129: "一百二十九",
            159: "一百五十九", 169: "一百六十九", 199: "一百九十九", 239: "二百三十九", 299: "二百九十九"}


def _plans(text: str) -> list[Any]:
    return [e.value for e in extract(text) if e.entity == "plan"]


def test_terms_and_catalogue_list_the_same_plans() -> None:
    assert set(RAW["plans"]) == set(PLANS)
    assert all(RAW["plans"].values())


@pytest.mark.parametrize("plan_id", sorted(PLANS))
def test_every_plan_is_found_by_its_name_its_aliases_and_its_group_with_the_fee(plan_id: str) -> None:
    plan = PLANS[plan_id]
    group = next(g for g in RAW["plan_groups"] if plan_id == f"{g}{plan['monthly_fee']}")
    names = [plan["name"], *RAW["plans"][plan_id]]
    names += [f"{said}{plan['monthly_fee']}" for said in RAW["plan_groups"][group]]
    names += [f"{plan['monthly_fee']}元的{said}" for said in RAW["plan_groups"][group]]
    names += [f"{said}{_CHINESE[plan['monthly_fee']]}块钱" for said in RAW["plan_groups"][group]]
    missed = [name for name in names if _plans(f"我想办{name}") != [plan_id]]
    assert not missed


def test_fees_in_the_ids_are_the_fees_of_the_catalogue() -> None:
    for fee, ids in terms().fees.items():
        assert all(PLANS[i]["monthly_fee"] == fee for i in ids)


def test_no_alias_stands_for_two_things() -> None:
    for section in ("plans", "plan_groups", "relations"):
        words = [str(w).lower() for listed in RAW[section].values() for w in listed]
        assert not {w for w in words if words.count(w) > 1}, section


def test_every_relative_is_found_under_its_written_name() -> None:
    for relation, words in RAW["relations"].items():
        for word in words:
            found = [e.value for e in extract(f"我在外地，想给{word}那边的号查一下") if e.entity == "relation"]
            assert found == [relation], word
