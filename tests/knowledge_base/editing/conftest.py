"""An editor's store over the sample base, with a history, and some helpers."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.clock import CHINA, FakeClock
from knowledge_base.editing.files import folder_lock
from knowledge_base.editing.forms import Form, entry_form
from knowledge_base.editing.history import History
from knowledge_base.editing.store import EditStore
from tests.knowledge_base.conftest import REFERENCES, SAMPLE, entry_data, write_faq

#: A file as editors write it: comments, quotes, blocks, brackets, blank lines, odd spacing.
HAND_WRITTEN = """\
# yaml-language-server: $schema=../faq.schema.json
# 本文件由产品部维护
category: shop
title: 营业厅
owner: 产品部

entries:
  # ---- 时间 ----
  - id: shop-hours   # 热线最常问
    question: "营业厅几点开门？"
    similar:
      # 口语
      - 几点上班
      - "店：几点关门"   # 含冒号
      - '周末开不开'

      - 中午休息吗
    # 答案按 2026 年新作息
    answer:
      text: |
        周一到周日，九点到十八点。

        - 节假日照常  # 这不是注释
        - 中午不休息
      speech: 周一到周日，
        早上九点开门。
    keywords: [营业厅,  "129", 上班 ]   # 方括号
    valid:   {from: 2026-01-01}

  # ---- 地点 ----
  - id: shop-where
    question: 营业厅在哪里
    similar: [最近的厅在哪, 哪里有店, 厅的地址]
    answer: {text: 打开 App 查, speech: 打开手机应用查}
    keywords:
      - 地址
    note: >
      折叠的
      说明
  - id: shop-last
    question: 能在营业厅交话费吗
    similar:
    - 厅里能缴费吗
    - 现金交话费
    - 柜台充值行吗
    answer:
        text: 可以。
        speech: 可以。
    keywords: [缴费]
# 文件到此为止
"""


@pytest.fixture
def hand_written(tmp_path: Path) -> Path:
    """A folder with `shop.yml`, written by hand."""
    folder = tmp_path / "hand"
    folder.mkdir()
    (folder / "shop.yml").write_text(HAND_WRITTEN, encoding="utf-8")
    return folder


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(dt.datetime(2026, 3, 2, 10, 0, tzinfo=CHINA))


@pytest.fixture
def history(faq: Path, tmp_path: Path, clock: FakeClock) -> History:
    return History(faq, tmp_path / "var", clock)


@pytest.fixture
def store(faq: Path, clock: FakeClock, history: History) -> EditStore:
    return EditStore(faq, REFERENCES, clock, history)


def changed(form: Form, **fields: Any) -> Form:
    """A copy with some fields set; `text` and `speech` are those of the answer, None takes a field out."""
    answer = dict(form.get("answer", {}))
    answer |= {key: fields.pop(key) for key in ("text", "speech") if key in fields}
    new = {**form, "answer": answer, **fields}
    return entry_form({key: value for key, value in new.items() if value is not None})


def new_form(entry_id: str = "gift", question: str = "生日有礼物吗", **more: Any) -> Form:
    """A valid entry that is not in the sample."""
    similar = [f"{question[:2]}送什么", f"{question[:2]}礼包怎么领", f"有没有{question[:2]}福利"]
    return entry_form(entry_data((entry_id, question, similar, "有礼包。", "有礼包。", {"keywords": ["礼包"], **more})))


@contextlib.contextmanager
def held_by_another(folder: Path) -> Iterator[None]:
    """The folder's lock, taken by another thread for as long as the block runs."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with folder_lock(folder):
            taken.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(5)
    try:
        yield
    finally:
        done.set()
        holder.join()


def large_base(folder: Path, files: int, each: int) -> None:
    """Write `files` files of `each` entries, every one different."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        entries = []
        for place in range(each):
            _, question, similar, text, speech, _ = SAMPLE[(number + place) % len(SAMPLE)]
            mark = f"{number}号{place}"
            bent = [f"{line}{mark}" for line in similar]
            entries.append(entry_data((f"e-{number}-{place}", f"{question}{mark}", bent, text, speech, {})))
        write_faq(folder, f"part{number:02}", entries)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Processor time of a piece of work and the programs it starts: steady on a busy machine."""
    before = os.times()
    work()
    return sum(after - had for after, had in zip(os.times()[:4], before[:4], strict=True))
