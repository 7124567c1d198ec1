"""In speech a reply says what its numbers and names are; what is shown stays as it was."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from actions.framework import replies as catalogue
from actions.framework.replies import Replies
from voice_gateway.synthesis.spoken import SpokenKind
from voice_gateway.synthesis.written import in_words

_FOLDER = Path(catalogue.__file__).parents[1] / "replies"
_KIND = re.compile(r'interpret-as="(\w+)"')


@pytest.fixture(scope="module")
def replies() -> Replies:
    return Replies.load(_FOLDER)


@pytest.mark.parametrize(
    ("name", "value", "written", "said"),
    [
        ("amount", 3580, "35.80 元", "三十五元八角"),
        ("amount", -2000, "-20 元", "负二十元"),
        ("phone", "138****0001", "138****0001", "幺三八开头、尾号零零零幺"),
        ("ticket_id", "GD2603020001", "GD2603020001", "GD、二六、零三零二、零零零幺"),
        ("digits", "1234", "1234", "幺二三四"),
        ("minutes", 2, "2 分钟", "两分钟"),
        ("number", 1280, "1,280", "一千二百八十"),
        ("data_volume", 1536, "1.5 GB", "一点五个G"),
        ("bandwidth", 1000, "1000M", "一千兆"),
        ("plan_name", "5G畅享129元套餐", "5G畅享129元套餐", "五G畅享一百二十九元套餐"),
        ("date", dt.date(2026, 3, 2), "3月2日", "三月二日"),
        ("full_date", dt.date(2019, 11, 2), "2019年11月2日", "二零一九年十一月二日"),
        ("time", dt.datetime(2026, 3, 2, 9, 5), "3月2日 09:05", "三月二日九点零五分"),
        ("month", "2026-02", "2026年2月", "二零二六年二月"),
        ("sentence", "工单GD2603020001已派单", "工单GD2603020001已派单", "工单GD、二六、零三零二、零零零幺已派单"),
    ],
)
def test_a_filter_shows_one_thing_and_marks_it_for_the_ear(name: str, value: object, written: str, said: str) -> None:
    reply = Replies({"a.b": {"text": f"{{{{ v | {name} }}}}"}}).say("a.b", v=value)
    assert reply.text == written
    assert set(_KIND.findall(reply.speech)) <= set(SpokenKind)
    assert _KIND.search(reply.speech)
    assert in_words(reply.speech) == said


def test_every_filter_is_used_and_its_mark_is_known_to_the_voice() -> None:
    bodies = "".join(path.read_text(encoding="utf-8") for path in _FOLDER.glob("*.yml"))
    used = set(re.findall(r"\|\s*(\w+)", bodies)) & set(catalogue._SPOKEN)
    assert used == set(catalogue._SPOKEN) == set(catalogue._WRITTEN)


def test_a_number_called_back_is_named_by_its_ends(replies: Replies) -> None:
    reply = replies.say("verify.ask_code", masked="138****0001", hint="")
    assert "验证码已发到 138****0001，请" in reply.text
    assert "验证码已发到 幺三八开头、尾号零零零幺," in in_words(reply.speech)


def test_a_speed_and_its_price_are_marked(replies: Replies) -> None:
    reply = replies.say("broadband_order.offer", mbps=1000, fee=9900)
    assert reply.text == "1000M，每月 99 元"
    assert in_words(reply.speech).replace(" ", "") == "一千兆,每月九十九元"


def test_the_year_of_a_registration_is_said_as_a_year(replies: Replies) -> None:
    reply = replies.say("realname.done", whose="您的", on=dt.date(2019, 3, 2), card="310101********1234")
    assert "2019年3月2日登记" in reply.text
    assert "二零一九年三月二日登记,证件尾号幺二三四" in in_words(reply.speech)


def test_two_things_are_counted_as_people_count(replies: Replies) -> None:
    assert in_words(replies.say("common.several", titles=["查话费", "查流量"]).speech).startswith("好的,两件事")
