"""Catalogue figures in answers, for the eye and for the ear."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from knowledge_base.errors import ReferenceUnknown, TemplateInvalid
from knowledge_base.render import FILTERS, mapping_references, references_in, render

LOOK_UP = mapping_references(
    {
        "plan": {"5g129": {"monthly_fee": 129, "data_gb": Decimal("30.0"), "notes": ("a",)}},
        "fee.two": 2, "fee.cents": "0.29", "policy.start": dt.date(2026, 3, 2), "policy.hotline": "10086",
        "policy.rate": 5, "policy.name": "孝心卡",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("template", "text", "speech"),
    [
        ("{{ plan.5g129.monthly_fee }}元", "129元", "一百二十九元"),
        ("{{plan.5g129.monthly_fee|speak}}元", "129元", "一百二十九元"),
        ("{{ plan.5g129.monthly_fee | amount }}", "129 元", "一百二十九元"),
        ("{{ fee.cents | amount }}", "0.29 元", "零点二九元"),
        ("{{ plan.5g129.data_gb | data_volume }}", "30 GB", "三十个G"),
        ("{{ fee.two | speak }}个月", "2个月", "两个月"),
        ("{{ fee.two | speak }}月", "2月", "二月"),
        ("{{ fee.two | minutes }}", "2 分钟", "两分钟"),
        ("{{ policy.rate | percent }}", "5%", "百分之五"),
        ("{{ policy.start }}", "2026年3月2日", "二零二六年三月二日"),
        ("{{ policy.hotline | digits }}", "10086", "幺零零八六"),
        ("{{ policy.name }}", "孝心卡", "孝心卡"),
        ("没有引用", "没有引用", "没有引用"),
    ],
)
def test_one_reference_is_shown_and_said(template: str, text: str, speech: str) -> None:
    assert (render(template, LOOK_UP, "text"), render(template, LOOK_UP, "speech")) == (text, speech)


@pytest.mark.parametrize("path", ["plan.gone.fee", "plan.5g129", "plan.5g129.notes", "plan.5g129.monthly_fee.x"])
def test_a_reference_to_nothing_or_to_a_whole_entry_is_refused(path: str) -> None:
    with pytest.raises(ReferenceUnknown) as caught:
        render(f"{{{{ {path} }}}}", LOOK_UP, "text")
    assert path in caught.value.message_zh


@pytest.mark.parametrize(
    "template",
    ["{{ 1 + 1 }}", "{{ ''.__class__ }}", "{{ x }}", "{{ plan.5g129.monthly_fee", "fee }}", "{% for x in y %}",
     "{{ fee.two | nothing }}", "{{ policy.name | amount }}", "{{ config.items() }}", "{{ a.b.c() }}"],
)  # fmt: skip
def test_anything_but_a_reference_is_refused(template: str) -> None:
    with pytest.raises((TemplateInvalid, ReferenceUnknown)):
        render(template, LOOK_UP, "speech")


def test_the_references_of_a_template_can_be_listed() -> None:
    assert references_in("{{ a.b }}和{{ c.d | speak }}") == ["a.b", "c.d"]


def test_every_filter_is_in_the_guide_for_editors() -> None:
    from common.settings import ROOT

    guide = (ROOT / "docs" / "faq-format.md").read_text(encoding="utf-8")
    assert [name for name in FILTERS if f"`{name}`" not in guide] == []
