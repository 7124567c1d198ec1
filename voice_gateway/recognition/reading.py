"""One reading of an utterance by an engine, and how far it is to be believed.

Whisper was trained on subtitles: where nobody speaks it invents some, and where it is lost it repeats itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np

from voice_gateway.recognition.terms import Terms
from voice_gateway.turns.words import bare

#: Below this nothing was understood and no text is given.
NOTHING = 0.12
#: Evidence of a reading (log probability a token) -> confidence; between them on straight lines.
_EVIDENCE = (-2.0, -1.1, -0.6, -0.2, 0.0)
_CONFIDENCE = (0.02, 0.3, 0.55, 0.9, 1.0)
#: A short reading has fewer tokens to share the doubt whether anything was said; this many are added to it.
_DOUBT = 1.5
#: Nobody says more characters a second.
_FASTEST = 9.0
_LOOP = re.compile(r"(.{1,12}?)\1{3,}")
_TWICE = re.compile(r"(.{2,})\1")
_HAN_OR_DIGIT = re.compile(r"[\u4e00-\u9fff\d]")
#: Letters of scripts that nobody speaks here.
_FOREIGN = re.compile(r"[^\W\d_\u4e00-\u9fffa-z]")
_LATIN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Reading:
    """`confidence` 0 to 1."""

    text: str = field(repr=False)
    confidence: float


def confidence(score: float, tokens: int, silence: float = 0.0) -> float:
    """Of a reading with the mean log probability `score` over `tokens`; `silence`: probability that nobody spoke."""
    if tokens < 1 or (silence > 0.6 and score < -1.0):
        return 0.0
    return float(np.interp(score * tokens / (tokens + _DOUBT), _EVIDENCE, _CONFIDENCE))


def sober(reading: Reading, seconds: float, words: Terms) -> Reading:
    """The reading with loops taken out and what it says against itself in its confidence.

    `seconds` of speech there were. A text that nobody said comes back empty, with confidence 0.
    """
    text, said = reading.text.strip(), bare(reading.text)
    trust = reading.confidence
    if not said or words.invented.search(said):
        return Reading("", 0.0)
    if _LOOP.search(said) and not said.isdigit():
        text, trust = _LOOP.sub(r"\1\1", said), trust * 0.5
        said = bare(text)
    if _TWICE.fullmatch(said):
        trust *= 0.6  # where it was said twice, the engine has no other reading that is likelier
    if seconds > 0 and len(said) > 3 + _FASTEST * seconds:
        return Reading("", 0.0)
    if _FOREIGN.search(said):
        trust *= 0.3
        text = "".join(char for char in text if not _FOREIGN.match(char))
    if not _HAN_OR_DIGIT.search(said) and not set(_LATIN.findall(said)) <= words.latin:
        trust *= 0.3
    if "\ufffd" in text:  # half a character, where the model ran out of its length or wits
        text, trust = text.replace("\ufffd", ""), trust * 0.7
    return replace(reading, text=text, confidence=trust) if trust >= NOTHING and bare(text) else Reading("", 0.0)
