"""Money: 35.80 is 三十五元八角, as a bill is read out; only where the text says 块 is it 三十五块八.

Cantonese: 三十五元八毫, 蚊 for 块. `$` alone is an American dollar in Mandarin; a Cantonese text writes its 元 so.
"""

from __future__ import annotations

import re
from decimal import Decimal

from voice_gateway.synthesis.spoken.kinds import Reading
from voice_gateway.synthesis.spoken.numerals import counted, number, unit

_AMOUNT = re.compile(
    r"(?P<owed>欠)?(?P<minus>-)?\s?(?P<sign>¥|US\$|HK\$|\$|€)?\s?(?P<minus_too>-)?"
    r"(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?(?P<big>[万亿])?\s?(?P<unit>元|块钱|块|美元|港元|欧元)?",
)
_CURRENCIES = {"US$": "美元", "HK$": "港元", "€": "欧元", "$": "美元"}


def amount(content: str, reading: Reading) -> str:
    """An amount with or without its unit, yuan where it has none."""
    match = _AMOUNT.fullmatch(content.replace("￥", "¥").replace("−", "-"))
    if match is None:
        raise ValueError("not an amount")
    sign = match["owed"] or ""
    if match["minus"] or match["minus_too"]:
        sign += number(-1, reading)[0]
    value, name = match["figure"].replace(",", ""), match["unit"] or _name(match["sign"], reading)
    if match["big"]:
        return sign + counted(value, match["big"], reading) + unit(name, reading)
    if name in ("块", "块钱"):
        return sign + _at_the_counter(Decimal(value), name, reading)
    if name == "元":
        return sign + _on_the_bill(Decimal(value), reading)
    return sign + number(value, reading, counting=True) + _foreign(name, reading)


def _name(sign: str | None, reading: Reading) -> str:
    if sign == "$" and reading is Reading.CANTONESE:
        return "元"
    return _CURRENCIES.get(sign or "", "元")


def _foreign(name: str, reading: Reading) -> str:
    return "歐元" if name == "欧元" and reading is Reading.CANTONESE else name


def _parts(value: Decimal) -> tuple[int, int, int] | None:
    """Yuan, jiao, fen; None for a price per unit that is finer than a fen."""
    fen = value * 100
    if fen != fen.to_integral_value():
        return None
    yuan, rest = divmod(int(fen), 100)
    return yuan, *divmod(rest, 10)


def _on_the_bill(value: Decimal, reading: Reading) -> str:
    parts = _parts(value)
    if parts is None:
        return number(value, reading) + "元"
    yuan, jiao, fen = parts
    ten_fen = "毫" if reading is Reading.CANTONESE else "角"
    words = number(yuan, reading, counting=True) + "元" if yuan or not (jiao or fen) else ""
    if jiao:
        # 两角 by itself, but 三十五元二角.
        words += number(jiao, reading, counting=not words) + ten_fen
    if fen:
        words += ("零" if words and not jiao else "") + number(fen, reading, counting=not words) + "分"
    return words


def _at_the_counter(value: Decimal, name: str, reading: Reading) -> str:
    parts = _parts(value)
    if parts is None:
        return number(value, reading) + unit(name, reading)
    yuan, jiao, fen = parts
    ten_fen = "毫" if reading is Reading.CANTONESE else "毛"
    if not jiao and not fen:
        return number(yuan, reading, counting=True) + unit(name, reading)
    if not yuan:
        words = number(jiao, reading, counting=True) + ten_fen if jiao else ""
        return words + (number(fen, reading, counting=not words) + ("" if words else "分") if fen else "")
    words = number(yuan, reading, counting=True) + unit("块", reading)
    if not jiao:
        return words + "零" + number(fen, reading) + "分"
    return words + number(jiao, reading) + (ten_fen + number(fen, reading) if fen else "")
