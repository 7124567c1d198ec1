"""Structured logging: one JSON object a line on stderr, masked, with the trace id.

Works on the standard library alone, so that the Rasa process (Python 3.10) uses the same lines.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import Any

from common.masking import mask_text, mask_value
from common.trace import current_trace_id

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """`{"at","level","process","logger","trace","event",...extra}`; every value masked."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "trace": current_trace_id(),
            "event": mask_text(record.getMessage()),
        }
        for key, value in vars(record).items():
            if key not in _STANDARD:
                line[key] = mask_value(key, value)
        if record.exc_info:
            line["exception"] = mask_text(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def setup_logging(process: str, level: str = "INFO") -> None:
    """Send the root logger to stderr as masked JSON lines. Call once, at the start of a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def get_logger(name: str) -> logging.Logger:
    """A logger whose extra fields go in by `extra={...}`."""
    return logging.getLogger(name)
