"""Dialect words and what they mean in Mandarin, from `words/*.yml`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import yaml

from nlu.dialects.model import Item, Kind, Lexicon, LexiconInvalid
from nlu.standard.aligned import Aligned, Edit

FOLDER = Path(__file__).with_name("words")
_GUARDS = ("before", "after", "not_before", "not_after")
_KEYS = {"said", "means", "kind", "example", "note", *_GUARDS}


def read_lexicon(path: Path) -> Lexicon:
    """One file. Raises LexiconInvalid, which names file and item in Chinese."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise LexiconInvalid(f"{path.name}: {error}", message_zh=f"方言词表 {path.name} 读不出来，请检查格式。") from error
    if not isinstance(raw, dict) or not {"name", "title", "regions", "items"} <= raw.keys():
        raise LexiconInvalid(path.name, message_zh=f"方言词表 {path.name} 缺少 name、title、regions 或 items。")
    if raw["name"] != path.stem:
        raise LexiconInvalid(path.name, message_zh=f"方言词表 {path.name} 的 name 和文件名不同。")
    items = tuple(item for number, entry in enumerate(raw["items"], 1) for item in _items(path, number, entry))
    return Lexicon(raw["name"], str(raw["title"]), tuple(map(str, raw["regions"])), items)


def _items(path: Path, number: int, raw: Any) -> Iterator[Item]:
    where = f"方言词表 {path.name} 第 {number} 条"
    if not isinstance(raw, dict) or not {"said", "means", "kind"} <= raw.keys():
        raise LexiconInvalid(f"{path.name} {number}", message_zh=f"{where}缺少 said、means 或 kind。")
    if unknown := raw.keys() - _KEYS:
        raise LexiconInvalid(f"{path.name} {number}", message_zh=f"{where}有不认识的字段：{'、'.join(sorted(unknown))}。")
    if raw["kind"] not in get_args(Kind):
        raise LexiconInvalid(f"{path.name} {number}", message_zh=f"{where}的 kind 只能是 {'、'.join(get_args(Kind))}。")
    guards: dict[str, tuple[str, ...]] = {}
    for name in _GUARDS:
        values = raw.get(name) or ()
        guards[name] = (str(values),) if isinstance(values, str | int) else tuple(map(str, values))
    said = raw["said"] if isinstance(raw["said"], list) else [raw["said"]]
    for word in said:
        if not isinstance(word, str) or not word.strip():
            raise LexiconInvalid(f"{path.name} {number}", message_zh=f"{where}的 said 有空的写法。")
        yield Item(word.strip().lower(), str(raw["means"] if raw["means"] is not None else ""), raw["kind"],
                   path.stem, str(raw.get("example") or ""), **guards)  # fmt: skip


@dataclass(frozen=True)
class Lexicons:
    """All files, ready to be applied. Where two items fit one place, the longer word wins, then the guarded one."""

    files: tuple[Lexicon, ...]
    _heads: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list), repr=False)

    def __post_init__(self) -> None:
        for item in self.items():
            self._heads[item.said[0]].append(item)
        for items in self._heads.values():
            items.sort(key=lambda item: (-len(item.said), not item.guarded))

    def items(self) -> Iterator[Item]:
        """Those of all files."""
        return (item for file in self.files for item in file.items)

    def matches(self, text: str) -> Iterator[tuple[int, Item]]:
        """(place, item) from left to right, without overlap; `text` is lower case and simplified."""
        at = 0
        while at < len(text):
            for item in self._heads.get(text[at], ()):
                if text.startswith(item.said, at) and item.fits(text, at):
                    yield at, item
                    at += len(item.said)
                    break
            else:
                at += 1

    def apply(self, text: Aligned) -> Aligned:
        """Dialect words replaced by what they mean."""
        return text.edit([Edit(at, at + len(item.said), item.means) for at, item in self.matches(text.text)])


def load_lexicons(paths: Iterable[Path]) -> Lexicons:
    """Raises LexiconInvalid."""
    return Lexicons(tuple(read_lexicon(path) for path in sorted(paths)))


@lru_cache(maxsize=1)
def lexicons() -> Lexicons:
    """The lexicons of the house, read once."""
    return load_lexicons(FOLDER.glob("*.yml"))
