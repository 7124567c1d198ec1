"""What a form would show and say: catalogue figures filled in, and how long it takes to hear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import YidaError
from knowledge_base.pages.speech import RATES
from knowledge_base.render import Mode, References, render
from knowledge_base.spoken import ELDER_PAUSE, MAX_SECONDS, spoken_seconds

#: Seconds of silence after each clause of the standard profile, as the voice gateway's caller profile has it.
STANDARD_PAUSE = 0.2


@dataclass(frozen=True)
class Preview:
    """`text` is light Markdown; `problem` says why the other is shown as it was typed. Seconds by caller profile."""

    text: str
    speech: str
    text_problem: str
    speech_problem: str
    standard_seconds: float
    elder_seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "text": self.text, "speech": self.speech, "problems": {"text": self.text_problem, "speech": self.speech_problem},
            "seconds": {"standard": round(self.standard_seconds, 1), "elder": round(self.elder_seconds, 1)},
            "longest": MAX_SECONDS,
        }  # fmt: skip


def preview(form: Mapping[str, Any], references: References) -> Preview:
    """Never raises for what a form may hold."""
    answer = form.get("answer")
    answer = answer if isinstance(answer, Mapping) else {}
    text, text_problem = _filled(str(answer.get("text") or ""), references, "text")
    speech, speech_problem = _filled(str(answer.get("speech") or ""), references, "speech")
    elder = spoken_seconds(speech)
    return Preview(text, speech, text_problem, speech_problem, standard_seconds(elder, speech), elder)


def standard_seconds(elder: float, speech: str) -> float:
    """The standard profile's time from the elder's: the same sounds faster, the same pauses shorter."""
    # Without its marks a speech is one clause, so this is the sounds alone.
    sounds = spoken_seconds("".join(ch for ch in speech if ch.isalnum()))
    pauses = (elder - sounds) / ELDER_PAUSE
    return sounds * RATES["elder"] / RATES["standard"] + max(0.0, pauses) * STANDARD_PAUSE


def _filled(template: str, references: References, mode: Mode) -> tuple[str, str]:
    try:
        return render(template, references, mode), ""
    except YidaError as error:
        return template, error.message_zh
