"""Calls in figures. Labels never carry anything personal."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from voice_gateway.calls.call import Summary

_WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_LENGTHS = (10, 30, 60, 120, 300, 600, 1800)


class CallMetrics:
    """Registered once a gateway."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter("yida_calls", "Calls by way in and outcome", ["way", "outcome"], registry=registry)
        self.now = Gauge("yida_calls_now", "Calls going on", registry=registry)
        self._first = Histogram("yida_call_first_prompt_seconds", "From answering to the first prompt", buckets=_WAITS, registry=registry)
        self._length = Histogram("yida_call_seconds", "Length of calls", buckets=_LENGTHS, registry=registry)

    def ended(self, way: str, summary: Summary) -> None:
        """Count one call."""
        self._calls.labels(way, summary.outcome).inc()
        self._length.observe(summary.seconds)
        if summary.first_prompt is not None:
            self._first.observe(summary.first_prompt)
