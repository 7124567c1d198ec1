"""One JSON object a line, masked, with the trace of the turn."""

import asyncio
import contextlib
import datetime as dt
import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from common.log import JsonFormatter, get_logger, setup_logging
from common.trace import current_trace_id, new_trace_id, tracing


@pytest.fixture
def lines() -> Iterator[Any]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("test"))
    logger = logging.getLogger("tests.log")
    logger.addHandler(handler)
    logger.setLevel("DEBUG")
    logger.propagate = False
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_a_line_says_when_who_and_in_which_turn(lines: Any):
    with tracing("0123456789abcdef"):
        get_logger("tests.log").warning("turn of %s", "13800000001", extra={"ms": 5, "phone": "13800000001", "note": "134 5678 9012"})
    (line,) = lines()
    assert dt.datetime.fromisoformat(line.pop("at")).tzinfo
    assert line == {"level": "warning", "process": "test", "logger": "tests.log", "trace": "0123456789abcdef",
                    "event": "turn of 138****0001", "ms": 5, "phone": "<11 chars>", "note": "134****9012"}  # fmt: skip


def test_an_exception_stays_one_line_and_is_masked(lines: Any):
    try:
        raise ValueError("no customer 13800000001\nsecond line")
    except ValueError:
        get_logger("tests.log").exception("broke")
    (line,) = lines()
    assert "Traceback" in line["exception"]
    assert "13800000001" not in json.dumps(line)


def test_what_cannot_be_json_is_written_as_text(lines: Any):
    get_logger("tests.log").info("x", extra={"what": {1, }, "when": dt.date(2026, 3, 2), "odd": "\ud800"})
    (line,) = lines()
    assert line["when"] == "2026-03-02"


def test_the_root_logger_is_ours_after_set_up(capsys: pytest.CaptureFixture[str]):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        setup_logging("x", "warning")
        logging.getLogger("anything").info("not this")
        logging.getLogger("anything").error("but this")
        assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["but this"]
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def test_a_stream_that_cannot_write_chinese_does_not_lose_the_line(monkeypatch: pytest.MonkeyPatch):
    """A service started with LANG=C."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii", errors="backslashreplace", line_buffering=True))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        setup_logging("x")
        logging.getLogger("anything").error("余额")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert json.loads(raw.getvalue())["event"] == "余额"


async def test_turns_that_overlap_keep_their_own_trace():
    async def turn(name: str) -> list[str]:
        with tracing(name):
            seen = [current_trace_id()]
            await asyncio.sleep(0.001)
            seen.append(await asyncio.create_task(inner()))
            return seen

    async def inner() -> str:
        return current_trace_id()

    assert await asyncio.gather(*(turn(str(n)) for n in range(20))) == [[str(n)] * 2 for n in range(20)]
    assert current_trace_id() == "-"


def test_a_trace_ends_with_its_block_also_on_an_error():
    with tracing("outer"):
        with contextlib.suppress(RuntimeError), tracing(None) as inner:
            raise RuntimeError
        assert re.fullmatch(r"[0-9a-f]{16}", inner)
        assert current_trace_id() == "outer"
    assert current_trace_id() == "-"
    assert len({new_trace_id() for _ in range(100)}) == 100
