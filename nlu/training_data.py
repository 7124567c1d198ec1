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
    """All lines, files in order of their names. Raises OSError, yaml.YAMLError, and ValueError for a line without `- `."""
    found: list[Example] = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            if "intent" not in block:
                continue
            for line in filter(None, map(str.strip, block["examples"].splitlines())):
                if not line.startswith("- "):
                    raise ValueError(f"{path.name}: {line}")
                found.append(Example(line[2:].strip(), block["intent"], path.stem))
    return found
