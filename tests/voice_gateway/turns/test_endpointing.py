"""The end of a turn, on a clock of numbers."""

from __future__ import annotations

import pytest

from voice_gateway.profiles import ELDER, STANDARD, AnswerKind, CallerProfile
from voice_gateway.turns import EndOfTurn, Expected, Why, digits_of, is_complete

OPEN, YES_NO, DIGITS = AnswerKind.OPEN, AnswerKind.YES_NO, AnswerKind.DIGITS


@pytest.mark.parametrize(
    ("profile", "kind", "expected", "said", "seconds"),
    [
        (STANDARD, OPEN, None, "查一下话费", 0.7),
        (STANDARD, YES_NO, None, "对", 0.5),
        (STANDARD, DIGITS, None, "", 1.2),
        (ELDER, OPEN, None, "查一下话费", 1.3),
        (ELDER, YES_NO, None, "对", 1.3),
        # 数字还没报完
        (STANDARD, DIGITS, Expected.PHONE, "幺三八零零", 2.7),
        (ELDER, DIGITS, Expected.PHONE, "幺三八零零", 2.8),
        (STANDARD, DIGITS, Expected.PHONE, "138 0000 0001", 0.6),
        (STANDARD, DIGITS, Expected.TICKET_ID, "GD26112300", 2.7),
        (STANDARD, DIGITS, Expected.TICKET_ID, "GD2611230042", 0.6),
        (STANDARD, DIGITS, Expected.ID_NUMBER, "五一零一零二", 2.7),
        (STANDARD, DIGITS, Expected.ID_NUMBER, "51010219490307123X", 0.6),
        (STANDARD, DIGITS, Expected.CODE, "二四六八", 2.7),
        (STANDARD, DIGITS, Expected.CODE, "二四六八一零", 0.6),
        (STANDARD, DIGITS, Expected.PHONE, "", 1.2),
        # 没问号码，但客户正在报号码
        (STANDARD, OPEN, None, "给我妈充话费，号码是幺三八零零", 2.2),
        (STANDARD, OPEN, None, "给13800000002充话费，号码是13800000002", 0.7),
        (STANDARD, OPEN, None, "查单GD2611", 2.2),
        (STANDARD, OPEN, None, "我要充三十", 0.7),
        # 话没说完
        (STANDARD, OPEN, None, "我家宽带断了，然后", 1.3),
        (STANDARD, OPEN, None, "我想问一下", 1.3),
    ],
)
def test_how_long_a_silence_ends_the_turn(
    profile: CallerProfile, kind: AnswerKind, expected: Expected | None, said: str, seconds: float
):
    turn = EndOfTurn(profile, kind, expected)
    turn.started(1.0)
    turn.said(said)
    turn.stopped(2.0)
    assert turn.silence_needed == pytest.approx(seconds)
    assert turn.ended(2.0 + seconds - 0.02) is None
    assert turn.ended(2.0 + seconds) is Why.SILENCE


def test_speech_that_goes_on_keeps_the_turn_open():
    turn = EndOfTurn(STANDARD)
    assert turn.ended(60) is None, "nobody spoke yet"
    turn.started(1.0)
    turn.stopped(2.0)
    turn.started(2.5)
    assert turn.ended(3.5) is None
    turn.stopped(4.0)
    assert turn.ended(4.7) is Why.SILENCE


def test_no_utterance_is_endless():
    turn = EndOfTurn(STANDARD)
    turn.started(0)
    assert turn.ended(19.9) is None
    assert turn.ended(20.0) is Why.LONGEST
    number = EndOfTurn(ELDER, DIGITS, Expected.PHONE)
    number.started(0)
    assert number.ended(29.9) is None
    assert number.ended(30.0) is Why.LONGEST


def test_digits_are_read_however_they_are_said():
    assert digits_of("幺三八，零零零零 嗯 零零零二") == "13800000002"
    assert digits_of("尾号是１２X") == "12X"
    assert is_complete(Expected.PHONE, "010 8888 6666 1")
    assert not is_complete(Expected.PHONE, "1380000000")
