"""Questions asked with something hidden: what calibration learns from and measures on.

- `held_out`: a stored question while it is hidden, and each of its siblings with it by chance, so that an
  editor's habit of writing alike is not taken for the customers'.
- `variant`: a stored question as customers and recognisers bend it, with nothing hidden.
- `uncovered`: a stored question while its whole entry is hidden: near the domain, answered by nothing.
- `outside`: a text from outside the domain.
- `asked`: a question of people who had not seen the stored ones (`trial/questions.tsv`), with nothing hidden: the
  nearest to what customers ask, so probability and thresholds go by these where there are enough of them.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from knowledge_base import matching
from knowledge_base.embedding_cache import EmbeddingCache
from knowledge_base.encoder import Encoder, Vectors
from knowledge_base.exam import Question
from knowledge_base.matching import Tokens, cut
from knowledge_base.ranking import Evidence, gather
from knowledge_base.snapshot import Snapshot
from nlu.text.pinyin import folded_syllables

#: One entry in this many is kept from the encoder's training and asked here: a tuned encoder knows the others too
#: well, and what it knows would be taken for what it can.
HELD_OUT_OF = 7
#: Fewer questions than these of held-out entries, and all entries are asked.
_FEWEST = 200

Kind = Literal["held_out", "variant", "uncovered", "outside", "asked"]
TRIAL_QUESTIONS = Path(__file__).with_name("trial") / "questions.tsv"
TRIAL_OUTSIDE = Path(__file__).with_name("trial") / "outside.txt"
#: Most stored questions asked, drawn by chance where there are more.
MAX_QUESTIONS = 4000
#: Chance of each sibling to be hidden too.
SIBLING_HIDDEN = 0.2

_BEFORE = ("请问", "我想问一下", "你好，", "那个，", "喂，", "麻烦问下", "帮我看看", "我想知道")
_AFTER = ("啊", "呢", "呀", "谢谢", "，急", "吗", "哦", "，帮我查下")


@dataclass(frozen=True)
class Trial:
    """One question and what was found; `rights` are the entries that answer it, empty where none does."""

    kind: Kind
    text: str
    rights: frozenset[int]
    evidence: Evidence


def make_trials(
    snapshot: Snapshot,
    encoder: Encoder,
    cache: EmbeddingCache,
    outside: Sequence[str],
    seed: int,
    questions: Sequence[Question] = (),
) -> list[Trial]:
    """All kinds, the same for the same seed; `questions` become the `asked` ones. Vectors are kept in the cache."""
    chance = random.Random(seed)
    rows = [row for row, s in enumerate(snapshot.sentences) if held_out(snapshot.entries[s.owner].id)]
    if len(rows) < _FEWEST:
        rows = list(range(len(snapshot.sentences)))
    if len(rows) > MAX_QUESTIONS:
        rows = sorted(chance.sample(rows, MAX_QUESTIONS))
    homophones = _homophones(snapshot)
    asked: list[tuple[Kind, str, Tokens, frozenset[int], tuple[int, ...], bool]] = []
    for number, row in enumerate(rows):
        sentence = snapshot.sentences[row]
        owner = sentence.owner
        siblings = range(int(snapshot.starts[owner]), int(snapshot.starts[owner + 1]))
        hidden = tuple(r for r in siblings if r == row or chance.random() < SIBLING_HIDDEN)
        if len(hidden) < len(siblings):
            asked.append(("held_out", sentence.text, sentence.tokens, frozenset((owner,)), hidden, False))
        if number % 4 == 1:
            asked.append(("uncovered", sentence.text, sentence.tokens, frozenset((owner,)), (), True))
        if number % 3 == 0:
            bent = bend(sentence.text, homophones, chance)
            if cut(bent).key not in snapshot.by_key:
                asked.append(("variant", bent, matching.asked(bent), frozenset((owner,)), (), False))
    for question in questions:
        rights = frozenset(snapshot.by_id[entry] for entry in question.ids if entry in snapshot.by_id)
        tokens = matching.asked(question.text, snapshot.by_key)
        # One whose entries were all deleted since is left out, as is one that is stored word by word.
        if (rights or not question.ids) and tokens.key not in snapshot.by_key:
            asked.append(("asked", question.text, tokens, rights, (), False))
    asked += [("outside", text, matching.asked(text), frozenset(), (), False) for text in outside]
    vectors = question_vectors(snapshot, encoder, cache, [tokens for _, _, tokens, _, _, _ in asked])
    everything = np.ones(len(snapshot.entries), dtype=bool)
    trials = []
    for (kind, text, tokens, rights, hidden, without), vector in zip(asked, vectors, strict=True):
        allowed = everything
        if without:
            allowed = everything.copy()
            allowed[list(rights)] = False
        evidence = gather(snapshot, tokens, vector, allowed, hidden)
        if len(evidence.entries):
            trials.append(Trial(kind, text, frozenset() if without else rights, evidence))
    return trials


def held_out(entry_id: str) -> bool:
    """Whether an entry is kept from training: by its id, so that the choice stays as the base grows."""
    return int(hashlib.sha256(entry_id.encode()).hexdigest()[:8], 16) % HELD_OUT_OF == 0


class _QuerySide:
    """An encoder seen from its query side, so that the cache keeps both sides apart."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = f"{encoder.name}/query"
        self.dimensions = encoder.dimensions
        self.encode_queries = encoder.encode_queries
        self.encode_passages = encoder.encode_queries


def question_vectors(
    snapshot: Snapshot, encoder: Encoder, cache: EmbeddingCache, questions: Sequence[Tokens]
) -> Vectors:
    """Centred query vectors. An encoder with `symmetric` true has the same vectors on both sides."""
    side: Encoder = encoder if getattr(encoder, "symmetric", False) else _QuerySide(encoder)
    vectors, _ = cache.embed(side, [question.text for question in questions])
    return snapshot.centred(vectors)


def bend(text: str, homophones: dict[str, list[str]], chance: random.Random) -> str:
    """A question as it may arrive: a filler, a lost or swapped character, a word misheard."""
    bent = text.rstrip("？?。")
    if chance.random() < 0.5:
        bent = chance.choice(_BEFORE) + bent
    if chance.random() < 0.3:
        bent += chance.choice(_AFTER)
    for _ in range(chance.randint(0 if bent != text else 1, 2)):
        place = chance.randrange(len(bent))
        way = chance.random()
        if way < 0.5:
            (sound,) = folded_syllables(bent[place])[:1] or ("",)
            bent = bent[:place] + chance.choice(homophones.get(sound, [bent[place]])) + bent[place + 1 :]
        elif way < 0.75 and len(bent) > 5:
            bent = bent[:place] + bent[place + 1 :]
        elif place + 1 < len(bent):
            bent = bent[:place] + bent[place + 1] + bent[place] + bent[place + 2 :]
    return bent


def _homophones(snapshot: Snapshot) -> dict[str, list[str]]:
    """Characters of the base by folded sound."""
    found: dict[str, set[str]] = defaultdict(set)
    for sentence in snapshot.sentences:
        for char, sound in zip(sentence.tokens.chars, sentence.tokens.sounds, strict=True):
            found[sound].add(char)
    return {sound: sorted(chars) for sound, chars in found.items()}
