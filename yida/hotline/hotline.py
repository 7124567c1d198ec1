"""Serves calls, whatever way they come in."""

from __future__ import annotations

from bot.gateway.safety import is_loopback
from common.log import get_logger
from common.settings import Settings
from common.trace import new_trace_id, tracing
from voice_gateway.calls.call import Parts, RunningCall
from voice_gateway.calls.ports import Caller
from voice_gateway.transports.port import Leg
from yida.hotline.metrics import CallMetrics

log = get_logger(__name__)


class Hotline:
    """`on_call` serves one leg."""

    def __init__(self, parts: Parts, settings: Settings, metrics: CallMetrics) -> None:
        self._parts, self._settings, self._metrics = parts, settings, metrics
        self._demo = settings.demo and is_loopback(settings.bind)

    async def on_call(self, leg: Leg) -> None:
        """To its end; see OnCall."""
        way = type(leg).__name__.removesuffix("Leg").lower()
        with tracing(new_trace_id()), self._metrics.now.track_inprogress():
            log.info("call begins", extra={"call_id": leg.call_id, "way": way})
            summary = await RunningCall(leg, self.caller(leg), self._parts).run()
            self._metrics.ended(way, summary)
            log.info("call ended", extra={"call_id": leg.call_id, "way": way, "outcome": summary.outcome,
                                          "seconds": round(summary.seconds, 1), "turns": summary.turns})  # fmt: skip

    def caller(self, leg: Leg) -> Caller:
        """Who is on this leg."""
        conversation = leg.conversation or f"call:{leg.call_id}"
        return Caller(leg.call_id, conversation, leg.caller, bool(leg.caller) and self._proves(leg))

    def _proves(self, leg: Leg) -> bool:
        """Anybody can name a number; only the operator's own network vouches for it."""
        if self._settings.trust_caller == "auto":
            return self._demo
        return self._settings.trust_caller == "yes" and leg.vouched
