"""The voice of this machine, where set-up could get one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec

from common.log import get_logger
from common.settings import Settings
from voice_gateway.synthesis.errors import VoiceNotBuilt
from voice_gateway.synthesis.fastspeech2 import FastSpeech2
from voice_gateway.synthesis.files import read_card
from voice_gateway.synthesis.prepare import FOLDER
from voice_gateway.synthesis.speaker import CachedSpeaker

_log = get_logger(__name__)


def local_synthesizer(settings: Settings) -> FastSpeech2 | None:
    """None where its files or its engine are not there; nothing heavy is loaded before the first text."""
    folder = settings.models_dir / FOLDER
    try:
        read_card(folder)
    except VoiceNotBuilt as error:
        _log.warning("no voice", extra={"reason": str(error)})
        return None
    if find_spec("ai_edge_litert") is None:
        _log.warning("no voice", extra={"reason": "ai-edge-litert is not installed"})
        return None
    return FastSpeech2(folder)


@contextlib.contextmanager
def answer_speaker(settings: Settings) -> Iterator[CachedSpeaker | None]:
    """Reads knowledge answers aloud for editors, until the block ends; None where there is no voice."""
    synthesizer = local_synthesizer(settings)
    try:
        yield CachedSpeaker(synthesizer, settings.var_dir / "speech") if synthesizer else None
    finally:
        if synthesizer:
            synthesizer.close()
