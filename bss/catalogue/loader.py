"""Reads the catalogue's YAML files; a mistake names file, entry and field in Chinese.

References in knowledge entries, `{{ plan.5g129.monthly_fee }}`, are looked up with `Catalogue.lookup`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from bss import types as t
from bss.catalogue.entries import (
    ENTRY_TYPES,
    AddonEntry,
    Entry,
    FeeEntry,
    LineEntry,
    PlanEntry,
    PolicyEntry,
    RewardEntry,
    VasEntry,
    to_fen,
)
from common.errors import ConfigError

_HERE = Path(__file__).resolve().parent
_PROBLEMS = {
    "missing": "没有填写",
    "extra_forbidden": "没有这个字段，请检查拼写",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "string_type": "应为文字（数字请加引号）",
    "greater_than_equal": "太小了",
    "greater_than": "太小了",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "literal_error": "不在可选值之内",
    "tuple_type": "应为列表",
}


class Catalogue:
    """All entries by id (`plan.5g129`, `fee.over_data` ...). Immutable."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._entries

    def ids(self, prefix: str = "") -> Iterator[str]:
        """Ids in file order, those starting with `prefix` (`plan.`)."""
        return (i for i in self._entries if i.startswith(prefix))

    def get(self, entry_id: str) -> Entry:
        """One entry. Raises KeyError with a Chinese sentence."""
        try:
            return self._entries[entry_id]
        except KeyError:
            raise KeyError(f"资费目录里没有 {entry_id}") from None

    def lookup(self, reference: str) -> Any:
        """`plan.5g129.monthly_fee` gives 129; KeyError with a Chinese sentence if there is none."""
        entry_id, _, field = reference.rpartition(".")
        entry = self._entries.get(entry_id)
        if entry is None or field not in type(entry).model_fields:
            raise KeyError(f"资费目录里没有 {reference}")
        return getattr(entry, field)

    def tree(self) -> dict[str, dict[str, dict[str, Any]]]:
        """`{"plan": {"5g129": {"name": ..., ...}}}`, for template engines."""
        out: dict[str, dict[str, dict[str, Any]]] = {}
        for entry_id, entry in self._entries.items():
            kind, _, key = entry_id.partition(".")
            out.setdefault(kind, {})[key] = entry.model_dump()
        return out

    def offer(self, offer_id: str) -> t.Offer | None:
        """The orderable entry of that id; None where there is none or it cannot be ordered."""
        entry = self._entries.get(offer_id)
        if isinstance(entry, (PlanEntry, AddonEntry, VasEntry, LineEntry)):
            return entry.offer()
        return None

    def on_sale(self, offer_id: str) -> bool:
        return bool(getattr(self._entries.get(offer_id), "on_sale", False))

    def offers(self, kind: t.ProductKind, target: str = "") -> list[t.Offer]:
        """Offers on sale, cheapest first."""
        found = (self.offer(i) for i in self.ids(f"{kind.value}.") if self.on_sale(i))
        kept = [o for o in found if o is not None and (not target or o.target == target)]
        return sorted(kept, key=lambda o: (o.monthly_fee_fen + o.price_fen, o.offer_id))

    def reward(self, reward_id: str) -> t.Reward | None:
        entry = self._entries.get(reward_id)
        return entry.reward() if isinstance(entry, RewardEntry) else None

    def rewards(self) -> list[t.Reward]:
        found = (self.reward(i) for i in self.ids("reward."))
        return sorted((r for r in found if r is not None), key=lambda r: (r.points, r.reward_id))

    def fee_fen(self, fee_id: str) -> int:
        """A fee in fen: `fee.sim_replacement` gives 1000."""
        return to_fen(cast(FeeEntry, self.get(fee_id)).amount)

    def rate(self, fee_id: str) -> float:
        """A fee that is a share: `fee.early_leave_rate` gives 0.3."""
        return float(cast(FeeEntry, self.get(fee_id)).amount)

    def policy(self, policy_id: str) -> float:
        return float(cast(PolicyEntry, self.get(policy_id)).value)


class _UniqueKeys(yaml.SafeLoader):
    """Safe loader that refuses a key given twice."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key} 写了两次", key_node.start_mark)
        seen.add(key)
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def load_catalogue(path: Path = _HERE) -> Catalogue:
    """Every `*.yml` in the folder `path`. Raises `ConfigError` with a Chinese sentence."""
    entries: dict[str, Entry] = {}
    files = sorted(path.glob("*.yml"))
    if not files:
        raise _bad(f"{path} 里没有资费目录文件（*.yml）")
    for file in files:
        for entry in _read(file):
            if entry.id in entries:
                raise _bad(f"{file.name}：{entry.id} 在别的文件里已经有了")
            entries[entry.id] = entry
    for entry in entries.values():
        if isinstance(entry, RewardEntry) and entry.offer and entry.offer not in entries:
            raise _bad(f"rewards.yml：{entry.id} 的 offer：资费目录里没有 {entry.offer}")
    return Catalogue(entries)


@functools.cache
def default_catalogue() -> Catalogue:
    """The catalogue shipped with the demo operator, read once."""
    return load_catalogue()


def _read(file: Path) -> Iterator[Entry]:
    try:
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第{mark.line + 1}行" if mark else ""
        raise _bad(f"{file.name}{where}：格式不对，{getattr(error, 'problem', error)}") from error
    kind = data.get("kind") if isinstance(data, dict) else None
    if kind not in ENTRY_TYPES or not isinstance(data.get("items"), dict):
        raise _bad(f"{file.name}：kind 应为 {'、'.join(ENTRY_TYPES)} 之一，并有 items")
    for key, fields in data["items"].items():
        entry_id = str(key) if kind == "line" else f"{kind}.{key}"
        try:
            entry = ENTRY_TYPES[kind].model_validate({**(fields or {}), "id": entry_id})
        except (ValidationError, TypeError) as error:
            raise _bad(f"{file.name}：{entry_id} {_explain(error)}") from error
        if isinstance(entry, LineEntry) and not entry_id.startswith(entry.type + "."):
            raise _bad(f"{file.name}：{entry_id} 的编号应以 {entry.type}. 开头")
        yield entry


def _explain(error: ValidationError | TypeError) -> str:
    if isinstance(error, TypeError):
        return "应为“字段: 值”的形式"
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    return f"的 {field}：{_PROBLEMS.get(first['type'], '填得不对')}"


def _bad(message_zh: str) -> ConfigError:
    return ConfigError(message_zh, message_zh=message_zh)
