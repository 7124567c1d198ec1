"""Sounds in a folder, each file checked by its own sum: one that was cut short or changed counts as not there.

Only for texts that are the same for everybody: what is said to one customer is never handed to this module.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from common.log import get_logger

#: All files together, bytes: some 100 minutes at 16 kHz.
LIMIT = 200 * 1024**2
#: One file, bytes: two minutes at 16 kHz; what is larger is not ours.
LARGEST = 4 * 1024**2
_MAGIC = b"YIDASND1"
_HEAD = struct.Struct("<8s32sI")
_SUFFIX = ".sound"
#: A file that was being written this long ago, seconds, is never finished.
_ABANDONED = 3600.0
_log = get_logger(__name__)


@dataclass(frozen=True)
class Sound:
    """16 bit little-endian mono."""

    pcm: bytes = field(repr=False)
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / 2 / self.sample_rate


class ClauseFiles:
    """Sounds by key (letters and figures). Blocking; safe from several threads and processes; never raises OSError.

    Those used longest ago go when all together have more than `limit` bytes.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self._folder, self._limit = folder, limit
        self._lock = threading.Lock()
        self._total: int | None = None

    def read(self, key: str) -> Sound | None:
        """None where it is not there or damaged; a damaged one is removed."""
        file = self._folder / f"{key}{_SUFFIX}"
        try:
            with file.open("rb") as opened:
                data = opened.read(LARGEST + 1)
        except OSError:
            return None
        if (sound := _unpacked(data)) is None:
            _log.warning("a kept sound was damaged")
            _remove(file)
            return None
        with contextlib.suppress(OSError):  # a folder that can only be read: fine
            os.utime(file)
        return sound

    def write(self, key: str, sound: Sound) -> bool:
        """Keep it; False where that was not possible."""
        data = _packed(sound)
        if len(data) > min(LARGEST, self._limit):
            return False
        aside = self._folder / f"{key}.{os.getpid()}-{threading.get_ident()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(data)
            aside.replace(self._folder / f"{key}{_SUFFIX}")
            with self._lock:
                self._count(len(data))
        except OSError as error:
            _log.warning("a sound is not kept", extra={"reason": error.strerror})
            _remove(aside)
            return False
        return True

    def keys(self) -> frozenset[str]:
        """What is there, damaged or not."""
        return frozenset(item.name.removesuffix(_SUFFIX) for item in self._folder.glob(f"*{_SUFFIX}"))

    def keep_only(self, keys: Collection[str]) -> None:
        """Remove all others."""
        for key in self.keys() - frozenset(keys):
            _remove(self._folder / f"{key}{_SUFFIX}")

    def _count(self, added: int) -> None:
        """The folder is looked through only at first and when it grew too large."""
        self._total = None if self._total is None else self._total + added
        if self._total is None or self._total > self._limit:
            self._total = self._clear()

    def _clear(self) -> int:
        """Last used first, until the limit; what is left, bytes."""
        found: list[tuple[int, int, Path]] = []
        for item in self._folder.iterdir():
            try:
                stat = item.stat()
            except OSError:
                continue
            if item.suffix == _SUFFIX:
                found.append((stat.st_mtime_ns, stat.st_size, item))
            elif time.time() - stat.st_mtime > _ABANDONED:
                _remove(item)
        left = 0
        # Down to nine tenths, so that the next sound does not look through the folder again.
        most = self._limit if sum(size for _, size, _ in found) <= self._limit else self._limit * 9 // 10
        for _, size, item in sorted(found, reverse=True):
            if left + size <= most:
                left += size
            else:
                _remove(item)
                most = left  # older ones go too, small as they may be
        return left


def _packed(sound: Sound) -> bytes:
    return _HEAD.pack(_MAGIC, _sum(sound), sound.sample_rate) + sound.pcm


def _unpacked(data: bytes) -> Sound | None:
    if not _HEAD.size <= len(data) <= LARGEST:
        return None
    magic, checksum, sample_rate = _HEAD.unpack_from(data)
    sound = Sound(data[_HEAD.size :], sample_rate)
    return sound if magic == _MAGIC and sample_rate and checksum == _sum(sound) else None


def _sum(sound: Sound) -> bytes:
    return hashlib.sha256(sound.sample_rate.to_bytes(4, "little") + sound.pcm).digest()


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("a file cannot be removed", extra={"reason": error.strerror})
