"""Who gets a ticket."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from common.errors import ConfigError
from service_desk.directory import DEFAULT_STAFF, Directory
from service_desk.dispatch import Need, candidates, choose
from service_desk.types import Category, Kind

DIRECTORY = Directory.load()
NEEDS = st.builds(
    Need,
    st.sampled_from(Kind),
    st.sampled_from(Category),
    st.sampled_from(["", "城东", "西山路", "南湖", "城北新村"]),
    st.just(""),
    st.booleans(),
    st.sampled_from(["", "孙经理", "没有这个人"]),
    st.sampled_from(["", *DIRECTORY.departments]),
)
LOADS = st.dictionaries(st.sampled_from(sorted(DIRECTORY.staff)), st.integers(0, 250))


@given(NEEDS, LOADS, LOADS)
def test_skill_and_area_match_nobody_is_over_the_limit_and_the_least_loaded_gets_it(
    need: Need, handling: dict[str, int], owning: dict[str, int]
) -> None:
    choice = choose(DIRECTORY, need, handling, owning)
    free = [s for s in candidates(DIRECTORY, need, choice.route) if handling.get(s.staff_id, 0) < s.limit]
    got = choice.handler
    if got is None:
        assert free == []
        return
    assert choice.route.skill in got.skills and got.department == choice.route.department
    assert not got.areas or any(a in need.area for a in got.areas)
    assert handling.get(got.staff_id, 0) < got.limit
    assert all(
        handling.get(got.staff_id, 0) / got.limit <= handling.get(s.staff_id, 0) / s.limit for s in free
    )


@given(st.lists(NEEDS, max_size=60))
def test_every_ticket_has_an_owner_and_handlers_of_one_limit_differ_by_at_most_one(needs: list[Need]) -> None:
    handling: Counter[str] = Counter()
    for _ in needs:
        choice = choose(DIRECTORY, Need(Kind.COMPLAINT, Category.PLAN_DISPUTE), handling, {})
        assert choice.owner and choice.handler
        handling[choice.handler.staff_id] += 1
    assert abs(handling["shen"] - handling["cao"]) <= 1


@pytest.mark.parametrize(("kind", "category"), [(k, c) for k in Kind for c in Category])
def test_somebody_can_do_everything_everywhere(kind: Kind, category: Category) -> None:
    choice = choose(DIRECTORY, Need(kind, category, "没人管的片区"), {}, {})
    assert choice.handler is not None


@pytest.mark.parametrize(
    ("kind", "category", "department"),
    [
        (Kind.FAULT, Category.BROADBAND, "field_repair"),
        (Kind.COMPLAINT, Category.BROADBAND, "complaints"),
        (Kind.COMPLAINT, Category.NETWORK, "radio_network"),
        (Kind.FAULT, Category.LEASED_LINE, "enterprise_noc"),
        (Kind.COMPLAINT, Category.BILLING, "billing"),
        (Kind.REQUEST, Category.BUSINESS, "front_office"),
        (Kind.CALLBACK, Category.OTHER, "front_office"),
        (Kind.FOLLOWUP, Category.NETWORK, "complaints"),
    ],
)
def test_a_category_goes_to_its_department(kind: Kind, category: Category, department: str) -> None:
    assert choose(DIRECTORY, Need(kind, category), {}, {}).route.department == department


def test_the_fictional_people_customers_hear_of_are_there() -> None:
    assert DIRECTORY.person("张师傅") and DIRECTORY.person("孙经理", "account_manager")
    assert DIRECTORY.with_role("duty_manager")


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("departments", "billing", "owners"), ["nobody"]),
        (("staff", "li", "department"), "nowhere"),
        (("staff", "li", "limit"), 0),
        (("routes",), [{"category": "tv", "department": "billing", "skill": "x"}]),
        (("routes",), []),
        (("visits", "capacity"), {"noon": 1}),
    ],
)
def test_a_mistake_in_the_directory_is_refused_in_chinese(
    tmp_path: Path, where: tuple[str, ...], value: object
) -> None:
    raw = yaml.safe_load(DEFAULT_STAFF.read_text("utf-8"))
    place = raw
    for name in where[:-1]:
        place = place[name]
    place[where[-1]] = value
    file = tmp_path / "staff.yml"
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    with pytest.raises(ConfigError) as error:
        Directory.load(file)
    assert "人员表 staff.yml 有误" in error.value.message_zh
