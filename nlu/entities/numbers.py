"""Phones, ticket ids, amounts, data volumes and bandwidths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from nlu.entities.types import Entity
from nlu.text.numerals import NumberSpan, find_numbers

_CHINESE_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "幺": "1", "妖": "1", "两": "2"}
_DIGIT = "0-9" + "".join(_CHINESE_DIGITS)
#: A run of digits as people type and dictate them: in groups, with spaces, commas and pauses.
_RUN = re.compile(rf"[{_DIGIT}](?:[ \-,，、.。·]{{0,2}}[{_DIGIT}]){{4,}}")
_TICKET = re.compile(rf"[gG][dD][\s\-:：号是]*(?P<digits>(?:[{_DIGIT}][\s\-]?){{8,12}})")
_PAY_BEFORE = re.compile(r"(充|冲|交|缴|存|续|付|打|加)(个|上|了|进|值|费|入|话费|电话费|手机费){0,3}\s*$")
_BANDWIDTH_AFTER = re.compile(r"^\s*(的)?(宽带|网|光纤|带宽|光宽带|专线)")
_BANDWIDTH_BEFORE = re.compile(r"(宽带|带宽|网速|提速|升级?到?|光纤)(是|到|的|办|装|为|成)?\s*$")


def digits_of(text: str) -> str:
    """The figures in a text that was typed or dictated digit by digit."""
    return "".join(c if c.isascii() and c.isdigit() else _CHINESE_DIGITS.get(c, "") for c in text)


def find_runs(text: str) -> Iterator[Entity]:
    """Ticket ids and phones."""
    taken: list[tuple[int, int]] = []
    for match in _TICKET.finditer(text):
        digits = digits_of(match["digits"])
        end = match.start("digits") + len(match["digits"].rstrip(" -"))
        taken.append((match.start(), end))
        yield Entity("ticket_id", "GD" + digits, match.start(), end, text[match.start():end])
    for match in _RUN.finditer(text):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        digits = digits_of(match.group())
        kind = _kind_of_run(digits)
        if kind:
            value = "GD" + digits if kind == "ticket_id" else digits
            yield Entity(kind, value, match.start(), match.end(), match.group())


def _kind_of_run(digits: str) -> str | None:
    if len(digits) == 11 and re.match(r"1[3-9]", digits):
        return "phone"
    if len(digits) == 13 and re.match(r"861[3-9]", digits):
        return "phone"
    if digits.startswith("0") and 10 <= len(digits) <= 12:
        return "phone"
    if len(digits) == 10 and re.match(r"2\d(0[1-9]|1[0-2])", digits):
        return "ticket_id"
    return None


def find_quantities(text: str) -> Iterator[Entity]:
    """Amounts, data volumes, bandwidths."""
    for span in find_numbers(text):
        said = text[span.start:span.end]
        if span.unit == "元":
            if re.match(r"\s*(的)?(套餐|档|那个套餐|的那个|月租)", text[span.end:]) and not _PAY_BEFORE.search(text[:span.start]):
                continue
            yield Entity("amount", float(span.value), span.start, span.end, said)
        elif span.unit in ("GB", "MB"):
            yield _volume_or_bandwidth(text, span, said)
        elif not span.unit and not span.digits and _PAY_BEFORE.search(text[:span.start]) and 1 <= span.value <= 5000:
            yield Entity("amount", float(span.value), span.start, span.end, said)


def _volume_or_bandwidth(text: str, span: NumberSpan, said: str) -> Entity:
    if span.unit == "MB" and (_BANDWIDTH_AFTER.search(text[span.end:]) or _BANDWIDTH_BEFORE.search(text[:span.start])):
        return Entity("bandwidth", int(span.value), span.start, span.end, said)
    if span.unit == "GB" and span.value <= 2 and _BANDWIDTH_AFTER.search(text[span.end:]):
        return Entity("bandwidth", int(span.value * 1000), span.start, span.end, said)
    factor = 1024 if span.unit == "GB" else 1
    return Entity("data_volume", int(span.value * Decimal(factor)), span.start, span.end, said)
