"""Nothing personal survives masking, whatever stands around it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.masking import PRIVATE_KEYS, mask_phone, mask_text, mask_value

words = st.text(st.sampled_from("我的号码是，。:：()（）\"' {}[]=-_/\n电话abcXYZ"), max_size=12)
phones = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
cards = st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True)
secrets = st.from_regex(r"[0-9]{6,9}", fullmatch=True)


@given(words, phones, words)
def test_a_phone_keeps_seven_digits_at_most(before: str, phone: str, after: str):
    masked = mask_text(before + phone + after)
    assert phone not in masked
    assert phone[3:7] not in re.sub(r"[^0-9]", " ", masked).replace(phone[-4:], " ").replace(phone[:3], " ").split()


@given(phones, st.sampled_from("- "))
def test_a_phone_in_groups_is_masked_too(phone: str, gap: str):
    assert mask_text(f"打{phone[:3]}{gap}{phone[3:7]}{gap}{phone[7:]}吧") == f"打{phone[:3]}****{phone[7:]}吧"


@given(words, st.one_of(cards, secrets), words)
def test_codes_passwords_and_cards_do_not_stay(before: str, number: str, after: str):
    if before.endswith(("D", "GD")):
        return
    assert number not in mask_text(before + number + after)


@given(st.lists(phones, min_size=1, max_size=5))
def test_several_phones_in_one_line_are_all_masked(numbers: list[str]):
    masked = mask_text("、".join(numbers))
    assert not any(number in masked for number in numbers)
    assert masked.count("****") == len(numbers)


@given(st.text(max_size=80))
def test_masking_is_stable(text: str):
    once = mask_text(text)
    assert mask_text(once) == once
    assert not re.search(r"(?<![0-9D])1[3-9][0-9]{9}(?![0-9])", once)


@given(words)
def test_words_stay_as_they_are(text: str):
    assert mask_text(text) == text


@pytest.mark.parametrize("ticket", ["GD2611230001", "单号GD2611230001。", "GD2611230001,GD2611230002"])
def test_ticket_numbers_stay_readable(ticket: str):
    assert mask_text(ticket) == ticket


@pytest.mark.parametrize(("text", "masked"), [
    ("GD26112300015", "GD###########"), ("ID123456", "I#######"), ("zhang.wei@example.com", "***@***"),
    ("+8613800000001", "+#############"), ("余额 35.80 元", "余额 35.80 元"), ("10086", "10086"),
])  # fmt: skip
def test_examples(text: str, masked: str):
    assert mask_text(text) == masked


@given(st.text(max_size=20))
def test_a_phone_shown_to_the_customer_hides_its_middle(text: str):
    assert mask_phone("13800000001") == "138****0001"
    assert len(text) < 7 or text[3:-4] == "" or mask_phone(text) == f"{text[:3]}****{text[-4:]}"
    assert len(text) >= 7 or mask_phone(text) == "***"


@given(st.sampled_from(sorted(PRIVATE_KEYS)), st.one_of(st.text(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text())))
def test_a_private_key_tells_only_a_length(key: str, value: object):
    assert mask_value(key, value) == f"<{len(str(value))} chars>"


def test_values_inside_values_are_masked():
    line = {"a": ["13800000001", {"phone": "13800000001", "n": 5}], "b": ("13800000001",), "c": None, "d": 1.5}
    masked = mask_value("extra", line)
    assert masked == {"a": ["138****0001", {"phone": "<11 chars>", "n": 5}], "b": ["138****0001"], "c": None, "d": 1.5}
