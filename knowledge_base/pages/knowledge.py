"""The knowledge base of this process, opened behind the pages' back so that nothing waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from common.errors import YidaError
from common.log import get_logger
from knowledge_base.encoder import Encoder
from knowledge_base.pages.errors import NotOpened, StillLoading
from knowledge_base.service import KnowledgeBase

_log = get_logger(__name__)
State = Literal["waiting", "loading", "ready", "failed"]


async def _at_once() -> None:
    return None


class Knowledge:
    """Opens a KnowledgeBase in a thread once `after` has returned, and follows its files from then on.

    `open_` makes it (blocking; may raise YidaError). `encoder` is the one it was made with, for searches of
    another day. `changed`, set before `start`, is called from the watcher's thread when files have changed.
    """

    def __init__(
        self,
        open_: Callable[[], KnowledgeBase],
        encoder: Encoder,
        after: Callable[[], Awaitable[object]] = _at_once,
    ) -> None:
        self.changed: Callable[[], object] | None = None
        self._open = open_
        self._after = after
        self._base: KnowledgeBase | None = None
        self._failure = ""
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self.encoder = encoder
        self.state: State = "waiting"

    def start(self) -> None:
        """Begin; returns at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="kb-pages-open")

    async def close(self) -> None:
        """Stop following the files."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._base is not None:
            await asyncio.to_thread(self._base.close)

    @property
    def base(self) -> KnowledgeBase:
        """The open knowledge base. Raises StillLoading and NotOpened."""
        if self._base is not None:
            return self._base
        if self.state == "failed":
            raise NotOpened(message_zh=f"知识库没能打开：{self._failure}")
        # Somebody is looking: do not wait for what we were told to wait for.
        self._wanted.set()
        raise StillLoading()

    def status(self) -> dict[str, Any] | None:
        """`KnowledgeBase.status()`, None while there is none."""
        return self._base.status() if self._base is not None else None

    async def _run(self) -> None:
        waits = [asyncio.ensure_future(self._after()), asyncio.ensure_future(self._wanted.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await wait
        self.state = "loading"
        opening = asyncio.ensure_future(asyncio.to_thread(self._open))
        try:
            base = await asyncio.shield(opening)
        except YidaError as error:
            _log.exception("knowledge base of the pages not opened")
            self.state, self._failure = "failed", error.message_zh
        except asyncio.CancelledError:
            # The thread cannot be stopped: what it opens is closed when it is there.
            opening.add_done_callback(lambda done: None if done.exception() else done.result().close())
            raise
        except Exception:
            _log.exception("knowledge base of the pages not opened")
            self.state, self._failure = "failed", "程序出错，请看网关日志。"
        else:
            base.start(changed=self.changed)
            self._base, self.state = base, "ready"
