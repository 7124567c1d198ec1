"""Every message of every conversation, in order: history after a reload, and no message handled twice."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.conversation.messages import Stored
from common.clock import CHINA, Clock

T = TypeVar("T")
_metadata = sa.MetaData()
_conversations = sa.Table(
    "conversations", _metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("profile", sa.String(16), nullable=False, default="standard"),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
_messages = sa.Table(
    "messages", _metadata,
    sa.Column("conversation_id", sa.String(80), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.String(80), nullable=False),
    sa.Column("sender", sa.String(8), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False, default=""),
    sa.Column("extra", sa.JSON, nullable=False),
    sa.Column("answers", sa.String(80), nullable=False, default=""),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("conversation_id", "sender", "message_id"),
)
#: Conversations whose last state is kept in memory.
MAX_CACHED = 20_000


@dataclass(frozen=True)
class Head:
    """Where a conversation stands: last number, caller profile, what was offered last, secret answer awaited."""

    seq: int = 0
    profile: str = "standard"
    buttons: tuple[dict[str, str], ...] = ()
    secret: bool = False


class Journal:
    """The tables `conversations` and `messages` of the service database; one writer thread."""

    def __init__(self, url: str, clock: Clock) -> None:
        connect = {"check_same_thread": False, "timeout": 30} if url.startswith("sqlite") else {}
        self._engine = sa.create_engine(url, connect_args=connect)
        self._clock = clock
        self._heads: OrderedDict[str, Head] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def start(self) -> None:
        """Make the tables."""
        await self._run(self._create)

    async def close(self) -> None:
        """Finish what is being written."""
        self._thread.shutdown(wait=True)
        self._engine.dispose()

    async def head(self, conversation_id: str) -> Head:
        """Where the conversation stands."""
        if (known := self._heads.get(conversation_id)) is None:
            loaded = await self._run(self._load_head, conversation_id)
            known = self._heads.get(conversation_id, loaded)
            self._remember(conversation_id, known)
        return known

    async def add_user(self, conversation_id: str, message_id: str, text: str, title: str = "") -> tuple[Stored, bool]:
        """Keep what the customer sent, once; the message as it stands, and whether it is new."""
        head = await self.head(conversation_id)
        hidden = "••••••" if head.secret else text
        message = Stored(conversation_id, head.seq + 1, message_id, "user", hidden, self._clock.now(), title)
        try:
            await self._run(self._insert, [message])
        except IntegrityError:
            known = await self._run(self._find, conversation_id, message_id)
            if known is None:
                self._heads.pop(conversation_id, None)  # somebody else wrote: the next message looks again
                raise
            return known, False
        self._remember(conversation_id, replace(await self.head(conversation_id), seq=message.seq))
        return message, True

    async def add_replies(self, conversation_id: str, answers: str, replies: list[dict[str, Any]],
                          sender: str = "bot") -> list[Stored]:
        """Keep what was answered to message `answers`, or what `sender` said on its own."""
        head = await self.head(conversation_id)
        now = self._clock.now()
        stored = [
            Stored(conversation_id, head.seq + n, f"{answers}.{n}", sender, reply.get("text") or "", now,
                   buttons=tuple(reply.get("buttons") or ()), speech=reply.get("speech") or "",
                   kind=reply.get("kind") or "", data=reply.get("data") or {}, answers=answers)
            for n, reply in enumerate(replies, start=1)
        ]
        profile = next((m.data["profile"] for m in stored if m.data.get("profile")), None)
        await self._run(self._insert, stored, profile)
        head = replace(await self.head(conversation_id), seq=head.seq + len(stored))
        if profile:
            head = replace(head, profile=profile)
        if stored and sender == "bot":  # what others say leaves the bot's own question open
            head = replace(head, **_asked(stored))
        self._remember(conversation_id, head)
        return stored

    async def set_profile(self, conversation_id: str, profile: str) -> None:
        """Change the caller profile."""
        if (await self.head(conversation_id)).profile != profile:
            await self._run(self._keep_profile, conversation_id, profile)
            self._remember(conversation_id, replace(await self.head(conversation_id), profile=profile))

    async def since(self, conversation_id: str, seq: int, limit: int = 200) -> list[Stored]:
        """Messages after `seq`, oldest first; of more than `limit` the newest."""
        return await self._run(self._select, conversation_id, seq, limit)

    async def replies_to(self, conversation_id: str, message_id: str) -> list[Stored]:
        """What was answered to a message."""
        return await self._run(self._replies, conversation_id, message_id)

    async def forget_all(self) -> None:
        """Empty the journal (the demo's reset)."""
        await self._run(self._delete)
        self._heads.clear()

    # ------------------------------------------------------------------ in the writer thread

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _create(self) -> None:
        if self._engine.dialect.name == "sqlite":
            with self._engine.begin() as db:
                db.exec_driver_sql("PRAGMA journal_mode=WAL")
                db.exec_driver_sql("PRAGMA synchronous=NORMAL")
        _metadata.create_all(self._engine)

    def _insert(self, messages: list[Stored], profile: str | None = None) -> None:
        if not messages:
            return
        with self._engine.begin() as db:
            db.execute(_messages.insert(), [
                {"conversation_id": m.conversation_id, "seq": m.seq, "message_id": m.message_id,
                 "sender": m.sender, "text": m.text, "title": m.title, "answers": m.answers, "at": m.at,
                 "extra": {"buttons": list(m.buttons), "speech": m.speech, "kind": m.kind, "data": m.data}}
                for m in messages
            ])
            if profile:
                self._upsert(db, messages[0].conversation_id, profile)

    def _keep_profile(self, conversation_id: str, profile: str) -> None:
        with self._engine.begin() as db:
            self._upsert(db, conversation_id, profile)

    def _upsert(self, db: sa.Connection, conversation_id: str, profile: str) -> None:
        values = {"profile": profile, "updated_at": self._clock.now()}
        done = db.execute(_conversations.update().where(_conversations.c.id == conversation_id).values(values))
        if done.rowcount == 0:
            db.execute(_conversations.insert().values(id=conversation_id, **values))

    def _load_head(self, conversation_id: str) -> Head:
        own = _messages.c.conversation_id == conversation_id
        said = _messages.c.sender == "bot"
        answered = sa.select(_messages.c.answers).where(own, said).order_by(_messages.c.seq.desc()).limit(1)
        with self._engine.connect() as db:
            profile = db.scalar(sa.select(_conversations.c.profile).where(_conversations.c.id == conversation_id))
            seq = db.scalar(sa.select(sa.func.max(_messages.c.seq)).where(own))
            rows = db.execute(sa.select(_messages).where(own, said, _messages.c.answers == answered.scalar_subquery())
                              .order_by(_messages.c.seq)).all()
        head = Head(seq or 0, profile or "standard")
        return replace(head, **_asked([_stored(row) for row in rows])) if rows else head

    def _find(self, conversation_id: str, message_id: str) -> Stored | None:
        query = sa.select(_messages).where(_messages.c.conversation_id == conversation_id,
                                           _messages.c.message_id == message_id, _messages.c.sender == "user")
        with self._engine.connect() as db:
            row = db.execute(query).first()
        return _stored(row) if row else None

    def _select(self, conversation_id: str, seq: int, limit: int) -> list[Stored]:
        query = (sa.select(_messages).where(_messages.c.conversation_id == conversation_id, _messages.c.seq > seq)
                 .order_by(_messages.c.seq.desc()).limit(limit))
        with self._engine.connect() as db:
            return [_stored(row) for row in reversed(db.execute(query).all())]

    def _replies(self, conversation_id: str, message_id: str) -> list[Stored]:
        query = (sa.select(_messages).where(_messages.c.conversation_id == conversation_id,
                                            _messages.c.answers == message_id).order_by(_messages.c.seq))
        with self._engine.connect() as db:
            return [_stored(row) for row in db.execute(query).all()]

    def _delete(self) -> None:
        with self._engine.begin() as db:
            db.execute(_messages.delete())
            db.execute(_conversations.delete())

    def _remember(self, conversation_id: str, head: Head) -> None:
        self._heads[conversation_id] = head
        self._heads.move_to_end(conversation_id)
        if len(self._heads) > MAX_CACHED:
            self._heads.popitem(last=False)


def _asked(replies: list[Stored]) -> dict[str, Any]:
    """What the bot's last replies leave open: the last one's buttons, and whether a secret is awaited."""
    return {"buttons": replies[-1].buttons, "secret": any(m.data.get("secret") for m in replies)}


def _stored(row: Any) -> Stored:
    at: dt.datetime = row.at if row.at.tzinfo else row.at.replace(tzinfo=CHINA)
    return Stored(row.conversation_id, row.seq, row.message_id, row.sender, row.text, at, row.title,
                  tuple(row.extra.get("buttons") or ()), row.extra.get("speech") or "", row.extra.get("kind") or "",
                  row.extra.get("data") or {}, row.answers)
