"""What an entity is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entity:
    """One entity found in a text: `text[start:end]` says it, `value` is its one written form.

    | entity | value |
    |---|---|
    | phone | 11 digits, or a fixed line with its area code |
    | ticket_id | `GD` and ten digits |
    | amount | yuan, float |
    | data_volume | MB, int (1 GB = 1024 MB) |
    | bandwidth | Mbit/s, int |
    | month | `YYYY-MM` |
    | plan | catalogue id such as `plan.5g129`, else the name as said |
    | time | `{"date": "YYYY-MM-DD", "period": 上午/中午/下午/晚上/None, "hour": 0..23/None}` |
    | address | as said |
    | relation | 母亲, 父亲 ... |
    """

    entity: str
    value: Any
    start: int
    end: int
    text: str

    def overlaps(self, other: Entity) -> bool:
        return self.start < other.end and other.start < self.end
