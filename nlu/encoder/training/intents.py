"""What the encoder learns from the training lines of the intents, and how well it tells them apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.encoder.training.groups import Group
from nlu.kernel import KernelRidge
from nlu.standard.plain import plain
from nlu.training_data import Example

SPACE = "intent"
#: One line in this many is never trained on: measured by.
HELD_OUT_OF = 7
#: They are no one meaning: sentences from here stand alone, as what is none of the others.
_LOOSE = frozenset({"out_of_scope", "ask_faq"})
Encode = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True)
class Told:
    """Share of held-out lines whose intent is told right by the vectors alone."""

    lines: int
    right: float

    def __str__(self) -> str:
        return f"意图 {self.right:.3f}（{self.lines} 句）"


def held_out_line(text: str) -> bool:
    """Chosen by the text, so that the choice stays the same as the data grows."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % HELD_OUT_OF == 0


def intent_groups(examples: Sequence[Example]) -> tuple[list[Group], list[str]]:
    """(a group for each intent, sentences that stand alone), held-out lines left out, as the classifier reads them."""
    lines: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        if not held_out_line(example.text):
            lines[example.intent].append(plain(example.text))
    groups = [
        Group(f"intent:{name}", SPACE, tuple(dict.fromkeys(texts)), SPACE)
        for name, texts in sorted(lines.items())
        if name not in _LOOSE
    ]
    return groups, [text for name in sorted(_LOOSE) for text in lines.get(name, ())]


def tell_intents(encode: Encode, examples: Sequence[Example]) -> Told:
    """Kernel ridge, the classifier's own embedding head, on the trained lines; asked the held-out ones."""
    known = [example for example in examples if not held_out_line(example.text)]
    asked = [example for example in examples if held_out_line(example.text)]
    names = sorted({example.intent for example in known})
    targets = np.array([[example.intent == name for name in names] for example in known], dtype=np.float32)
    head = KernelRidge.fit(encode([plain(example.text) for example in known]), targets)
    best = head.scores(encode([plain(example.text) for example in asked])).argmax(1)
    right = sum(names[at] == example.intent for at, example in zip(best, asked, strict=True))
    return Told(len(asked), right / max(1, len(asked)))
