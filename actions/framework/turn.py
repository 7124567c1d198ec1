"""One turn as an action sees it: what was said, by whom, where, and what went before."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from common.clock import CHINA

#: Actions of Rasa itself, which do not count as "something else answered in this turn".
_RASA_OWN = frozenset({"action_listen", "action_session_start", "action_extract_slots"})
#: Longest transcript handed to a person, in messages.
MAX_LINES = 60


@dataclasses.dataclass(frozen=True)
class Said:
    """What the customer said: text, intent with confidence 0..1, entities as our extractor gives them."""

    text: str
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...] = ()

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Said:
        """From Rasa's `latest_message` or from `as_message()`."""
        intent = message.get("intent") or {}
        ranking = message.get("intent_ranking") or []
        name = intent.get("name") or ""
        confidence = float(intent.get("confidence") or 0.0)
        if name == "nlu_fallback" and len(ranking) > 1:
            confidence = float(ranking[1].get("confidence") or 0.0)
        return cls(message.get("text") or "", name, confidence, tuple(message.get("entities") or ()))

    def as_message(self) -> dict[str, Any]:
        """JSON form, kept in a slot while something must be asked first."""
        return {"text": self.text, "intent": {"name": self.intent, "confidence": self.confidence},
                "entities": list(self.entities)}

    def without_values(self) -> Said:
        """The wish alone: 给13900000000充一百 is left as 给充."""
        text = self.text
        for entity in sorted(self.entities, key=lambda e: e.get("start") or 0, reverse=True):
            if (start := entity.get("start")) is not None and entity.get("entity") not in ("relation", "product"):
                text = text[:start] + text[entity["end"] :]
        return Said(text, self.intent, self.confidence)

    def value(self, entity: str) -> Any:
        """Value of the first entity of this type, None where there is none."""
        return next((e["value"] for e in self.entities if e.get("entity") == entity), None)

    def values(self, entity: str) -> list[Any]:
        """Values of all entities of this type, in order."""
        return [e["value"] for e in self.entities if e.get("entity") == entity]


@dataclasses.dataclass(frozen=True)
class Turn:
    """Everything an action may read. Actions never touch Rasa's tracker directly."""

    conversation_id: str
    message_id: str
    said: Said
    slots: dict[str, Any]
    channel: str
    verified_phone: str | None
    profile: str
    active_loop: str | None
    #: Names of actions that already ran since the customer spoke.
    ran: tuple[str, ...]
    #: The bot's last replies, newest last, as `{"text", "buttons", "speech"}`.
    last_replies: tuple[dict[str, Any], ...]
    ranking: tuple[tuple[str, float], ...] = ()
    #: This conversation so far, `(who, text, HH:MM)`, oldest first; secrets are blotted out.
    transcript: tuple[tuple[str, str, str], ...] = ()
    #: What was said answers a question for a secret: it must not be kept anywhere.
    secret: bool = False
    #: The requests of a message that holds several, in order; empty where it holds one.
    requests: tuple[Said, ...] = ()

    @property
    def text(self) -> str:
        return self.said.text

    @property
    def intent(self) -> str:
        return self.said.intent

    @property
    def elder(self) -> bool:
        return self.profile == "elder"

    def with_said(self, said: Said) -> Turn:
        """The same turn as if `said` had been said now."""
        return dataclasses.replace(self, said=said)

    def with_slot(self, name: str, value: Any) -> Turn:
        """The same turn with one slot changed."""
        return dataclasses.replace(self, slots={**self.slots, name: value})


def turn_from_tracker(tracker: Any) -> Turn:
    """Build a Turn from rasa-sdk's Tracker."""
    message = tracker.latest_message or {}
    metadata = message.get("metadata") or {}
    ran: list[str] = []
    replies: list[dict[str, Any]] = []
    seen_user = False
    for event in reversed(tracker.events):
        kind = event.get("event")
        if kind == "user":
            if seen_user:
                break
            seen_user = True
        elif kind == "action" and not seen_user and event.get("name") not in _RASA_OWN:
            ran.append(event["name"])
        elif kind == "bot":
            data = event.get("data") or {}
            replies.append({"text": event.get("text") or "", "buttons": data.get("buttons") or [],
                            "speech": (event.get("metadata") or {}).get("speech", "")})
    slots = dict(tracker.slots)
    transcript, secret = _transcript(tracker.events)
    return Turn(
        conversation_id=tracker.sender_id,
        message_id=str(metadata.get("message_id") or message.get("message_id") or ""),
        said=Said.from_message(message),
        slots=slots,
        channel=str(metadata.get("channel") or "web"),
        verified_phone=metadata.get("verified_phone"),
        profile=_profile(metadata.get("profile"), slots.get("profile"), bool(ran)),
        active_loop=(tracker.active_loop or {}).get("name"),
        ran=tuple(reversed(ran)),
        last_replies=tuple(reversed(replies)),
        ranking=tuple((r["name"], float(r["confidence"])) for r in (message.get("intent_ranking") or [])
                      if r.get("name") != "nlu_fallback"),
        transcript=transcript,
        secret=secret,
        requests=tuple(Said.from_message(request) for request in message.get("requests") or ()),
    )


def _transcript(events: Any) -> tuple[tuple[tuple[str, str, str], ...], bool]:
    """What was said since the session began, and whether the last thing said is a secret."""
    lines: list[tuple[str, str, str]] = []
    asked_secret = secret = False
    for event in events:
        kind = event.get("event")
        if kind == "session_started":
            lines.clear()
        elif kind == "bot":
            asked_secret = asked_secret or bool(((event.get("metadata") or {}).get("data") or {}).get("secret"))
            lines.append(("yida", event.get("text") or "", _clock(event)))
        elif kind == "user" and event.get("text"):
            secret, asked_secret = asked_secret, False
            lines.append(("customer", "••••••" if secret else event["text"], _clock(event)))
    return tuple(lines[-MAX_LINES:]), secret


def _clock(event: dict[str, Any]) -> str:
    at = event.get("timestamp")
    return dt.datetime.fromtimestamp(float(at), CHINA).strftime("%H:%M") if at else ""


def _profile(channel: str | None, slot: str | None, changed_now: bool) -> str:
    """The gateway keeps the profile and sends it along; what an action set in this very turn is newer."""
    return str((slot if changed_now else None) or channel or slot or "standard")
