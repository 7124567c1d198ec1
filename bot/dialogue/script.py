"""A written conversation: what the customer says, and what any good answer must hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.dialogue.errors import ScriptInvalid

_SCRIPT = {"name", "phone", "channel", "profile", "turns"}
_TURN = {"user", "bot", "intent", "after"}
_BOT = {"contains", "contains_any", "not_contains", "then_contains", "matches"}
_AFTER = re.compile(r"(\d+)([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True)
class Expected:
    """All of `contains`, one of `contains_any`, none of `not_contains` in the answer; `then_contains` in a reply after
    the first; `matches` are regular expressions found in it."""

    contains: tuple[str, ...] = ()
    contains_any: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()
    then_contains: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()

    def failures(self, replies: Sequence[str]) -> list[str]:
        """What is missing, in Chinese; nothing where all is there. An empty answer always fails."""
        whole = "\n".join(replies)
        if not whole.strip():
            return ["没有回答"]
        failed = [f"没有“{word}”" for word in self.contains if word not in whole]
        if self.contains_any and not any(word in whole for word in self.contains_any):
            failed.append(f"没有其中任何一个：{'、'.join(self.contains_any)}")
        failed += [f"不该有“{word}”" for word in self.not_contains if word in whole]
        later = "\n".join([*whole.split("\n")[1:], *replies[1:]])
        failed += [f"后面没有再说“{word}”" for word in self.then_contains if word not in later]
        failed += [f"对不上“{pattern}”" for pattern in self.matches if not re.search(pattern, whole)]
        return failed


@dataclass(frozen=True)
class Line:
    """One turn. `after`: seconds that have passed since the turn before; `intent`: what it must be understood as."""

    user: str
    expected: Expected
    intent: str | None = None
    after: int = 0


@dataclass(frozen=True)
class Script:
    """`phone` None: a stranger."""

    name: str
    lines: tuple[Line, ...]
    phone: str | None = None
    channel: str = "app"
    profile: str | None = None
    file: str = ""


def read_scripts(paths: Sequence[Path]) -> list[Script]:
    """All conversations of files and of folders of them. Raises ScriptInvalid, which names file and conversation."""
    files = [file for path in paths for file in (sorted(path.glob("**/*.yml")) if path.is_dir() else [path])]
    found = [script for file in files for script in _read(file)]
    if not found:
        raise ScriptInvalid("no conversations", message_zh="没有找到对话文件。")
    return found


def _read(file: Path) -> list[Script]:
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ScriptInvalid(f"{file.name}: {error}", message_zh=f"对话文件 {file.name} 读不出来。") from error
    if not isinstance(raw, list):
        raise ScriptInvalid(file.name, message_zh=f"对话文件 {file.name} 应是一串对话。")
    return [_script(file, number, entry) for number, entry in enumerate(raw, 1)]


def _script(file: Path, number: int, raw: Any) -> Script:
    where = f"{file.name} 第 {number} 个对话"
    _keys(raw, _SCRIPT, {"name", "turns"}, where)
    phone = raw.get("phone")
    lines = tuple(_line(turn, f"{where}“{raw['name']}”第 {at} 句") for at, turn in enumerate(raw["turns"], 1))
    return Script(str(raw["name"]), lines, str(phone) if phone else None, str(raw.get("channel") or "app"),
                  raw.get("profile"), file.stem)  # fmt: skip


def _line(raw: Any, where: str) -> Line:
    _keys(raw, _TURN, {"user"}, where)
    bot = raw.get("bot") or {}
    _keys(bot, _BOT, set(), where)
    parts = {name: tuple(map(str, value if isinstance(value, list) else [value])) for name, value in bot.items()}
    after = 0
    if raw.get("after"):
        match = _AFTER.fullmatch(str(raw["after"]))
        if match is None:
            raise ScriptInvalid(where, message_zh=f"{where}：after 写成 30m、2h 或 1d。")
        after = int(match[1]) * _SECONDS[match[2]]
    return Line(str(raw["user"]), Expected(**parts), raw.get("intent"), after)


def _keys(raw: Any, allowed: set[str], needed: set[str], where: str) -> None:
    if not isinstance(raw, dict):
        raise ScriptInvalid(where, message_zh=f"{where}：应是键值。")
    if missing := needed - raw.keys():
        raise ScriptInvalid(where, message_zh=f"{where}：缺少 {'、'.join(sorted(missing))}。")
    if unknown := raw.keys() - allowed:
        raise ScriptInvalid(where, message_zh=f"{where}：不认识 {'、'.join(sorted(map(str, unknown)))}。")
