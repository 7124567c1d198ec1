"""Masking of personal data before anything is logged, shown in an error or kept for mining."""

from __future__ import annotations

import re
from typing import Any

_ID_CARD = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)")
#: Ticket ids stay readable: they name no person, and whoever reads a log needs them.
_LONG_NUMBER = re.compile(r"(?<![\dD])\d{6,}(?!\d)|(?<!G)D\d{6,}|(?<=GD)(?!\d{10}(?!\d))\d{6,}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")

#: Keys whose values are personal whatever they look like.
PRIVATE_KEYS = frozenset(
    {"phone", "verified_phone", "text", "message", "name", "address", "password", "id_card", "digits",
     "speech", "sender", "caller_id", "contact", "token"}
)


def mask_text(text: str) -> str:
    """Phone numbers keep 3 + 4 digits, identity cards 6 + 4, other runs of six or more digits become `#`."""
    text = _ID_CARD.sub(r"\1********\2", text)
    text = _MOBILE.sub(r"\1****\2", text)
    text = _EMAIL.sub("***@***", text)
    return _LONG_NUMBER.sub(lambda m: "#" * len(m.group()), text)


def mask_phone(phone: str) -> str:
    """`13800000001` -> `138****0001`; anything shorter than 7 digits is hidden entirely."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "***"


def mask_value(key: str, value: Any) -> Any:
    """Mask one structured-log value by its key, else by its shape."""
    if key in PRIVATE_KEYS and value is not None:
        return f"<{len(str(value))} chars>"
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {k: mask_value(str(k), v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_value(key, v) for v in value]
    return value
