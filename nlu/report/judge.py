"""Every utterance of a file put to the trained model, with the pipeline's own thresholds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

#: Texts to ranked (intent, probability), best first.
Rank = Callable[[Sequence[str]], list[list[tuple[str, float]]]]
FALLBACK = "nlu_fallback"
OUTSIDE = "out_of_scope"
PERSON = "transfer_human"
_CONFIG = Path(__file__).resolve().parents[2] / "config.yml"


@dataclass(frozen=True)
class Thresholds:
    """Of Rasa's FallbackClassifier: below `sure`, or with the second nearer than `lead`, nothing is understood."""

    sure: float
    lead: float

    @classmethod
    def of_pipeline(cls, config: Path = _CONFIG) -> Thresholds:
        """Those of `config.yml`. Raises ValueError where the pipeline has none."""
        for part in yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]:
            if part["name"] == "FallbackClassifier":
                return cls(float(part["threshold"]), float(part["ambiguity_threshold"]))
        raise ValueError("no FallbackClassifier in config.yml")


@dataclass(frozen=True)
class Judged:
    """One utterance. `found` is the likeliest intent, `taken` what the pipeline acts on (nlu_fallback: it asks back)."""

    text: str
    intent: str
    accepted: frozenset[str]
    style: str
    found: str
    second: str
    confidence: float
    taken: str
    milliseconds: float

    @property
    def right(self) -> bool:
        return self.found in self.accepted

    @property
    def outside(self) -> bool:
        return self.intent == OUTSIDE

    @property
    def accepted_outside(self) -> bool:
        """Not ours, and yet served as if it were."""
        return self.outside and self.taken not in self.accepted and self.taken not in (OUTSIDE, FALLBACK)


def judge(rank: Rank, rows: Sequence[dict[str, str]], thresholds: Thresholds) -> list[Judged]:
    """One text at a time, as they come in service."""
    rank([rows[0]["text"]])
    judged = []
    for row in rows:
        started = time.perf_counter()
        ranked = rank([row["text"]])[0]
        spent = (time.perf_counter() - started) * 1000
        (found, confidence), (second, next_best) = ranked[0], ranked[1]
        unsure = confidence < thresholds.sure or confidence - next_best < thresholds.lead
        judged.append(
            Judged(
                row["text"], row["intent"], frozenset({row["intent"], *filter(None, (row.get("also") or "").split("|"))}),
                row.get("style") or "-", found, second, confidence, FALLBACK if unsure else found, spent,
            )
        )  # fmt: skip
    return judged


@dataclass(frozen=True)
class Spans:
    """Entities against a file of sentences with all that is in them."""

    expected: int
    found: int
    right: int
    wrong: tuple[tuple[str, str, str], ...]

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0


def judge_spans(cases: Sequence[tuple[str, Sequence[tuple[str, str]]]], extract: Callable[[str], Sequence[Any]]) -> Spans:
    """Each case is a text and all (entity, characters) in it; a span counts where both agree."""
    expected = found = right = 0
    wrong = []
    for text, listed in cases:
        wanted = set(listed)
        got = {(e.entity, e.text) for e in extract(text)}
        expected, found, right = expected + len(wanted), found + len(got), right + len(wanted & got)
        if wanted != got:
            wrong.append((text, _listed(wanted), _listed(got)))
    return Spans(expected, found, right, tuple(wrong))


def _listed(spans: set[tuple[str, str]]) -> str:
    return "，".join(f"{kind}={text}" for kind, text in sorted(spans)) or "无"
