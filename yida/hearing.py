"""The recogniser of this machine, as the settings choose it and where set-up could get one."""

from __future__ import annotations

from importlib.util import find_spec

from common.log import get_logger
from common.settings import Settings
from voice_gateway.recognition import fetch, prepare
from voice_gateway.recognition.errors import ModelNotBuilt
from voice_gateway.recognition.files import read_card
from voice_gateway.recognition.pool import DecodePool
from voice_gateway.recognition.port import Recognizer
from voice_gateway.recognition.vosk import Vosk, check_folder
from voice_gateway.recognition.whisper import Whisper

_log = get_logger(__name__)


def local_recognizer(settings: Settings) -> Recognizer | None:
    """None where callers have their keys only; nothing heavy is loaded before `load` or the first utterance.

    `auto` takes Vosk where its Chinese model is there, for it hears while one speaks, and else Whisper.
    """
    order = {"auto": (_vosk, _whisper), "vosk": (_vosk,), "whisper": (_whisper,), "none": ()}[settings.recognizer]
    missing: list[str] = []
    for make in order:
        try:
            return make(settings)
        except ModelNotBuilt as error:
            missing.append(str(error))
    if missing:
        _log.warning("no recogniser", extra={"reason": "; ".join(missing)})
    return None


def _vosk(settings: Settings) -> Recognizer:
    folder = settings.models_dir / fetch.FOLDER
    check_folder(folder)
    _installed("vosk")
    return Vosk(folder, DecodePool(settings.recognizer_threads))


def _whisper(settings: Settings) -> Recognizer:
    folder = settings.models_dir / prepare.FOLDER
    read_card(folder)
    _installed("ctranslate2")
    return Whisper(folder, DecodePool(settings.recognizer_threads))


def _installed(package: str) -> None:
    if find_spec(package) is None:
        raise ModelNotBuilt(f"{package} is not installed")
