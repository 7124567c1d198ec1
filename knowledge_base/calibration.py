"""The numbers that turn similarities into a ranking, a probability and an outcome.

They are fitted by `yida kb calibrate` on held-out questions and kept in `knowledge_base/calibration.json`,
one set for each encoder.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge_base.errors import CalibrationInvalid

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")
#: What is known of an entry for a question, each about 0 to 1.
FEATURES = (
    "vector",  # meaning of its best sentence
    "chars",  # characters of that sentence
    "sounds",  # folded pinyin of that sentence
    "same",  # that sentence is nearly the question itself
    "several",  # likeness of its best few sentences taken together
    "theme",  # meaning of all its sentences together
    "wording",  # characters and sounds of all its sentences together
    "gist",  # meaning of its keywords and answer
    "keywords",  # share of the question its keywords cover, by characters and sounds
    "body",  # share of the question its answer covers, likewise
)
#: For the probability, also its lead over the best other entry in ranking score, and the question's own
#: likeness to texts from outside.
SIGNS = (*FEATURES, "lead", "foreign")
#: A greater lead says no more; so a base of one entry is not sure of everything.
LEAD_LIMIT = 4.0


@dataclass(frozen=True)
class Calibration:
    """`weights` over FEATURES rank the entries; `coefficients` over SIGNS with `intercept` are a logistic
    regression. From probability `answer` on an entry is answered, from `choose` on it is offered.
    """

    weights: dict[str, float] = field(
        default_factory=lambda: {
            "vector": 3.0,
            "chars": 3.0,
            "sounds": 3.0,
            "same": 4.0,
            "several": 3.0,
            "theme": 4.0,
            "wording": 4.0,
            "gist": 5.0,
            "keywords": 5.0,
            "body": 4.0,
        }
    )
    coefficients: dict[str, float] = field(
        default_factory=lambda: {
            "vector": 2.0,
            "chars": 1.0,
            "sounds": 1.0,
            "same": 4.0,
            "several": 1.0,
            "theme": 2.0,
            "wording": 2.0,
            "gist": 2.0,
            "keywords": 2.0,
            "body": 2.0,
            "lead": 0.8,
            "foreign": -1.0,
        }
    )
    intercept: float = -4.5
    answer: float = 0.6
    choose: float = 0.15
    measured: dict[str, float] = field(default_factory=dict)

    def rank(self, features: NDArray[np.floating]) -> NDArray[np.float64]:
        """Ranking score of each row of (n, len(FEATURES))."""
        return features.astype(np.float64) @ np.array([self.weights[name] for name in FEATURES])

    def probability(self, signs: dict[str, float]) -> float:
        """Chance that the entry answers the question."""
        z = self.intercept + sum(self.coefficients[name] * signs[name] for name in SIGNS)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def load_calibration(encoder_name: str, path: Path = CALIBRATION_FILE) -> Calibration:
    """The set of this encoder, the built-in one where there is none. Raises CalibrationInvalid."""
    try:
        sets: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        values = sets.get(encoder_name)
        calibration = Calibration() if values is None else Calibration(**values)
        numbers = [*(calibration.weights[f] for f in FEATURES), *(calibration.coefficients[s] for s in SIGNS)]
        if not all(math.isfinite(float(number)) for number in numbers):
            raise ValueError("numbers must be finite")
        if not 0 < calibration.choose <= calibration.answer < 1:
            raise ValueError(f"thresholds out of order: {calibration.choose}, {calibration.answer}")
    except FileNotFoundError:
        return Calibration()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CalibrationInvalid(f"{path.name}: {error}") from error
    return calibration


def save_calibration(encoder_name: str, calibration: Calibration, path: Path = CALIBRATION_FILE) -> None:
    """Write this encoder's set beside those of the others; figures to four places."""
    sets: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    sets[encoder_name] = _rounded(asdict(calibration))
    path.write_text(json.dumps(dict(sorted(sets.items())), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value
