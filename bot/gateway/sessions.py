"""Sessions of the chat page: a signed token for a conversation nobody else can guess."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict

#: Ended conversations remembered; the oldest go first.
MAX_ENDED = 10_000


class Sessions:
    """Tokens are `conversation_id.signature`; the id has 128 random bits."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def new(self) -> tuple[str, str]:
        """A fresh (conversation_id, token)."""
        conversation_id = "web:" + secrets.token_urlsafe(16)
        return conversation_id, self.token(conversation_id)

    def token(self, conversation_id: str) -> str:
        """The token of a conversation."""
        return f"{conversation_id}.{self._sign(conversation_id)}"

    def conversation(self, token: object) -> str | None:
        """The conversation of a token; None for one that is not ours."""
        if not isinstance(token, str) or len(token) > 200:
            return None
        conversation_id, _, signature = token.rpartition(".")
        if not conversation_id.startswith("web:"):
            return None
        good = hmac.compare_digest(signature.encode("utf-8", "replace"), self._sign(conversation_id).encode())
        return conversation_id if good and conversation_id not in self._ended else None

    def end(self, conversation_id: str) -> None:
        """Its token is good no longer: what its page shows is not in the journal (the demo was reset)."""
        self._ended[conversation_id] = None
        if len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    def _sign(self, conversation_id: str) -> str:
        digest = hmac.new(self._key, conversation_id.encode("utf-8", "replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
