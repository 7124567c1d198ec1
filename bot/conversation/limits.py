"""Rate limits: a token bucket for each key, bounded in number."""

from __future__ import annotations

from collections import OrderedDict

from common.clock import Clock

#: Keys remembered; the least recently used go first.
MAX_KEYS = 50_000


class RateLimit:
    """`per_minute` messages a minute for each key, the same number at once."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._rate = per_minute / 60.0
        self._burst = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """0 where one may pass, else the seconds to wait."""
        now = self._clock.monotonic()
        tokens, at = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        wait = 0.0 if tokens >= 1.0 else (1.0 - tokens) / self._rate
        self._buckets[key] = (tokens if wait else tokens - 1.0, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return wait
