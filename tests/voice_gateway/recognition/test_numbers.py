"""Spoken numbers come in figures, and what only looks like a number stays a word."""

from __future__ import annotations

import pytest

from voice_gateway.recognition.numbers import with_figures

NUMBERS = """
幺三八零零一三八零零零 13800138000
我的号码是幺八八六六六六一二三四 我的号码是18866661234
一百二十块 120块
我要充一百二十块钱 我要充120块钱
两百 200
三点五个G 3.5个G
流量包三十块十个G 流量包30块10个G
百分之二十 20%
两千兆的宽带多少钱 2000兆的宽带多少钱
三百兆宽带 300兆宽带
幺零零八六 10086
一零零八六 10086
二零二六年三月 2026年3月
十二月的账单 12月的账单
一百二十九的套餐 129的套餐
一二九套餐 129套餐
三十五块八 35.8元
一块半 1.5元
两块钱 2块钱
八毛 0.8元
一千二百三十四块五毛六 1234.56元
一万二 12000
打八折 打8折
二十分钟 20分钟
二十三号 23号
六十五岁 65岁
二十四小时 24小时
五G套餐 5G套餐
扣了我三十 扣了我30
一共三十块 一共30块
138-0013-8000 13800138000
工单GD二零二六零一一二三四 工单GD2026011234
"""
WORDS = """
查一下话费|办一个套餐|都一样|快一点|三大运营商|十分感谢|万一不行呢|一直没信号|第一个|星期一来|周二上午|五一去旅游|一块去
两个|三个月|两三天|七八块|千兆宽带|下午三点二十|十点半|一号线|千万别停机|二维码|第三方|一五一十|四川话|我要人工|半个月|一个月|零|五
一共多少|再等一会|等一下|双十一活动|三网合一|三合一|统一|唯一|一起|一次|一条短信|说一声|九成|200 块|30块10个G|13800138000
"""


@pytest.mark.parametrize("row", NUMBERS.strip().splitlines())
def test_a_number_is_written_in_figures(row: str):
    said, written = row.split(" ", 1)
    assert with_figures(said) == written
    assert with_figures(written) == written, "figures stay as they are"


@pytest.mark.parametrize("text", WORDS.replace("\n", "|").strip("|").split("|"))
def test_a_word_stays_a_word(text: str):
    assert with_figures(text) == text


@pytest.mark.parametrize(("said", "written"), [
    ("幺三八 零零幺三 八零零零", "13800138000"), ("440-306199-0010122 345", "4403061990010122345"), ("一三", "13"),
    ("138零零", "13800"), ("3-5-8-09-2", "358092"), ("转人工", "转人工"), ("我不知道", "我不知道"),
])  # fmt: skip
def test_where_a_number_was_asked_for_its_groups_are_put_together(said: str, written: str):
    assert with_figures(said, awaited=True) == written
