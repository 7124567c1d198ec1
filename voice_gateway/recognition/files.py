"""The folder of a prepared recogniser: its files and the card that says what they are."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from voice_gateway.recognition.errors import ModelNotBuilt

CARD = "card.json"


@dataclass(frozen=True)
class ModelCard:
    """What a prepared model is. `version` names its source; `files` gives the sha256 of each by name."""

    name: str
    version: str
    files: dict[str, str]


def read_card(folder: Path) -> ModelCard:
    """Raises ModelNotBuilt where there is none, it cannot be read, or a file it names is missing."""
    try:
        card = ModelCard(**json.loads((folder / CARD).read_text(encoding="utf-8")))
        missing = [name for name in card.files if not (folder / name).is_file()]
    except (OSError, ValueError, TypeError) as error:
        raise ModelNotBuilt(f"{folder.name}/{CARD}: {error}") from None
    if missing:
        raise ModelNotBuilt(f"{folder.name}/{missing[0]} is missing")
    return card


def check(folder: Path) -> ModelCard:
    """The card, after every file was found to be the one it names. Raises ModelNotBuilt."""
    card = read_card(folder)
    for name, wanted in card.files.items():
        try:
            found = digest(folder / name)
        except OSError as error:
            raise ModelNotBuilt(f"{folder.name}/{name}: {error.strerror}") from None
        if found != wanted:
            raise ModelNotBuilt(f"{folder.name}/{name} was changed after set-up")
    return card


def write_card(folder: Path, card: ModelCard) -> None:
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """sha256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def made_aside(folder: Path) -> Iterator[Path]:
    """A new folder to fill; it takes the place of `folder` at the end, and goes away after any error."""
    aside = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        yield aside
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
