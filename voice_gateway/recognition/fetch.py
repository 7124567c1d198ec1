"""Fetches Vosk's small Chinese model into `models/`, checked: `yida voice fetch-vosk`.

A download that broke off is gone on with. Nothing is unpacked before the whole archive has the sha256 that is wanted,
and nothing of it lands outside its folder.
"""

from __future__ import annotations

import errno
import http.client
import os
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

from voice_gateway.recognition.errors import ModelNotBuilt, ModelSourceInvalid, ModelSourceUnreachable
from voice_gateway.recognition.files import ModelCard, check, digest, made_aside, write_card

FOLDER = "vosk-model-small-cn-0.22"
URL = f"https://alphacephei.com/vosk/models/{FOLDER}.zip"
#: Of the archive, as a public document states it.
SHA256 = "3af8b0e7e0f835ae9d414ce5df580237a3cfb08d586c9fbbb0f7ff29ad5b14ba"
#: Seconds without a byte until it is given up.
_PATIENCE = 20.0
_CHUNK = 1 << 18
#: The archive has 42 MB; whatever is much larger is something else, packed or not.
_LARGEST, _LARGEST_UNPACKED = 200 << 20, 1 << 30
_TOLD_EVERY = 5 << 20
Say = Callable[[str], None]


def fetch(
    models: Path, url: str = URL, sha256: str = SHA256, say: Say = lambda line: None, patience: float = _PATIENCE
) -> Path:
    """The model's folder; a finished one of the same archive is kept. Raises ModelSourceUnreachable, ModelSourceInvalid."""
    folder = models / FOLDER
    try:
        if check(folder).version == sha256.lower():
            return folder
    except ModelNotBuilt:
        pass
    archive = models / f".{FOLDER}.zip"
    try:
        models.mkdir(parents=True, exist_ok=True)
        _download(url, archive, say, patience)
        if digest(archive) != sha256.lower():
            archive.unlink()
            raise ModelSourceInvalid(
                "the archive has another sha256",
                message_zh="下载的语音识别模型校验值不对，可能损坏或被替换，没有安装。",
            )
        say("解压")
        _unpack(archive, folder, sha256.lower())
        archive.unlink()
    except OSError as error:
        raise _unreachable(error) from None
    return folder


def _download(url: str, archive: Path, say: Say, patience: float) -> None:
    """Into `archive`, from where an earlier try broke off. Raises OSError, ModelSource errors."""
    have = archive.stat().st_size if archive.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:
            goes_on = answer.status == 206
            have = have if goes_on else 0
            total = have + int(answer.headers.get("Content-Length") or 0)
            with archive.open("ab" if goes_on else "wb") as target:
                told = have
                while chunk := answer.read(_CHUNK):
                    target.write(chunk)
                    have += len(chunk)
                    if have > _LARGEST:
                        raise ModelSourceInvalid("the archive is too large")
                    if have - told >= _TOLD_EVERY:
                        told = have
                        say(f"下载 {have / 1e6:.0f}/{total / 1e6:.0f} MB")
            if have < total:
                raise ModelSourceUnreachable("broke off", message_zh="下载中断了，再运行一次会接着下。")
    except urllib.error.HTTPError as error:
        if error.code == 416:  # it is all there already
            return
        raise ModelSourceUnreachable(
            f"HTTP {error.code}", message_zh=f"模型网站回答 {error.code}，没能下载。"
        ) from None
    except (http.client.HTTPException, ValueError) as error:
        raise _unreachable(error) from None


def _unpack(archive: Path, folder: Path, version: str) -> None:
    with made_aside(folder) as aside:
        try:
            with zipfile.ZipFile(archive) as packed:
                if sum(item.file_size for item in packed.infolist()) > _LARGEST_UNPACKED:
                    raise ModelSourceInvalid("unpacks to too much")
                for item in packed.infolist():
                    _extract(packed, item, aside)
        except zipfile.BadZipFile as error:
            raise ModelSourceInvalid(f"{error}") from None
        files = sorted(path for path in aside.rglob("*") if path.is_file())
        write_card(
            aside, ModelCard(FOLDER, version, {path.relative_to(aside).as_posix(): digest(path) for path in files})
        )


def _extract(packed: zipfile.ZipFile, item: zipfile.ZipInfo, aside: Path) -> None:
    """One file, without the archive's own top folder."""
    if item.is_dir():
        return
    place = Path(*Path(item.filename).parts[1:])
    if not place.parts or place.is_absolute() or ".." in place.parts:
        raise ModelSourceInvalid(f"a file at {item.filename!r}")
    target = aside / place
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(item) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            sink.write(chunk)


def _unreachable(error: Exception) -> ModelSourceUnreachable:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return ModelSourceUnreachable("no space", message_zh="磁盘满了，没能存下语音识别模型。")
    if isinstance(error, PermissionError):
        return ModelSourceUnreachable(os.strerror(error.errno or 0), message_zh="模型目录不能写，请检查权限。")
    return ModelSourceUnreachable(
        type(error).__name__,
        message_zh=f"连不上模型网站。可在能上网的机器下载 {FOLDER}.zip，解压到 models 目录。",
    )
