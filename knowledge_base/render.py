"""Puts catalogue figures into answers: `{{ plan.5g129.monthly_fee | amount }}`.

Only references with filters are allowed between the braces, so an answer can look figures up and do nothing
else. The same reference gives `129 元` to the eye and 一百二十九元 to the ear.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal, Union

from common.errors import YidaError
from knowledge_base.errors import ReferenceUnknown, TemplateInvalid
from nlu.text.numerals import read_digits, read_number, read_year

#: Looks a dotted path up; raises LookupError or a YidaError, or gives None, where there is none.
References = Callable[[str], object]
Mode = Literal["text", "speech"]

_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_-]+)+")
#: Words before which a bare 2 is 两.
_MEASURE = re.compile(
    r"(?:元|块|个|天|小时|分钟|年|周|次|位|张|条|部|台|项|种|步|倍|人|户|兆|G|GB|角|秒|家|份|套|期|笔)"
)
_BARE_TWO = "\ue000"


class Piece(tuple[str, tuple[str, ...]]):
    """A reference: (path, filters)."""


def mapping_references(values: Mapping[str, object]) -> References:
    """References over a mapping, flat (`"plan.a.fee"`) or nested."""

    def look_up(path: str) -> object:
        if path in values:
            return values[path]
        current: object = values
        for part in path.split("."):
            if not isinstance(current, Mapping):
                raise LookupError(path)
            current = current[part]
        return current

    return look_up


def no_references(path: str) -> object:
    """For knowledge without a catalogue: every reference is unknown."""
    raise LookupError(path)


@lru_cache(maxsize=8192)
def parse(template: str) -> tuple[Union[str, Piece], ...]:
    """Plain pieces and references, in order. Raises TemplateInvalid."""
    pieces: list[Union[str, Piece]] = []
    position = 0
    for match in _BRACES.finditer(template):
        _plain(template[position : match.start()], pieces)
        path, *filters = (part.strip() for part in match[1].split("|"))
        if not _PATH.fullmatch(path):
            raise TemplateInvalid(f"{match[0]}", message_zh=f"{match[0]} 不是引用，应写成 {{{{ 编号.属性 }}}}")
        for name in filters:
            if name not in FILTERS:
                raise TemplateInvalid(name, message_zh=f"没有过滤器 {name}，可用 {'、'.join(FILTERS)}")
        pieces.append(Piece((path, tuple(filters))))
        position = match.end()
    _plain(template[position:], pieces)
    return tuple(pieces)


def _plain(text: str, pieces: list[Union[str, Piece]]) -> None:
    if "{{" in text or "}}" in text or "{%" in text:
        raise TemplateInvalid(text[:40], message_zh="花括号没有成对，或用了 {% %}；只能写 {{ 编号.属性 }}")
    if text:
        pieces.append(text)


def references_in(template: str) -> list[str]:
    """The paths a template names, in order. Raises TemplateInvalid."""
    return [piece[0] for piece in parse(template) if isinstance(piece, Piece)]


def render(template: str, references: References, mode: Mode) -> str:
    """The answer as shown or said. Raises TemplateInvalid, ReferenceUnknown."""
    if "{" not in template and "}" not in template:
        return template
    out = []
    for piece in parse(template):
        if isinstance(piece, Piece):
            path, filters = piece
            out.append(_apply(_look_up(path, references), filters, mode, path))
        else:
            out.append(piece)
    text = "".join(out)
    if _BARE_TWO in text:
        text = re.sub(rf"二{_BARE_TWO}(?={_MEASURE.pattern})", "两", text).replace(_BARE_TWO, "")
    return text


def _look_up(path: str, references: References) -> object:
    try:
        value = references(path)
    except (LookupError, AttributeError, TypeError, YidaError):
        value = None
    if value is None or isinstance(value, (Mapping, list, tuple, set)):
        raise ReferenceUnknown(path, message_zh=f"产品目录里没有 {path}") from None
    return value


def _apply(value: object, filters: tuple[str, ...], mode: Mode, path: str) -> str:
    try:
        if not filters:
            return _default(value, mode)
        for name in filters:
            value = FILTERS[name](value, mode)
    except (ValueError, TypeError, InvalidOperation, AttributeError):
        raise TemplateInvalid(path, message_zh=f"{path} 的值不能用过滤器 {' | '.join(filters)}") from None
    return str(value)


# -- filters: (value, mode) -> str --------------------------------------------------------------------------


def _default(value: object, mode: Mode) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.date):
        return _date(value, mode)
    if isinstance(value, (int, float, Decimal)):
        return _speak(value, mode)
    return str(value)


def _figure(value: object) -> str:
    """129.00 -> 129, 35.80 -> 35.8; thousands unmarked."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(str(value))
    shown = format(number, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _speak(value: object, mode: Mode) -> str:
    figure = _figure(value)
    if mode == "text":
        return figure
    return "二" + _BARE_TWO if figure == "2" else read_number(figure)


def _with_unit(text_unit: str, speech_unit: str) -> Callable[[object, Mode], str]:
    def apply(value: object, mode: Mode) -> str:
        return _figure(value) + text_unit if mode == "text" else _speak(value, mode) + speech_unit

    return apply


def _amount(value: object, mode: Mode) -> str:
    figure = _figure(value)
    if mode == "speech":
        return _speak(value, mode) + "元"
    whole, point, cents = figure.partition(".")
    return f"{whole}.{cents.ljust(2, '0')} 元" if point else f"{figure} 元"


def _percent(value: object, mode: Mode) -> str:
    return f"{_figure(value)}%" if mode == "text" else "百分之" + read_number(_figure(value))


def _date(value: object, mode: Mode) -> str:
    day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    if mode == "text":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{read_year(day.year)}年{read_number(day.month)}月{read_number(day.day)}日"


def _digits(value: object, mode: Mode) -> str:
    return str(value) if mode == "text" else read_digits(str(value))


FILTERS: dict[str, Callable[[object, Mode], str]] = {
    "speak": _speak,
    "amount": _amount,
    "data_volume": _with_unit(" GB", "个G"),
    "minutes": _with_unit(" 分钟", "分钟"),
    "percent": _percent,
    "date": _date,
    "digits": _digits,
}
