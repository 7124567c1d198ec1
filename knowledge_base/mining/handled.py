"""Which questions an editor has dealt with, so that they are not proposed again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from common.clock import Clock
from common.store import Store
from knowledge_base.mining.gather import Question
from knowledge_base.mining.tables import HandledRow

#: In the files; in a draft; looked at, the answer is to be changed or stays; none of our business, now or later.
How = Literal["saved", "draft", "seen", "outside"]


class Handled:
    """The table `kb_mined`. Methods block."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def mark(self, questions: Sequence[Question], how: How, entry_id: str | None, author: str) -> None:
        """What was missed of these up to now is dealt with."""
        now = self._clock.now()
        rows = [
            {"key": key_of(q.tokens.key), "question": q.text[:200], "how": how, "entry_id": entry_id,
             "author": author[:60], "at": now}
            for q in questions
        ]  # fmt: skip

        def work(session: Session) -> None:
            insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            for row in sorted(rows, key=lambda row: str(row["key"])):
                statement = insert(HandledRow).values(row)
                session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=row))

        self._store.write_now(work)

    def known(self) -> Callable[[str, dt.datetime], bool]:
        """A function of (question's key, when it was missed): whether it was dealt with."""
        query = select(HandledRow.key, HandledRow.how, HandledRow.at)
        rows = self._store.read_now(lambda session: session.execute(query).all())
        done: dict[str, tuple[str, dt.datetime]] = {row.key: (row.how, row.at) for row in rows}

        def dealt_with(key: str, at: dt.datetime) -> bool:
            found = done.get(key_of(key))
            return found is not None and (found[0] == "outside" or at <= found[1])

        return dealt_with


def key_of(key: str) -> str:
    """32 hexadecimal characters for a question's key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
