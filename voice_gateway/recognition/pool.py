"""Where decoding happens: a few threads for all calls, and a limit on what may wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from voice_gateway.recognition.errors import RecognitionFailed, RecognizerBusy

T = TypeVar("T")
#: Jobs that may wait for each thread: at half a second each, nobody waits longer than two.
WAITING = 4


def default_threads() -> int:
    """One for each core, at most four: the rest of the house wants some too."""
    return max(1, min(4, os.cpu_count() or 1))


class DecodePool:
    """Runs blocking work off the event loop. Used from one loop."""

    def __init__(self, threads: int = 0, waiting: int = WAITING) -> None:
        """`threads` 0: by cores. `waiting`: jobs that may wait, for each thread."""
        self.threads = threads or default_threads()
        self._limit = self.threads * (1 + waiting)
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="hearing")
        self._inside = 0

    @property
    def inside(self) -> int:
        """Jobs that run or wait."""
        return self._inside

    async def run(self, work: Callable[[], T]) -> T:
        """Raises RecognizerBusy where too much waits already, RecognitionFailed once closed.

        Where the waiting task is cancelled, a job that has not begun never begins.
        """
        if self._inside >= self._limit:
            raise RecognizerBusy(f"{self._inside} jobs for {self.threads} threads")
        try:
            job = self._executor.submit(work)
        except RuntimeError:
            raise RecognitionFailed("closed") from None
        self._inside += 1
        loop = asyncio.get_running_loop()
        job.add_done_callback(lambda done: self._told(loop, done))
        return await asyncio.wrap_future(job)

    def _told(self, loop: asyncio.AbstractEventLoop, _: Future[T]) -> None:
        """In whatever thread ended the job; the count belongs to the loop."""
        with contextlib.suppress(RuntimeError):  # the loop is gone, and the count with it
            loop.call_soon_threadsafe(self._out)

    def _out(self) -> None:
        self._inside -= 1

    def close(self) -> None:
        """What waits is dropped, what runs is finished."""
        self._executor.shutdown(wait=False, cancel_futures=True)
