"""The folder of a prepared voice: its files and the card that says what they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from voice_gateway.synthesis.errors import VoiceNotBuilt

ACOUSTIC, VOCODER, SYMBOLS, CARD, LICENCE = "acoustic.tflite", "vocoder.tflite", "symbols.json", "card.json", "LICENSE"


@dataclass(frozen=True)
class VoiceCard:
    """What a prepared voice is. `version` names weights and rewriting; `files` gives the sha256 of each by name."""

    name: str
    version: str
    sample_rate: int
    files: dict[str, str]


def read_card(folder: Path) -> VoiceCard:
    """Raises VoiceNotBuilt where there is none, it cannot be read, or a file it names is missing."""
    try:
        card = VoiceCard(**json.loads((folder / CARD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise VoiceNotBuilt(f"{CARD}: {error}") from None
    for name in card.files:
        if not (folder / name).is_file():
            raise VoiceNotBuilt(f"{name} is missing")
    return card


def read_verified(folder: Path, card: VoiceCard, name: str) -> bytes:
    """A file's bytes. Raises VoiceNotBuilt where they are not those the card names."""
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise VoiceNotBuilt(f"{name}: {error.strerror}") from None
    if digest(data) != card.files.get(name):
        raise VoiceNotBuilt(f"{name} was changed after set-up")
    return data


def write_card(folder: Path, card: VoiceCard) -> None:
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
