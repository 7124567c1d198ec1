"""The key menu, from menu.yml: what each key does, for each profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.machine.errors import MenuInvalid
from voice_gateway.profiles import CallerProfile
from voice_gateway.profiles.requests import request_words

FILE = Path(__file__).with_name("menu.yml")
#: Options of a level, and levels.
MOST, DEEPEST = 5, 4
MORE, UP = "9", "#"
_MANNERS = ("elder", "standard")


@dataclass(frozen=True)
class Node:
    """A place in the menu: a level with `options`, or a leaf that says something to the bot or changes the manner."""

    title: str
    elder: str
    options: tuple[Node, ...] = ()
    intent: str = ""
    say: str = ""
    manner: str = ""

    def name(self, profile: CallerProfile) -> str:
        """What it is called for this caller."""
        return self.elder if profile.is_elder else self.title

    def page(self, profile: CallerProfile, page: int) -> tuple[tuple[Node, ...], bool]:
        """The options read together, and whether there are others behind key 9. Pages go round."""
        size = profile.options
        pages = max(1, -(-len(self.options) // size))
        start = page % pages * size
        return self.options[start : start + size], pages > 1


@dataclass(frozen=True)
class Menu:
    """`top`: everything; `away`: what can be registered while the bot is away."""

    top: Node
    away: Node

    def walk(self) -> Iterator[tuple[tuple[int, ...], Node]]:
        """Every leaf of `top` with its path (places from 1)."""
        yield from _leaves(self.top, ())


def _leaves(node: Node, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Node]]:
    for place, option in enumerate(node.options, 1):
        if option.options:
            yield from _leaves(option, (*path, place))
        else:
            yield (*path, place), option


def read_menu(raw: Any) -> Menu:
    """Raises MenuInvalid, which names the option in Chinese."""
    if not isinstance(raw, dict) or set(raw) != {"top", "away"}:
        raise MenuInvalid("top, away", message_zh="菜单 menu.yml 要有 top 和 away 两部分。")
    return Menu(Node("主菜单", "主菜单", _options(raw["top"], "主菜单", 1)), Node("登记", "登记", _options(raw["away"], "登记", DEEPEST)))


def _options(raw: Any, where: str, level: int) -> tuple[Node, ...]:
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST:
        raise MenuInvalid(where, message_zh=f"菜单“{where}”要有 1 到 {MOST} 条。")
    if level > DEEPEST:
        raise MenuInvalid(where, message_zh=f"菜单“{where}”超过 {DEEPEST} 层。")
    return tuple(_node(entry, where, level) for entry in raw)


def _node(entry: Any, where: str, level: int) -> Node:
    if not isinstance(entry, dict) or "title" not in entry:
        raise MenuInvalid(where, message_zh=f"菜单“{where}”里有一条没有 title。")
    title = str(entry["title"])
    kinds = {"options"}, {"intent", "say"}, {"manner"}
    if entry.keys() - {"title", "elder"} not in kinds:
        raise MenuInvalid(title, message_zh=f"菜单“{title}”要么有 options，要么有 intent 和 say，要么有 manner。")
    manner = str(entry.get("manner") or "")
    if manner and manner not in _MANNERS and manner not in request_words().dialects:
        raise MenuInvalid(title, message_zh=f"菜单“{title}”的 manner 不认识：{manner}。")
    options = _options(entry["options"], title, level + 1) if "options" in entry else ()
    return Node(title, str(entry.get("elder") or title), options, str(entry.get("intent") or ""), str(entry.get("say") or ""), manner)


@lru_cache(maxsize=1)
def house_menu() -> Menu:
    """menu.yml, read once. Raises MenuInvalid."""
    try:
        return read_menu(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise MenuInvalid(str(error), message_zh="菜单 menu.yml 读不出来，请检查格式。") from error
