"""Talks to the actions without Rasa: the same events, rules and loop protocol, on a tracker of its own.

A line of a test is what the customer says and the intent the recogniser would give; entities come from
the real extractor. Rasa itself is exercised in tests/e2e.
"""

from __future__ import annotations

import datetime as dt
import itertools
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, Tracker

from actions.framework.action import YidaAction
from nlu.entities import extract

_ROOT = Path(__file__).resolve().parents[2]
#: A turn that runs more actions than this is a loop.
MAX_ACTIONS = 10
_NUMBERS = itertools.count(1)


@lru_cache(maxsize=1)
def rules() -> dict[str, str]:
    """Intent -> first action, from bot/rules."""
    found: dict[str, str] = {}
    for path in sorted((_ROOT / "bot" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            intent = next(s["intent"] for s in rule["steps"] if "intent" in s)
            found[intent] = next(s["action"] for s in rule["steps"] if "action" in s)
    return found


class Conversation:
    """One conversation. `say` returns the replies of the turn; `text` is all of their text."""

    def __init__(self, actions: list[YidaAction], *, phone: str | None = None, profile: str = "standard",
                 channel: str = "web", now: dt.datetime | None = None) -> None:
        self._actions = {a.name(): a for a in actions}
        self._rules = rules()
        self._phone, self._profile, self._channel = phone, profile, channel
        self._now = now
        self._turn = 0
        self.id = f"test-{next(_NUMBERS)}"
        self.slots: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.loop: str | None = None
        self.ran: list[str] = []
        self.replies: list[dict[str, Any]] = []

    @property
    def text(self) -> str:
        """All text of the last turn."""
        return "\n".join(r["text"] for r in self.replies)

    @property
    def buttons(self) -> list[str]:
        """Titles of all buttons of the last turn."""
        return [b["title"] for r in self.replies for b in r.get("buttons") or []]

    async def say(self, text: str, intent: str = "nlu_fallback", confidence: float = 0.95,
                  others: dict[str, float] | None = None, requests: list[tuple[str, str]] | None = None) -> str:
        """One turn; returns `text`. `others` are the intents ranked behind `intent`; `requests` the parts of a message
        that asks for several things, each with its intent."""
        self._turn += 1
        metadata = {"channel": self._channel, "message_id": f"m{self._turn}", "profile": self._profile}
        if self._phone:
            metadata["verified_phone"] = self._phone
        entities = [{"entity": e.entity, "value": e.value, "start": e.start, "end": e.end}
                    for e in extract(text, self._now)]
        message = {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": entities,
                   "intent_ranking": [{"name": n, "confidence": c}
                                      for n, c in {intent: confidence, **(others or {})}.items()], "metadata": metadata}
        if requests:
            message["requests"] = [self._request(part, name) for part, name in requests]
        self.events.append({"event": "user", "text": text, "metadata": metadata})
        self.replies, self.ran = [], []
        action, rejected = self.loop, False
        if action is None:
            action = self._rules[intent]
        for _ in range(MAX_ACTIONS):
            if action == "action_listen":
                return self.text
            try:
                action = await self._run(action, message)
            except ActionExecutionRejection:
                assert not rejected, f"{action} rejected twice"
                rejected, action = True, self._rules[intent]
        raise AssertionError(f"more than {MAX_ACTIONS} actions in one turn: {self.ran}")

    def _request(self, text: str, intent: str) -> dict[str, Any]:
        entities = [{"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in extract(text, self._now)]
        return {"text": text, "intent": {"name": intent, "confidence": 0.95}, "entities": entities}

    async def _run(self, name: str, message: dict[str, Any]) -> str:
        dispatcher = CollectingDispatcher()
        tracker = Tracker(self.id, dict(self.slots), message, list(self.events), False, None,
                          {"name": self.loop} if self.loop else {}, None)
        following = "action_listen"
        for event in await self._actions[name].run(dispatcher, tracker, {}):
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.loop = event["name"]
            elif event["event"] == "followup":
                following = event["name"]
        self.ran.append(name)
        self.events.append({"event": "action", "name": name})
        for reply in dispatcher.messages:
            self.replies.append(reply)
            # The gateway keeps a profile that a reply announces, and sends it with the next message.
            self._profile = (reply.get("data") or {}).get("profile") or self._profile
            self.events.append({"event": "bot", "text": reply["text"], "data": {"buttons": reply.get("buttons")},
                                "metadata": {k: reply[k] for k in ("speech", "kind", "data") if k in reply}})
        return following
