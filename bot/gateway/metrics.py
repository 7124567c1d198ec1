"""Prometheus metrics of the gateway. Labels never carry anything personal."""

from __future__ import annotations

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

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
