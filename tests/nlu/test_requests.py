"""One message is divided only where words say that another request follows, and each part is one."""

import pytest

from nlu.requests import parts, several

KNOWN = {"话费": "query_balance", "流量": "query_usage", "积分": "query_points", "宽带": "report_broadband_fault", "师傅": "book_repair"}


def _rank(texts):  # type: ignore[no-untyped-def]
    """By the one topic that is named."""
    return [[(next((i for w, i in KNOWN.items() if w in text), "out_of_scope"), 0.9), ("deny", 0.1)] for text in texts]


@pytest.mark.parametrize(
    ("said", "intents"),
    [
        ("查下话费，再看看流量", ["query_balance", "query_usage"]),
        ("查话费和流量", ["query_balance", "query_usage"]),
        ("帮我查一下话费、流量还剩多少", ["query_balance", "query_usage"]),
        ("我的宽带断了，另外帮我查下积分", ["report_broadband_fault", "query_points"]),
        ("先查话费，然后查流量，顺便看看积分", ["query_balance", "query_usage", "query_points"]),
    ],
)
def test_each_request_is_found_in_its_order(said: str, intents: list[str]) -> None:
    assert [request.intent for request in several(said, _rank)] == intents


@pytest.mark.parametrize(
    "said",
    ["话费还有多少", "还有流量没", "宽带坏了，然后派个师傅来", "查话费，再查查话费", "查话费，然后今天天气怎么样", "再说一遍", "先停机吧，等我回来再说"],
)
def test_one_request_stays_one(said: str) -> None:
    assert several(said, _rank) == []


def test_a_story_is_not_divided() -> None:
    assert several("我的话费" + "上个月充了五十块钱到现在都没有看到" * 3 + "，另外流量也不对", _rank) == []


def test_what_opens_a_list_is_not_part_of_it() -> None:
    assert parts("两件事：查话费，另外查流量") == ["查话费", "查流量"]
