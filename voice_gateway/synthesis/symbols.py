"""Syllables as the voice's input: one number a symbol."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voice_gateway.synthesis.errors import VoiceNotBuilt
from voice_gateway.synthesis.syllables import Syllable, Word

_JOIN, _STOP, _SILENCE, _END, _BENT = "#0", "#3", "sil", "eos", "er5"
#: Syllables of letters that Mandarin lacks, put together from sounds the voice has.
_FOREIGN = {"fai": ("f", "ai"), "kiu": ("k", "iou")}
#: Spellings the voice's table lacks.
_SAME = {"n": "en", "m": "mu", "hm": "heng", "hng": "heng", "yai": "ya", "fiao": "fu"}


@dataclass(frozen=True)
class SymbolTable:
    """`ids`: symbol -> number; `parts`: toneless pinyin -> initial and final."""

    ids: Mapping[str, int]
    parts: Mapping[str, tuple[str, str]]

    @classmethod
    def read(cls, data: bytes) -> SymbolTable:
        """From the voice's `symbols.json`. Raises VoiceNotBuilt."""
        try:
            tree = json.loads(data)
            parts = {base: (initial, final) for base, (initial, final) in tree["pinyin_dict"].items()}
            return cls(dict(tree["symbol_to_id"]), {**parts, **_FOREIGN})
        except (ValueError, KeyError, TypeError) as error:
            raise VoiceNotBuilt(f"symbols: {error}") from None

    def symbols(self, words: Iterable[Word]) -> list[str]:
        """The symbols of a clause, silence at both ends; a syllable the voice does not know is passed over."""
        out = [_SILENCE]
        for word in words:
            for place, syllable in enumerate(word.syllables):
                said = self._of(syllable)
                if said and len(out) > 1:
                    out.append(_STOP if word.stop and place == 0 else _JOIN)
                out += said
        return [*out, _SILENCE] if len(out) > 1 else []

    def numbers(self, words: Iterable[Word]) -> list[int]:
        """The same as numbers, closed by the end mark; empty where nothing can be said."""
        symbols = self.symbols(words)
        return [self.ids[symbol] for symbol in [*symbols, _END]] if symbols else []

    def knows(self, syllable: Syllable) -> bool:
        return bool(self._of(syllable))

    def _of(self, syllable: Syllable) -> list[str]:
        parts = self.parts.get(syllable.base) or self.parts.get(_SAME.get(syllable.base, ""))
        if parts is None:
            return []
        said = [parts[0], f"{parts[1]}{syllable.tone}", *([_BENT] if syllable.bent else [])]
        return said if all(symbol in self.ids for symbol in said) else []
