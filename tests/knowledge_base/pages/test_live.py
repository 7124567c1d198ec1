"""The gateway while its files change under it: by a person on the pages, by a text editor, and for the worse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from common.settings import Settings
from knowledge_base.editing.history import FOUND, OUTSIDE, Version
from knowledge_base.reload import SETTLE

from .conftest import EDITOR, PATIENCE, REVIEWER, Person, Site, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUESTION = "每月几号出账单"
#: How often the gateway looks at the files, seconds.
INTERVAL = 0.25
#: What reading a small base, and a machine busy with other things, may take on top, seconds.
MARGIN = 5.0


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def recorded(site: Site, number: int) -> list[Version]:
    """The versions, latest first, once there are so many; without looking for more as the pages do."""
    await until(lambda: len(site.parts.editing.history.recorded()) >= number)
    return await asyncio.to_thread(site.parts.editing.history.recorded)


async def publish(site: Site, editor: Person, reviewer: Person, day: str, spoken: str) -> None:
    draft = await editor.draft("bill-day", answer={"text": f"每月 {day} 日出账。", "speech": f"每月{spoken}日出账。"})
    status, answer = await reviewer.send(f"/review/{draft['draft_id']}/approve", version=draft["version"])
    assert status == 200, answer


async def test_edits_by_hand_are_in_the_history_when_they_are_made_and_page_edits_once(site: Site, person) -> None:
    editor, reviewer = await person(EDITOR), await person(REVIEWER)
    await recorded(site, 1)
    edit(site.faq / "bills.yml", "每月 3 日", "每月 4 日")
    assert (await recorded(site, 2))[0].changes == {"bill-day": "changed"}
    await publish(site, editor, reviewer, "5", "五")
    # By the time the next edit by hand is there, whatever the published one set off is over.
    edit(site.faq / "home.yml", "九点到十八点", "八点到十八点")
    versions = await recorded(site, 4)
    assert [version.author for version in versions] == [OUTSIDE, EDITOR, OUTSIDE, FOUND]
    assert versions[0].changes == {"sichuan-shop": "changed"} and versions[1].changes == {"bill-day": "changed"}
    page = await editor.text("/history")
    assert page.count(OUTSIDE) == 2 and page.count("在文本编辑器里修改") == 2
    assert "<ins>4</ins>" in await editor.text("/history/entry/bill-day")


async def test_what_was_edited_while_nothing_ran_is_recorded_at_the_start(settings: Settings) -> None:
    async with serving(settings, ready=False) as first:
        await recorded(first, 1)
    edit(settings.faq_dir / "bills.yml", "每月 3 日", "每月 4 日")
    async with serving(settings, ready=False) as second:
        versions = await recorded(second, 2)
        assert second.parts.knowledge.state == "waiting", "nobody looked, nothing was opened"
    assert (versions[0].author, versions[0].changes) == (OUTSIDE, {"bill-day": "changed"})


async def test_a_history_that_cannot_be_written_does_not_keep_the_gateway_from_starting(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    async with serving(settings) as site:
        await until(lambda: "edits in files not recorded" in caplog.text)
        await site.until_answer(QUESTION, "3 日")


@contextlib.asynccontextmanager
async def asking(site: Site, rate: int = 20, threads: int = 4) -> AsyncIterator[list[str]]:
    """Searches in threads, `rate` a second, for as long as the block runs; the list is what failed."""
    stop, failures, asked = threading.Event(), [], [0] * threads

    def ask(place: int) -> None:
        due = time.monotonic()
        while not stop.is_set():
            try:
                hit = site.parts.knowledge.base.search(QUESTION).hits[0]
                if hit.entry_id != "bill-day":
                    failures.append(hit.entry_id)
            except Exception as error:
                failures.append(repr(error))
            asked[place] += 1
            due = max(due + threads / rate, time.monotonic() - 1)
            stop.wait(max(0.0, due - time.monotonic()))

    started = time.monotonic()
    running = [threading.Thread(target=ask, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield failures
    finally:
        stop.set()
        for thread in running:
            await asyncio.to_thread(thread.join)
    assert sum(asked) > rate / 2 * (time.monotonic() - started), "hardly anything was asked"


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """What the block waits for comes within the watcher's interval and a margin."""
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    assert took < INTERVAL + SETTLE + MARGIN, f"took {took:.1f} s"


async def test_the_next_search_has_the_new_answer_whoever_changed_it_and_no_search_fails(
    site: Site, person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    editor, reviewer, path = await person(EDITOR), await person(REVIEWER), site.faq / "bills.yml"
    async with asking(site) as failures:
        await publish(site, editor, reviewer, "5", "五")
        with in_time():
            await site.until_answer(QUESTION, "5 日")
        edit(path, "每月 5 日", "每月 6 日")
        with in_time():
            await site.until_answer(QUESTION, "6 日")
        good = path.read_text("utf-8")
        path.write_text(good.replace("每月 6 日", "每月 7 日") + "\n  - [", "utf-8")
        with in_time():
            await until(lambda: site.parts.knowledge.base.status()["stale_files"] == ["bills.yml"])
        await site.until_answer(QUESTION, "6 日")
        assert "bills.yml 有错" in await editor.text("/") and "改法" in await editor.text("/status")
        metrics = await (await editor.http.get(site.host + "metrics")).text()
        assert "yida_kb_stale_files 1.0" in metrics
        told = [record for record in caplog.records if record.message == "FAQ file has a problem"]
        assert {record.where for record in told} == {"bills.yml"} and all(record.line for record in told)
        path.write_text(good.replace("每月 6 日", "每月 8 日"), "utf-8")
        with in_time():
            await site.until_answer(QUESTION, "8 日")
        assert "有错" not in await editor.text("/")
        metrics = await (await editor.http.get(site.host + "metrics")).text()
        assert "yida_kb_stale_files 0.0" in metrics
    assert failures == []
