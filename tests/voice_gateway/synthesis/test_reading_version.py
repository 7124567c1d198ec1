"""What was spoken before the way of reading changed is not heard after it."""

from __future__ import annotations

import sys
from pathlib import Path

from voice_gateway.synthesis import FastSpeech2, frontend, reading_version
from voice_gateway.synthesis.fastspeech2 import known_voice
from voice_gateway.synthesis.reading_version import reading_files


def test_every_module_that_reads_a_text_counts() -> None:
    """What the front end imports of ours, itself or through others, is among the files."""
    room = Path(frontend.__file__).parent
    imported, todo = set(), [frontend.__name__]
    while todo:
        module = sys.modules[todo.pop()]
        for value in vars(module).values():
            name = getattr(value, "__module__", None) or getattr(value, "__name__", "")
            if isinstance(name, str) and name.startswith("voice_gateway.synthesis.") and name not in imported:
                imported.add(name)
                todo.append(name)
    files = {Path(str(sys.modules[name].__file__)) for name in imported}
    assert len(files) > 5
    assert files - {room / "errors.py"} <= set(reading_files())


def test_a_changed_word_list_is_another_voice(folder: Path, tmp_path: Path, monkeypatch) -> None:
    before = known_voice(folder)
    changed = tmp_path / "words.yml"
    changed.write_text("other: words")
    files = (*reading_files()[:-1], changed)
    monkeypatch.setattr(reading_version, "reading_files", lambda: files)
    reading_version.reading_version.cache_clear()
    try:
        assert known_voice(folder).version != before.version
    finally:
        reading_version.reading_version.cache_clear()


async def test_who_speaks_is_known_without_loading_anything(folder: Path, engine: FastSpeech2) -> None:
    assert await engine.voice() == known_voice(folder)
