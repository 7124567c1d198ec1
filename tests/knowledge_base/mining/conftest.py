"""A small knowledge base with its database, and misses made by searches that really went wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from common.clock import FakeClock
from common.store import Store
from common.trace import tracing
from knowledge_base.editing.drafts import Drafts
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import HashingEncoder
from knowledge_base.mining.handled import Handled
from knowledge_base.mining.miner import Miner
from knowledge_base.mining.recorder import Recorder
from knowledge_base.mining.tables import open_store
from knowledge_base.misses import Misses, Reason
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import REFERENCES

#: Ways to ask how a broadband contract is ended, which no entry of the sample answers.
END = ["宽带合约怎么解约", "宽带合约提前解约", "我想解约宽带合约", "宽带合约解约要赔钱吗", "解约宽带合约怎么弄"]
#: Ways to ask for an electronic invoice that the sample does not know.
INVOICE = ["电子发票去哪下载", "电子发票下载在哪", "怎么下载电子发票", "电子发票下载不了", "下载电子发票怎么开"]
FOREIGN = ["今天天气怎么样啊", "今天天气怎么样", "明天天气怎么样"]


class Loop:
    """The parts of the loop over one folder and one database."""

    def __init__(self, faq: Path, url: str, clock: FakeClock, var: Path, encoder: Any, cache: Path | None) -> None:
        self.clock, self.faq, self.encoder = clock, faq, encoder
        self.kb = KnowledgeBase.open(faq, encoder, REFERENCES, cache, clock)
        self.tables: Store = open_store(url)
        self.recorder = Recorder(self.tables, clock)
        self.engine = sa.create_engine(url)
        self.misses, self.handled = Misses(self.engine, clock), Handled(self.tables, clock)
        self.edits = EditStore(faq, REFERENCES, clock, History(faq, var, clock))
        self.drafts = Drafts(url, self.edits, lambda form, entry_id, category: self.edits.check(form, category, entry_id), clock)
        self.miner = Miner(self.misses, self.handled, self.edits, self.drafts, lambda: self.kb.snapshot, encoder,
                           EmbeddingCache(cache), clock)  # fmt: skip
        self._numbers = itertools.count(1)

    def ask(self, questions: Sequence[str], times: int = 1, answered: Reason = "low_margin") -> None:
        """Customers ask; what the knowledge base makes of it is noted as the actions do."""
        reasons: dict[str, Reason] = {"none": "none", "choose": "not_chosen", "answer": answered}
        for question in list(questions) * times:
            number = next(self._numbers)
            result = self.kb.search(question)
            with tracing(f"trace-{number}"):
                self.recorder.miss(f"talk:{number}", question, reasons[result.outcome], result, "web")
            self.clock.advance(1)
        self.recorder.flush()
        self.clock.advance(1)

    def close(self) -> None:
        self.recorder.close()
        self.drafts.close()
        self.tables.close()
        self.engine.dispose()
        self.kb.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'yida.db'}"


@pytest.fixture
def open_loop(faq: Path, url: str, clock: FakeClock, tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    opened: list[Loop] = []

    def open_(where: str = url, encoder: Any = None, cache: Path | None = None) -> Loop:
        opened.append(Loop(faq, where, clock, tmp_path / "var", encoder or HashingEncoder(), cache))
        return opened[-1]

    yield open_
    for loop in opened:
        loop.close()


@pytest.fixture
def loop(open_loop: Callable[..., Loop]) -> Loop:
    return open_loop()
