"""The training sentences of `nlu/data/*.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Example:
    """One line: what was said and the intent it has. `file` names the topic's file."""

    text: str
    intent: str
    file: str


def read_examples(folder: Path = FOLDER) -> list[Example]:
    """All lines, files in order of their names. Raises OSError and yaml.YAMLError."""
    found: list[Example] = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            if "intent" not in block:
                continue
            lines = (line.strip() for line in block["examples"].splitlines())
            found += [Example(line[2:].strip(), block["intent"], path.stem) for line in lines if line.startswith("- ")]
    return found
