"""The whole way from what was said to standard Mandarin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nlu.dialects.lexicon import lexicons
from nlu.entities.flat import flatten
from nlu.entities.terms import terms
from nlu.sounds.rescue import Rescuer
from nlu.sounds.vocabulary import word_scores
from nlu.standard.aligned import Aligned
from nlu.standard.corrections import corrected
from nlu.standard.habits import without_habits

#: Longest text that is read this way, characters; the rest is left as it is.
MAX_CHARS = 1000


@dataclass(frozen=True)
class Standard:
    """`text` is standard Mandarin, half-width, simplified, lower case; `original` is what came in, untouched.

    `mended` is `text` before what was taken back was left out: each word in it was said. `dialects` names the
    lexicons that had a word of it, in their order.
    """

    text: str
    original: str
    mended: Aligned
    said: Aligned
    dialects: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _rescuer() -> Rescuer:
    known = terms()
    # The first name of a group is its own; the others are what is heard in its place.
    groups = {group: name for name, group in reversed(known.groups.items())}.values()
    return Rescuer([*known.words, *(name for name in groups if len(name) > 2)], known.known)


def warm() -> None:
    """Read the word lists now instead of at the first text that needs them (some 0.4 s)."""
    lexicons()
    _rescuer()
    word_scores()


@lru_cache(maxsize=2048)
def standard(text: str) -> Standard:
    """Dialect words as Mandarin, misheard words of the trade put right, fillers and repeats out, corrections followed.

    >>> standard("俺这个网咋个上不去了").text
    '我这个网怎么上不去了'
    """
    original = text[:MAX_CHARS]
    flat = Aligned.of(original, flatten(original))
    dialects = tuple(dict.fromkeys(item.dialect for _, item in lexicons().matches(flat.text)))
    mended = without_habits(_rescuer().apply(lexicons().apply(flat)))
    said = corrected(mended)
    return Standard(said.text + text[MAX_CHARS:], text, mended, said, dialects)


@lru_cache(maxsize=2048)
def known_words(text: str) -> str:
    """`text` with names the model never saw read as the known word each is like (`words` of `nlu/terms.yml`)."""
    for word, like in terms().alike.items():
        text = text.replace(word, like)
    return text
