"""Hearing an answer before it is published."""

from __future__ import annotations

from typing import Protocol


class Speaker(Protocol):
    """Reads a text aloud."""

    async def speak(self, text: str, rate: float) -> bytes:
        """A WAV file of `text`; `rate` 1.0 is the voice's normal speed, 0.75 slower. Raises YidaError."""
        ...


#: Speech rates of the caller profiles; 1.0 = the voice's normal.
RATES: dict[str, float] = {"standard": 1.0, "elder": 0.75}
