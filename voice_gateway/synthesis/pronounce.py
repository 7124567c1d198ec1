"""Characters to syllables: our own words first, then a general dictionary, word by word."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.synthesis.sandhi import spoken_tones
from voice_gateway.synthesis.syllables import Syllable, Word, spelled

_HERE = Path(__file__).parent
_FILES = ("words.yml", "letters.yml")
#: Raised when the code reads a text differently; part of what cached speech is known by.
_FORM = "2"
#: Our words count at least so often with the segmenter, or 着重 would win over 急着 and 重装.
_OFTEN = 300
_RUNS = re.compile(
    r"(?P<han>[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|(?P<latin>[A-Za-z](?:[A-Za-z]|[-'](?=[A-Za-z]))*)|(?P<stop>、)"
)
_TONED = re.compile(r"[a-zü]+[1-5]")


@dataclass(frozen=True)
class _Rule:
    char: str
    say: str
    before: re.Pattern[str] = field(default=re.compile(""))
    after: re.Pattern[str] = field(default=re.compile(""))


class Pronouncer:
    """Reads clauses; what it needs is loaded at the first one (about a second). Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._segmenter: Any = None
        self._words: dict[str, list[Syllable]] = {}
        self._bent: frozenset[str] = frozenset()
        self._inside = re.compile(r"(?!)")
        self._alone: dict[str, list[_Rule]] = {}
        self._letters: dict[str, list[Syllable]] = {}
        self._foreign: dict[str, list[Syllable]] = {}

    @staticmethod
    def version() -> str:
        """Changes when a text may be read differently."""
        parts = [_FORM.encode(), *((_HERE / name).read_bytes() for name in _FILES)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:10]

    def read(self, clause: str) -> list[Word]:
        """The words of a clause (figures already in words) with the tones they are spoken with.

        Characters that nobody reads are passed over; never raises for a text.
        """
        self.load()
        words: list[Word] = []
        stop = False
        for run in _RUNS.finditer(clause):
            if run["stop"]:
                stop = bool(words)
                continue
            before = clause[: run.start()]
            found: Iterable[Sequence[Syllable]] = self._han(run[0], before) if run["han"] else self._latin(run[0])
            for word in found:
                if word:
                    words.append(Word(tuple(word), stop, foreign=not run["han"]))
                    stop = False
        return spoken_tones(words)

    # ------------------------------------------------------------------ characters

    def _han(self, run: str, before: str) -> Iterator[Sequence[Syllable]]:
        tokens = [token for token in self._segmenter.cut(run, HMM=False) if token]
        position = 0
        for token in tokens:
            start, position = position, position + len(token)
            if token in self._bent:
                yield self._bend(token)
            elif token in self._words:
                yield self._words[token]
            elif len(token) == 1:
                yield self._single(token, before + run[:start], run[position:])
            else:
                yield self._token(token)

    def _token(self, token: str) -> Sequence[Syllable]:
        """A dictionary word, in which one of our own may lie: 充值 in 充值卡."""
        out: list[Syllable] = []
        position = 0
        for match in self._inside.finditer(token):
            out += [*_dictionary(token[position : match.start()]), *self._words[match[0]]]
            position = match.end()
        return [*out, *_dictionary(token[position:])]

    def _single(self, char: str, before: str, after: str) -> Sequence[Syllable]:
        for rule in self._alone.get(char, ()):
            if rule.before.search(before) and rule.after.search(after):
                return spelled(rule.say, char)
        return _dictionary(char)

    def _bend(self, token: str) -> list[Syllable]:
        syllables = list(self._words.get(token[:-1]) or _dictionary(token[:-1]))
        last = syllables[-1]
        return [*syllables[:-1], Syllable(last.base, last.tone, last.char, bent=True)]

    # ------------------------------------------------------------------ letters

    def _latin(self, run: str) -> list[list[Syllable]]:
        whole = re.sub(r"[-']", "", run).casefold()
        if whole in self._foreign:
            return [self._foreign[whole]]
        parts = [self._foreign.get(part.casefold()) for part in re.split(r"[-']", run)]
        if len(parts) > 1 and all(parts):
            return [part for part in parts if part]
        return [self._letters[letter] for letter in whole.upper() if letter in self._letters]

    # ------------------------------------------------------------------ loading

    def load(self) -> None:
        """Read the dictionaries; done already where a clause was read. Half a second."""
        if self._segmenter is not None:
            return
        with self._lock:
            if self._segmenter is None:
                self._read_files()
                self._segmenter = self._make_segmenter()

    def _read_files(self) -> None:
        words, letters = (yaml.safe_load((_HERE / name).read_text(encoding="utf-8")) for name in _FILES)
        self._words = {word: spelled(said, word) for word, said in words["words"].items()}
        self._bent = frozenset(words["bent"])
        longest_first = sorted(self._words, key=len, reverse=True)
        self._inside = re.compile("|".join(map(re.escape, (word for word in longest_first if len(word) > 1))))
        for rule in words["alone"]:
            made = _Rule(rule["char"], rule["say"], re.compile(rule.get("before", "")), re.compile(rule.get("after", "")))
            self._alone.setdefault(made.char, []).append(made)
        self._letters = {letter: spelled(said) for letter, said in letters["letters"].items()}
        self._foreign = {word: spelled(said) for word, said in letters["words"].items()}

    def _make_segmenter(self) -> Any:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        segmenter = jieba.Tokenizer()
        # Read straight from the package: its own start keeps a copy in a folder that everybody may write.
        segmenter.FREQ, segmenter.total = segmenter.gen_pfdict(segmenter.get_dict_file())
        segmenter.initialized = True
        for word in [*self._words, *self._bent]:
            if len(word) > 1:
                segmenter.add_word(word, max(_OFTEN, segmenter.suggest_freq(word)))
        return segmenter


@lru_cache(maxsize=8192)
def _dictionary(text: str) -> tuple[Syllable, ...]:
    """As the general dictionary reads a word; characters it does not know are left out."""
    if not text:
        return ()
    from pypinyin import Style, lazy_pinyin

    said = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors=list)  # type: ignore[arg-type]
    if len(said) != len(text):
        return tuple(syllable for char in text for syllable in _dictionary(char)) if len(text) > 1 else ()
    out: list[Syllable] = []
    for char, item in zip(text, said, strict=True):
        if _TONED.fullmatch(item):
            # The dictionary gives some phrases with 一 and 不 already changed, others without.
            plain = {"一": "yi1", "不": "bu4"}.get(char, item)
            out += spelled(plain, char)
    return tuple(out)
