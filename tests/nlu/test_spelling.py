"""Pinyin typed in letters counts as the syllables it spells; Latin words of the trade stay letters."""

import pytest

from nlu.text.spelling import read_letters, spelled


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("服务mima", ("fu", "wu", "mi", "ma")),
        ("zhuang个宽带", ("zhuang", "ge", "kuan", "dai")),
        ("chahuafei", ("cha", "hua", "fei")),
        ("政qi客服", ("zheng", "qi", "ke", "fu")),
        ("查wifi", ("cha", "w", "i", "f", "i")),
        ("5g套餐", ("5", "g", "tao", "can")),
    ],
)
def test_letters_that_spell_syllables_are_syllables(text: str, syllables: tuple[str, ...]) -> None:
    assert spelled(text) == syllables


def test_what_is_no_pinyin_is_left() -> None:
    assert read_letters("iptv") is None and read_letters("xyz") is None and read_letters("x") is None
