"""Prompts rendered ahead, in a folder that set-up makes: they are heard even where no synthesiser works.

A card names each text (by its sum) and the file with its sound; the files check themselves. What has not changed since
the last rendering is taken over, so a changed sentence costs one sentence.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from voice_gateway.synthesis.clause_cache import key_of
from voice_gateway.synthesis.clause_files import ClauseFiles, Sound
from voice_gateway.synthesis.errors import SynthesisError, SynthesisFailed
from voice_gateway.synthesis.port import Style, Voice
from voice_gateway.synthesis.shaping import FORM

CARD = "card.json"
#: No bound but the number of prompts: nothing here may be dropped for space.
_NO_LIMIT = 1 << 40
_GIVE_UP = 3
Wanted = tuple[str, Style]
Say = Callable[[str, Style], Awaitable[Sound]]


@dataclass(frozen=True)
class Rendering:
    """What a rendering did, in clauses."""

    total: int
    made: int


class PromptStore:
    """Reads such a folder. A folder that is not there holds nothing."""

    def __init__(self, folder: Path) -> None:
        self._files = ClauseFiles(folder, _NO_LIMIT)
        self._sounds = _read_card(folder)
        self._texts = frozenset(name.partition("-")[0] for name in self._sounds)

    def __len__(self) -> int:
        return len(self._sounds)

    def knows(self, text: str) -> bool:
        """Rendered in some style."""
        return _sum(text) in self._texts

    async def find(self, text: str, style: Style) -> Sound | None:
        """None where it was not rendered in this style, or its file is damaged."""
        key = self._sounds.get(_name(text, style))
        return await asyncio.to_thread(self._files.read, key) if key else None


async def render_prompts(
    folder: Path,
    voice: Voice,
    say: Say,
    wanted: Iterable[Wanted],
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Rendering:
    """Make `folder` hold every text of `wanted` in its style, and nothing else; quick where it does.

    `say` is called only for what is not there. A clause that cannot be said does not keep the others from being rendered;
    its SynthesisError is raised at the end, or at the third in a row.
    """
    files = ClauseFiles(folder, _NO_LIMIT)
    there = files.keys()
    sounds = {_name(text, style): (key_of(text, voice, style, FORM), text, style) for text, style in wanted}
    missing = {key: (text, style) for key, text, style in sounds.values() if key not in there}
    failed: dict[str, SynthesisError] = {}
    in_a_row = 0
    for done, (key, (text, style)) in enumerate(missing.items()):
        told(done, len(missing))
        try:
            await _keep(files, key, await say(text, style))
            in_a_row = 0
        except SynthesisError as error:
            failed[key] = error
            in_a_row += 1
            if in_a_row == _GIVE_UP:
                raise
    card = {name: key for name, (key, _, _) in sorted(sounds.items()) if key not in failed}
    if missing or card != _read_card(folder):
        _write_card(folder, card)
        files.keep_only(set(card.values()))
    if failed:
        raise next(iter(failed.values()))
    return Rendering(len(card), len(missing))


async def _keep(files: ClauseFiles, key: str, sound: Sound) -> None:
    if not await asyncio.to_thread(files.write, key, sound):
        raise SynthesisFailed("the folder of the prompts cannot be written")


def check_prompts(folder: Path) -> int:
    """Remove damaged files, so that the next rendering makes them again; how many."""
    files = ClauseFiles(folder, _NO_LIMIT)
    return sum(files.read(key) is None for key in sorted(files.keys()))


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _name(text: str, style: Style) -> str:
    return f"{_sum(text)}-{style.rate:g}-{style.pause_ms}"


def _read_card(folder: Path) -> dict[str, str]:
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(key) for name, key in card.items()} if isinstance(card, dict) else {}


def _write_card(folder: Path, card: dict[str, str]) -> None:
    aside = folder / f".{CARD}-{os.getpid()}"
    try:
        aside.write_text(json.dumps(card, indent=0) + "\n", encoding="utf-8")
        aside.replace(folder / CARD)
    except OSError as error:
        raise SynthesisFailed(f"{CARD}: {error.strerror}") from None
