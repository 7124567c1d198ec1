"""Prometheus metrics of the gateway. Labels never carry anything personal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0, 5.0, 10.0)


class Metrics:
    """One registry per application, so that tests do not share figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("yida_turns", "Turns by channel and outcome", ["channel", "outcome"], registry=self.registry)
        self.seconds = Histogram("yida_turn_seconds", "Seconds from message to replies", ["channel"],
                                 buckets=_BUCKETS, registry=self.registry)
        self.sockets = Gauge("yida_websockets", "Open chat pages", registry=self.registry)
        self.requests = Counter("yida_http_requests", "Requests by route and status", ["route", "status"],
                                registry=self.registry)

    def observe_turn(self, channel: str, outcome: str, seconds: float) -> None:
        """Count one turn."""
        self.turns.labels(channel, outcome).inc()
        if outcome == "answered":
            self.seconds.labels(channel).observe(seconds)

    def follow_knowledge(self, status: Callable[[], Mapping[str, Any] | None]) -> None:
        """Gauges of what `KnowledgeBase.status()` says at the moment of asking; 0 while it is not open."""

        def gauge(name: str, about: str, value: Callable[[Mapping[str, Any]], float]) -> None:
            def now() -> float:
                said = status()
                return value(said) if said else 0.0

            Gauge(name, about, registry=self.registry).set_function(now)

        gauge("yida_kb_entries", "Entries of the knowledge base that serve", lambda s: float(s["entries"]))
        gauge("yida_kb_problems", "Problems in the FAQ files", lambda s: len(s["problems"]))
        gauge("yida_kb_stale_files", "FAQ files served in an older, good form", lambda s: len(s["stale_files"]))
        gauge("yida_kb_loaded_timestamp", "When what serves was loaded, Unix seconds",
              lambda s: dt.datetime.fromisoformat(s["loaded_at"]).timestamp())

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
