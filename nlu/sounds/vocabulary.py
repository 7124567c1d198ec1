"""How likely a word is in Mandarin, from the dictionary that the jieba package carries, and in our trade."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

#: Rarer words than this many of 60 million are not kept: a fifth of the dictionary covers running text.
_RAREST = 20
_LONGEST = 6
#: A word of the trade comes in every third call; a general dictionary does not know that.
TRADE = math.log(2000 / 60_101_967)
#: A character that is in no word we know, by itself.
_UNKNOWN = math.log(3 / 60_101_967)


@lru_cache(maxsize=1)
def word_scores() -> dict[str, float]:
    """Natural logarithm of a word's share of running text; about 80,000 words, read in some 0.3 s."""
    import jieba

    path = Path(jieba.__file__).with_name("dict.txt")
    counts: dict[str, int] = {}
    total = 0
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, count, _ = line.split(" ")
            number = int(count)
            total += number
            if number >= _RAREST and len(word) <= _LONGEST:
                counts[word] = number
    return {word: math.log(number / total) for word, number in counts.items()}


def likelihood(text: str, trade: frozenset[str]) -> float:
    """Log likelihood of the best way to read `text` as a row of words, those of `trade` counting as common."""
    return likelihoods(text, trade)[-1]


def likelihoods(text: str, trade: frozenset[str]) -> list[float]:
    """Of every beginning of `text`: item i is that of `text[:i]`."""
    scores = word_scores()
    best = [0.0]
    for end in range(1, len(text) + 1):
        here = best[end - 1] + scores.get(text[end - 1], _UNKNOWN)
        for start in range(max(0, end - _LONGEST), end - 1):
            word = text[start:end]
            if word in trade:
                score: float | None = max(TRADE, scores.get(word, TRADE))
            else:
                score = scores.get(word)
            if score is not None and best[start] + score > here:
                here = best[start] + score
        best.append(here)
    return best
