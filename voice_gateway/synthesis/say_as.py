"""The marks by which a reply says what a number is (`<say-as interpret-as="amount">35.80</say-as>`), put into words.

Where there is a mark nothing is guessed; a mark that does not fit its content is read as plain text.
"""

from __future__ import annotations

import html
import re

from voice_gateway.synthesis.clauses import STOP
from voice_gateway.synthesis.spoken import Reading, render

_MARK = re.compile(r"<say-as\b[^<>]*?interpret-as=[\"']([\w-]+)[\"'][^<>]*>([^<]*)</say-as>", re.IGNORECASE)


def without_marks(text: str, reading: Reading = Reading.MANDARIN, gap: str = STOP) -> str:
    """Every mark replaced by words, entities by their characters; `gap` as in `render`. Never raises for a text."""
    words = _MARK.sub(lambda match: render(match[1].lower(), html.unescape(match[2]), reading, gap), text)
    return html.unescape(words)
