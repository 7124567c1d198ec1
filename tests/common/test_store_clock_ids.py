"""Transactions in threads, times in China, ids that do not repeat."""

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from common.clock import CHINA, FakeClock, SystemClock
from common.errors import ConfigError, InvalidInput, YidaError
from common.ids import CountingIds, RandomIds
from common.store import Moment, Store


class Base(DeclarativeBase):
    type_annotation_map = {dt.datetime: Moment}  # noqa: RUF012


class Purse(Base):
    __tablename__ = "purse"
    name: Mapped[str] = mapped_column(primary_key=True)
    fen: Mapped[int]
    at: Mapped[dt.datetime | None]


NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=CHINA)


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store("sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'deep' / 'x.db'}", Base.metadata)
    made.create()
    made.create()
    yield made
    made.close()


def pay(fen: int) -> Callable[[Session], int]:
    def work(session: Session) -> int:
        purse = session.get(Purse, "me") or Purse(name="me", fen=0)
        purse.fen += fen
        session.add(purse)
        return purse.fen

    return work


async def test_what_is_written_is_read(store: Store):
    assert await store.write(pay(100)) == 100
    assert await store.read(lambda s: s.scalar(select(Purse.fen))) == 100


async def test_an_error_rolls_everything_back(store: Store):
    def work(session: Session) -> None:
        pay(100)(session)
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.write(work)
    assert await store.read(lambda s: s.get(Purse, "me")) is None


async def test_nothing_changed_in_a_read_is_kept(store: Store):
    def work(session: Session) -> None:
        pay(100)(session)
        session.flush()

    await store.read(work)
    assert await store.read(lambda s: s.get(Purse, "me")) is None


async def test_many_payments_at_once_all_count(store: Store):
    await asyncio.gather(*(store.write(pay(1)) for _ in range(100)))
    assert await store.write(pay(0)) == 100


async def test_two_processes_on_one_file_lose_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'x.db'}"
    first, second = Store(url, Base.metadata), Store(url, Base.metadata)
    first.create()
    await asyncio.gather(*(s.write(pay(1)) for _ in range(30) for s in (first, second)))
    assert await first.write(pay(0)) == 60
    first.close()
    second.close()


async def test_a_moment_comes_back_in_china_whatever_zone_it_was_given_in(store: Store):
    utc = NOON.astimezone(dt.timezone.utc)
    await store.write(lambda s: s.add(Purse(name="me", fen=0, at=utc)))
    kept = await store.read(lambda s: s.scalar(select(Purse.at)))
    assert kept == NOON
    assert kept.tzinfo is CHINA
    await store.write(lambda s: s.add(Purse(name="you", fen=0, at=None)))
    assert await store.read(lambda s: s.scalar(select(Purse.at).where(Purse.name == "you"))) is None


def test_a_clock_moves_only_when_told():
    clock = FakeClock(NOON)
    clock.advance(90)
    assert clock.now() == NOON + dt.timedelta(seconds=90)
    assert clock.monotonic() == 90.0
    assert SystemClock().now().tzinfo is CHINA
    system = SystemClock()
    assert system.monotonic() <= system.monotonic()


def test_ids_do_not_repeat():
    assert len({RandomIds().new() for _ in range(1000)}) == 1000
    assert RandomIds().new("GD").startswith("GD")
    counting = CountingIds()
    assert [counting.new("t"), counting.new()] == ["t1", "2"]


def test_an_error_has_a_code_for_machines_and_a_sentence_for_customers():
    for kind in (YidaError, ConfigError, InvalidInput):
        assert str(kind()) == kind.code
        assert kind().message_zh.endswith("。")
    told = ConfigError("detail", message_zh="端口被占用。")
    assert (str(told), told.message_zh, ConfigError().message_zh) == ("detail", "端口被占用。", "系统配置有误。")


def test_a_store_is_closed_only_after_the_write_under_way(store: Store) -> None:
    """A caller that gave up waiting leaves its thread running; closing under it would crash the process."""
    began, go_on, order = threading.Event(), threading.Event(), []

    def slow(session: Session) -> None:
        began.set()
        go_on.wait(5)
        pay(100)(session)
        order.append("written")

    def close() -> None:
        store.close()
        order.append("closed")

    writer, closer = threading.Thread(target=store.write_now, args=(slow,)), threading.Thread(target=close)
    writer.start()
    assert began.wait(5)
    closer.start()
    closer.join(0.2)
    assert order == []
    go_on.set()
    writer.join(5)
    closer.join(5)
    assert order == ["written", "closed"]
