"""Edits made in a text editor get into the history when they are made, not when somebody looks at it."""

from __future__ import annotations

import asyncio
import contextlib

from common.errors import YidaError
from common.log import get_logger
from knowledge_base.editing.history import History

_log = get_logger(__name__)


class OutsideEdits:
    """Records what differs from the last version: once at the start, and after each `changed`.

    It runs beside the watcher that calls `changed`, so that git never holds up an answer; calls that come while it
    is at work are taken together. What editing records itself differs from nothing, so it is not recorded twice.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._wanted = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what was changed before; returns at once. Call it in the event loop."""
        if self._task is None:
            self._loop = asyncio.get_running_loop()
            self._wanted.set()
            self._task = asyncio.create_task(self._run(), name="kb-outside-edits")

    def changed(self) -> None:
        """Files have changed. From any thread; does nothing after the end."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._wanted.set)

    async def close(self) -> None:
        """End; what is being recorded is finished by its thread."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                version = await asyncio.to_thread(self._history.record_outside_edits)
            except YidaError as error:
                # The next change, the next save or a look at the history records it.
                _log.warning("edits in files not recorded", extra={"code": error.code, "reason": str(error)})
            except Exception:
                _log.exception("edits in files not recorded")
            else:
                if version is not None:
                    _log.info("edits in files recorded", extra={"version": version.id, "entries": len(version.changes)})
