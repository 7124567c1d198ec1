"""Watches a folder by looking at it: works on every file system and with every editor's way of saving."""

from __future__ import annotations

import threading
from collections.abc import Callable

from common.log import get_logger

_log = get_logger(__name__)
#: Seconds a file must stand still before it is read, so that half a file is not taken for the whole.
SETTLE = 0.1


class Watcher:
    """Calls `changed` after what `look` returns has changed and then stood still for `SETTLE` seconds.

    Runs in a daemon thread between `start` and `stop`; an error in `changed` is logged and the watch goes on.
    """

    def __init__(self, look: Callable[[], object], changed: Callable[[], object], interval: float) -> None:
        self._look = look
        self._changed = changed
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="faq-watcher", daemon=True)
        # Nothing seen yet, so that a change between loading and watching is not missed.
        self._seen: object = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._once()
            except Exception:
                _log.exception("watching the FAQ folder failed, trying again")
            self._stopping.wait(self._interval)

    def _once(self) -> None:
        now = self._look()
        if now == self._seen:
            return
        self._stopping.wait(SETTLE)
        if self._look() != now:
            return
        self._changed()
        self._seen = now
