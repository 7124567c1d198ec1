"""What is kept of calls: a timeline of each, and its recording where that was announced; both for a number of days."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from common.clock import Clock
from common.log import get_logger
from voice_gateway.calls.recording import Recording

log = get_logger(__name__)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


class Lines:
    """A file that gets a line at a time; one that cannot be written is told once and passed over."""

    def __init__(self, file: Path | None) -> None:
        self._file: TextIO | None = None
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
            self._file = file.open("a", buffering=1, encoding="utf-8")
        except OSError as error:
            log.warning("call is not kept", extra={"reason": error.strerror})

    def write(self, line: str) -> None:
        """With its newline."""
        if self._file is not None:
            try:
                self._file.write(line)
            except OSError as error:
                log.warning("call is not kept", extra={"reason": error.strerror})
                self.close()

    def close(self) -> None:
        """Nothing more comes."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


class Records:
    """`folder`/<day>/<call id>.jsonl and .wav, none where it is None. Only the owner may read them. `days` 0: for ever."""

    def __init__(self, folder: Path | None, clock: Clock, *, record: bool = False, days: int = 30) -> None:
        self._folder, self._clock, self.record, self._days = folder, clock, record, days

    def path(self, call_id: str) -> Path | None:
        """Without suffix."""
        if self._folder is None:
            return None
        return self._folder / f"{self._clock.now():%Y-%m-%d}" / (_UNSAFE.sub("-", call_id)[:80] or "call")

    def recording(self, call_id: str, sample_rate: int, clock: Callable[[], float]) -> Recording | None:
        """None where calls are not recorded, or the disk refuses."""
        path = self.path(call_id)
        if not self.record or path is None:
            return None
        try:
            return Recording(path.with_suffix(".wav"), sample_rate, clock)
        except OSError as error:
            log.warning("call is not recorded", extra={"reason": error.strerror})
            return None

    def lines(self, call_id: str) -> Lines:
        """The file of a timeline, written as the call goes on: what a killed process served is known up to then."""
        path = self.path(call_id)
        return Lines(path.with_suffix(".jsonl") if path else None)

    async def keep(self, lines: Lines, recording: Recording | None) -> None:
        """At the end of a call; a disk that refuses costs the record, not the call."""
        lines.close()
        try:
            if recording is not None:
                await asyncio.to_thread(recording.close)
            await asyncio.to_thread(self.clear)
        except OSError as error:
            log.warning("call is not kept", extra={"reason": error.strerror})

    def clear(self) -> None:
        """Days that are over are deleted."""
        if not self._days or self._folder is None or not self._folder.is_dir():
            return
        oldest = (self._clock.now() - dt.timedelta(days=self._days)).date().isoformat()
        for day in self._folder.iterdir():
            if _DAY.fullmatch(day.name) and day.name < oldest:
                for file in day.iterdir():
                    file.unlink(missing_ok=True)
                day.rmdir()
