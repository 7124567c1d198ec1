"""Names the way texts are read: what was spoken before a change of it must not be heard after it.

Taken from the files themselves, so that nobody has to remember a number. A change without an effect costs the prompts
one more rendering.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from nlu.text import numerals

_HERE = Path(__file__).parent
_FILES = (
    "clauses.py", "frontend.py", "letters.yml", "pronounce.py", "sandhi.py", "say_as.py", "syllables.py", "symbols.py",
    "words.yml", "written.py",
)  # fmt: skip


def reading_files() -> tuple[Path, ...]:
    """The code and the word lists between a text and what an engine gets."""
    return (*(_HERE / name for name in _FILES), *sorted((_HERE / "spoken").glob("*.py")), Path(numerals.__file__))


@lru_cache(maxsize=1)
def reading_version() -> str:
    """Ten characters that change with any of `reading_files`; read once a process."""
    digest = hashlib.sha256()
    for file in reading_files():
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:10]
