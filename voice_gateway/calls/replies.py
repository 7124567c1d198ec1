"""The bot's replies as the call machine takes them."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from voice_gateway.machine.events import Choosable, Place, ReplyReady
from voice_gateway.turns.numbers import Expected


def reply_of(turn: int, replies: Sequence[Mapping[str, Any]]) -> ReplyReady:
    """From replies in the shape of the channels: `text`, `speech`, `buttons`, `data`. Odd fields are passed over."""
    data: dict[str, Any] = {}
    for reply in replies:
        data.update(reply.get("data") or {})
    asks = next((r.get("data") or {} for r in reversed(replies)), {})
    last = replies[-1] if replies else {}
    return ReplyReady(
        turn=turn,
        texts=tuple(_spoken(reply) for reply in replies),
        buttons=tuple(
            Choosable(str(b["title"]), str(b.get("payload") or b["title"]))
            for b in last.get("buttons") or ()
            if isinstance(b, Mapping) and b.get("title")
        ),
        must_hear=bool(data.get("must_hear")),
        expected=_expected(asks.get("expects")),
        confirm=asks.get("expects") == "yes_no",
        profile=str(data.get("profile") or ""),
        place=_place(data.get("handover")),
        shared=bool(replies) and all((reply.get("data") or {}).get("entry_id") for reply in replies),
        wait=_seconds(data.get("wait_seconds")),
    )


def _spoken(reply: Mapping[str, Any]) -> str:
    return str(reply.get("speech") or "") or html.escape(str(reply.get("text") or ""), quote=False)


def _expected(said: Any) -> Expected | None:
    return Expected(said) if said in set(Expected) else None


def _place(told: Any) -> Place | None:
    if not isinstance(told, Mapping):
        return None
    try:
        return Place(int(told.get("position") or 0), int(told.get("minutes") or 0))
    except (TypeError, ValueError):
        return None


def _seconds(told: Any) -> float:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) and told > 0 else 0.0
