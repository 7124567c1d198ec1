"""Sessions of the chat page: a signed token for a conversation nobody else can guess."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets


class Sessions:
    """Tokens are `conversation_id.signature`; the id has 128 random bits."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

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
        good = hmac.compare_digest(signature.encode(), self._sign(conversation_id).encode())
        return conversation_id if good else None

    def _sign(self, conversation_id: str) -> str:
        digest = hmac.new(self._key, conversation_id.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()
