"""What is kept of calls: a timeline of each, and its recording where that was announced; both for a number of days."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

from common.clock import Clock
from common.log import get_logger
from voice_gateway.calls.recording import Recording

log = get_logger(__name__)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


class Records:
    """`folder`/<day>/<call id>.jsonl and .wav. Only the owner may read them. `days` 0: kept for ever."""

    def __init__(self, folder: Path, clock: Clock, *, record: bool = False, days: int = 30) -> None:
        self._folder, self._clock, self.record, self._days = folder, clock, record, days

    def path(self, call_id: str) -> Path:
        """Without suffix."""
        return self._folder / f"{self._clock.now():%Y-%m-%d}" / (_UNSAFE.sub("-", call_id)[:80] or "call")

    def recording(self, call_id: str, sample_rate: int, clock: Callable[[], float]) -> Recording | None:
        """None where calls are not recorded, or the disk refuses."""
        if not self.record:
            return None
        try:
            return Recording(self.path(call_id).with_suffix(".wav"), sample_rate, clock)
        except OSError as error:
            log.warning("call is not recorded", extra={"reason": error.strerror})
            return None

    async def keep(self, path: Path, timeline: str, recording: Recording | None) -> None:
        """At the end of a call; a disk that refuses costs the record, not the call."""
        try:
            await asyncio.to_thread(_write, path, timeline, recording)
            await asyncio.to_thread(self.clear)
        except OSError as error:
            log.warning("call is not kept", extra={"reason": error.strerror})

    def clear(self) -> None:
        """Days that are over are deleted."""
        if not self._days or not self._folder.is_dir():
            return
        oldest = (self._clock.now() - dt.timedelta(days=self._days)).date().isoformat()
        for day in self._folder.iterdir():
            if _DAY.fullmatch(day.name) and day.name < oldest:
                for file in day.iterdir():
                    file.unlink(missing_ok=True)
                day.rmdir()


def _write(path: Path, timeline: str, recording: Recording | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = path.with_suffix(".jsonl")
    file.touch(mode=0o600)
    file.write_text(timeline, encoding="utf-8")
    if recording is not None:
        recording.close()
