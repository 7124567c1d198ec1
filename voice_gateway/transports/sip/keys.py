"""Keys of the telephone: RFC 4733 events in the sound's stream and SIP INFO, each key once."""

from __future__ import annotations

import re
from collections import deque

#: Event codes of RFC 4733 we know; A to D and the hook flash are passed over.
EVENTS = "0123456789*#"
_RELAY, _PLAIN = "application/dtmf-relay", "application/dtmf"
_SIGNAL = re.compile(r"^\s*Signal\s*=\s*(\d{1,2}|[*#A-Da-d])\s*$", re.MULTILINE)


class EventKeys:
    """One key sends a dozen packets with one timestamp, its end three times; any of them may be lost."""

    def __init__(self) -> None:
        self._seen: deque[int] = deque(maxlen=16)

    def take(self, timestamp: int, payload: bytes) -> str | None:
        """The key, at its first packet; None for every other. Raises ValueError where the payload is none."""
        if len(payload) < 4:
            raise ValueError("event too short")
        if timestamp in self._seen or payload[0] >= len(EVENTS):
            return None
        self._seen.append(timestamp)
        return EVENTS[payload[0]]


def info_key(content_type: str, body: bytes) -> str | None:
    """The key in an INFO's body, None for a key we do not know. Raises ValueError where the body is no key's."""
    kind, text = content_type.partition(";")[0].strip().lower(), body.decode("latin-1")
    if kind == _RELAY and (found := _SIGNAL.search(text)):
        signal = found[1]
    elif kind == _PLAIN and re.fullmatch(r"\d{1,2}|[*#A-Da-d]", text.strip()):
        signal = text.strip()
    else:
        raise ValueError("not a key")
    if signal.isdigit():  # some send 10 for * and 11 for #
        return EVENTS[int(signal)] if int(signal) < len(EVENTS) else None
    return signal if signal in EVENTS else None


def is_key_type(content_type: str) -> bool:
    """Whether an INFO of this type is a key's."""
    return content_type.partition(";")[0].strip().lower() in (_RELAY, _PLAIN)
