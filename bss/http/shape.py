"""Declares a JSON shape once and uses it in both directions.

A `Shape` lists, for each field of a value, where it stands in the JSON (a dotted path) and by which
codec it is written. Loading is strict: what is missing or of another type raises `ValueError`,
`TypeError` or `KeyError`, which the client turns into `BadAnswer` and the server into 400.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

from common.clock import CHINA

T = TypeVar("T")


@dataclass(frozen=True)
class Codec:
    """How one field is written and read; `optional` fields are left out when None."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]
    optional: bool = False


def _typed(kind: type) -> Callable[[Any], Any]:
    def load(value: Any) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise TypeError(f"expected {kind.__name__}")
        return value

    return load


def _load_money(value: Any) -> int:
    if value["unit"] != "CNY" or isinstance(value["value"], bool):
        raise ValueError("money is in CNY")
    return int((Decimal(str(value["value"])) * 100).to_integral_value())


def _load_moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment.astimezone(CHINA)


TEXT = Codec(str, _typed(str))
INT = Codec(int, _typed(int))
FLAG = Codec(bool, _typed(bool))
DATA = Codec(dict, _typed(dict))
MONEY = Codec(lambda fen: {"value": fen / 100, "unit": "CNY"}, _load_money)
MOMENT = Codec(lambda moment: moment.isoformat(), _load_moment)
DAY = Codec(lambda day: day.isoformat(), lambda value: dt.date.fromisoformat(value))
#: strings only, as TMF characteristics: [{"name": ..., "value": ...}]
TRAITS = Codec(
    lambda mapping: [{"name": k, "value": v} for k, v in mapping.items()],
    lambda pairs: {_typed(str)(p["name"]): p["value"] for p in pairs},
)


def units(name: str) -> Codec:
    """A TMF quantity: `{"amount": 12, "units": "MB"}`."""

    def load(value: Any) -> int:
        if value["units"] != name:
            raise ValueError(f"expected {name}")
        amount: int = _typed(int)(value["amount"])
        return amount

    return Codec(lambda amount: {"amount": amount, "units": name}, load)


def one_of(kind: type[Enum]) -> Codec:
    return Codec(lambda member: kind(member).value, kind)


def maybe(codec: Codec) -> Codec:
    """None is left out."""
    return Codec(codec.dump, codec.load, optional=True)


def many(codec: Codec) -> Codec:
    """A tuple."""
    return Codec(
        lambda values: [codec.dump(v) for v in values],
        lambda values: tuple(codec.load(v) for v in _typed(list)(values)),
    )


class Shape(Generic[T]):
    """JSON of a value of dataclass `kind`: `fields` maps each field to (path, codec)."""

    def __init__(self, kind: type[T], tmf_type: str, /, **fields: tuple[str, Codec]) -> None:
        self._kind = kind
        self._tmf_type = tmf_type
        self._fields = fields
        unknown = set(fields) ^ set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
        if unknown:
            raise TypeError(f"{kind.__name__}: {sorted(unknown)} must be in both the value and its shape")

    def dump(self, value: T) -> dict[str, Any]:
        out: dict[str, Any] = {"@type": self._tmf_type}
        for name, (path, codec) in self._fields.items():
            field = getattr(value, name)
            if field is None and codec.optional:
                continue
            *parents, last = path.split(".")
            place = out
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = codec.dump(field)
        return out

    def load(self, data: Any) -> T:
        if not isinstance(data, dict):
            raise TypeError("expected an object")
        values: dict[str, Any] = {}
        for name, (path, codec) in self._fields.items():
            place: Any = data
            for part in path.split("."):
                place = place.get(part) if isinstance(place, dict) else None
            if place is None and not codec.optional:
                raise KeyError(path)
            values[name] = None if place is None else codec.load(place)
        return self._kind(**values)

    def dump_all(self, values: Any) -> list[dict[str, Any]]:
        return [self.dump(v) for v in values]

    def load_all(self, data: Any) -> list[T]:
        if not isinstance(data, list):
            raise TypeError("expected a list")
        return [self.load(d) for d in data]

    def codec(self) -> Codec:
        """This shape as the codec of a field."""
        return Codec(self.dump, self.load)
