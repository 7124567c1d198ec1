"""The numbers that turn similarities into a probability and a probability into an outcome.

They are fitted by `yida kb calibrate` on held-out questions and kept in `knowledge_base/calibration.json`,
one set for each encoder.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from knowledge_base.errors import CalibrationInvalid

CALIBRATION_FILE = Path(__file__).with_name("calibration.json")
CHANNELS = ("vector", "chars", "sounds")
FEATURES = (*CHANNELS, "margin", "support")


@dataclass(frozen=True)
class Calibration:
    """`weights` fuse the three similarities (they add up to 1); `coefficients` and `intercept` are a logistic
    regression over `FEATURES`; from `answer` on (a probability) an entry is answered, from `choose` on
    offered.
    """

    weights: dict[str, float] = field(default_factory=lambda: {"vector": 0.5, "chars": 0.3, "sounds": 0.2})
    coefficients: dict[str, float] = field(
        default_factory=lambda: {"vector": 4.0, "chars": 3.0, "sounds": 3.0, "margin": 8.0, "support": 1.0}
    )
    intercept: float = -5.0
    answer: float = 0.6
    choose: float = 0.2
    measured: dict[str, float] = field(default_factory=dict)

    def probability(self, features: dict[str, float]) -> float:
        """Chance that the entry answers the question."""
        z = self.intercept + sum(self.coefficients[name] * features[name] for name in FEATURES)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def load_calibration(encoder_name: str, path: Path = CALIBRATION_FILE) -> Calibration:
    """The set of this encoder, the built-in one where there is none. Raises CalibrationInvalid."""
    try:
        sets: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        values = sets.get(encoder_name)
        calibration = Calibration() if values is None else Calibration(**values)
        numbers = [
            *(calibration.weights[c] for c in CHANNELS),
            *(calibration.coefficients[f] for f in FEATURES),
        ]
        if (
            not all(math.isfinite(float(number)) for number in numbers)
            or not 0 < calibration.choose <= calibration.answer
        ):
            raise ValueError("numbers out of range")
    except FileNotFoundError:
        return Calibration()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CalibrationInvalid(f"{path.name}: {error}") from error
    return calibration


def save_calibration(encoder_name: str, calibration: Calibration, path: Path = CALIBRATION_FILE) -> None:
    """Write this encoder's set beside those of the others; figures to four places."""
    sets: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    sets[encoder_name] = _rounded(asdict(calibration))
    path.write_text(
        json.dumps(dict(sorted(sets.items())), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value
