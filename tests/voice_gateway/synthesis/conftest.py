"""The voice that set-up made; where it is not there it is made, and where it cannot be fetched the tests are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.settings import Settings
from voice_gateway.synthesis import FastSpeech2
from voice_gateway.synthesis.errors import VoiceSourceUnreachable
from voice_gateway.synthesis.files import SYMBOLS
from voice_gateway.synthesis.prepare import FOLDER, prepare
from voice_gateway.synthesis.pronounce import Pronouncer
from voice_gateway.synthesis.symbols import SymbolTable


@pytest.fixture(scope="session")
def folder() -> Path:
    pytest.importorskip("ai_edge_litert", reason="no build of the speech engine for this machine")
    models = Settings().models_dir
    try:
        prepare(models)
    except VoiceSourceUnreachable as error:
        pytest.skip(f"the voice cannot be fetched: {error}")
    return models / FOLDER


@pytest.fixture(scope="session")
def pronouncer() -> Pronouncer:
    return Pronouncer()


@pytest.fixture(scope="session")
def table(folder: Path) -> SymbolTable:
    return SymbolTable.read((folder / SYMBOLS).read_bytes())


@pytest.fixture(scope="session")
def engine(folder: Path, pronouncer: Pronouncer) -> Iterator[FastSpeech2]:
    made = FastSpeech2(folder, pronouncer)
    yield made
    made.close()
