"""What did the customer mean? Pure matching of an answer against the current node.

Order: exact words, keys and ordinals, a call for a person, a question back (在哪里), the longest phrase
contained, 返回 / 重复, the likest sound, then plain yes, no and 不知道.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from actions.self_check.model import Question
from actions.self_check.phrases import Phrases
from actions.self_check.text import (
    contains,
    likeness,
    normalise,
    plain_le,
    says,
    spread,
    strip_fillers,
    syllables,
)

#: Two options closer than this in likeness are not told apart.
MARGIN = 0.04

_INTENTS = {
    "transfer_human": "person",
    "back": "back",
    "repeat": "repeat",
    "affirm": "affirm",
    "deny": "deny",
}
_KEY = re.compile(r"^(?:我?(?:按|选|揿|点))?第?([1-9一二三四五六七八九])(?:个|号|项|种|条)?(?:键|选项)?$")
_FIRST_LAST = {
    "头一个": 0,
    "头个": 0,
    "前面那个": 0,
    "前一个": 0,
    "最后一个": -1,
    "后一个": -1,
    "末尾那个": -1,
    "后面那个": -1,
    "最尾嗰个": -1,
}
_NUMERAL = {c: i for i, c in enumerate("一二三四五六七八九", 1)}
_STILL = re.compile(
    r"(?:还|还是|都|仍然?|依然|照样|仲係|仲系|仲)"
    r"(?:没|不|冇|断|慢|卡|红|报|弱|唔|莫|打不|上不|收不|连不|看不|那样|这样|老样)"
    r"|(?:没|不|冇|唔|莫)(?:能|得)?(?:好(?!意思|像)|行|搞定|弄好|修好|恢复|正常|解决|通)|不能(?:用|上|看|打|收)"
)


@dataclass(frozen=True)
class Meaning:
    """`option` with its id, or one of back, repeat, help, person, did, none_of, unsure, nothing."""

    kind: str
    option: str = ""
    exact: bool = True


NOTHING = Meaning("nothing")


class Matcher:
    """Matches answers; holds only the shared phrases."""

    def __init__(self, phrases: Phrases) -> None:
        self._p = phrases

    def question(self, node: Question, text: str, intent: str | None, keys: Iterable[int]) -> Meaning:
        """The meaning of an answer to a question. `keys` are those on the elder or standard page shown."""
        phrases = {o.id: tuple(normalise(p) for p in (o.title, *o.accepts)) for o in node.options}
        by_key = {o.key: o.id for o in node.options}
        means: dict[str, str] = {o.means: o.id for o in node.options if o.means}
        hints = {o.id: o.presets for o in node.options}
        return self._find(text, intent, phrases, by_key, list(keys), means, hints)

    def instruction(
        self, text: str, intent: str | None, choices: Mapping[int, str], confirming: bool
    ) -> Meaning:
        """The meaning of an answer to an instruction; `choices` maps the keys shown to done, still, stuck.

        A bare 好的 or 嗯 only says it was heard or done; it means "works" only when asked just that.
        """
        p = self._p
        said = strip_fillers(normalise(text))
        stuck = any(w in said for w in p.stuck if len(w) > 2)
        if _STILL.search(said) and said not in p.done and not stuck:
            return Meaning("option", "still")
        phrases = {"done": p.done, "did": p.did, "still": p.still, "stuck": p.stuck}
        found = self._find(
            text,
            intent,
            phrases,
            choices,
            list(choices),
            {"affirm": "done" if confirming else "did", "deny": "still"},
        )
        if found.kind == "option" and found.option == "did":
            return Meaning("did")
        return found

    def _find(
        self,
        text: str,
        intent: str | None,
        phrases: Mapping[str, tuple[str, ...]],
        by_key: Mapping[int, str],
        shown: list[int],
        means: Mapping[str, str],
        hints: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> Meaning:
        p, raw = self._p, text.strip()
        said = normalise(raw)
        bare = strip_fillers(said)
        if not said:
            return NOTHING
        if raw in phrases and raw != "did":
            return Meaning("option", raw)
        for option, words in phrases.items():
            if said in words or bare in words or plain_le(said) in words:
                return Meaning("option", option)
        if raw == "none_of" or said in p.none_of or bare in p.none_of:
            return Meaning("none_of")
        chosen = _by_key(said, by_key, shown)
        if chosen:
            return Meaning("option", chosen)
        if intent == "transfer_human" or any(_nearly(bare, w) for w in p.person):
            return Meaning("person")
        if said in p.help or said in p.stuck or p.is_question(said):
            return Meaning("help")
        chosen = _contained(bare, phrases) or _hinted(said, hints) or _spread(bare, phrases)
        if chosen:
            return Meaning("option", chosen, False)
        for kind in ("back", "repeat"):
            if intent == kind or any(_nearly(bare, w) for w in getattr(p, kind)):
                return Meaning(kind)
        chosen = _sounding(bare, phrases)
        if chosen:
            return Meaning("option", chosen, False)
        return self._plain(bare, intent, means)

    def _plain(self, bare: str, intent: str | None, means: Mapping[str, str]) -> Meaning:
        mapped = _INTENTS.get(intent or "")
        for kind, words in (("unsure", self._p.unsure), ("affirm", self._p.affirm), ("deny", self._p.deny)):
            meant = bare in words or (kind == "unsure" and any(w in bare for w in words)) or mapped == kind
            if meant and kind in means:
                return Meaning("option", means[kind])
            if meant:
                return Meaning("unsure" if kind == "unsure" else "none_of" if kind == "deny" else "nothing")
        return NOTHING


def _by_key(said: str, by_key: Mapping[int, str], shown: list[int]) -> str | None:
    place = _FIRST_LAST.get(said)
    if place is not None and shown:
        return by_key.get(shown[place])
    found = _KEY.match(said)
    if not found:
        return None
    number = _NUMERAL.get(found.group(1)) or int(found.group(1))
    if "第" in said and number <= len(shown):
        return by_key.get(shown[number - 1])
    return by_key.get(number)


def _contained(said: str, phrases: Mapping[str, tuple[str, ...]]) -> str | None:
    """The option with the longest phrase inside `said`; none if two options tie."""
    best = {
        o: max((len(w) for w in words if len(w) > 1 and contains(said, w)), default=0)
        for o, words in phrases.items()
    }
    return _single_best({o: float(n) for o, n in best.items()}, 0.5)


def _hinted(said: str, hints: Mapping[str, tuple[str, ...]]) -> str | None:
    """The option whose presets alone fit: what answers a question beforehand answers it now."""
    return _single_best(
        {o: float(any(says(p, said) for p in patterns)) for o, patterns in hints.items()}, 0.5
    )


def _spread(said: str, phrases: Mapping[str, tuple[str, ...]]) -> str | None:
    """Like `_contained`, with up to two characters in between: 没有亮 for 没亮."""
    best = {
        o: max((len(w) for w in words if len(w) > 1 and spread(said, w)), default=0)
        for o, words in phrases.items()
    }
    return _single_best({o: float(n) for o, n in best.items()}, 0.5)


def _sounding(said: str, phrases: Mapping[str, tuple[str, ...]]) -> str | None:
    if len(said) == 1:
        same = {o: float(any(syllables(said) == syllables(w) for w in words)) for o, words in phrases.items()}
        return _single_best(same, MARGIN)
    best = {
        o: max((likeness(said, w) for w in words if len(w) > 1), default=0.0) for o, words in phrases.items()
    }
    return _single_best(best, MARGIN)


def _single_best(scores: Mapping[str, float], margin: float) -> str | None:
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] <= 0:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < margin:
        return None
    return ranked[0][0]


def _nearly(said: str, phrase: str) -> bool:
    """The phrase with a few characters around it: four, or one for phrases of two, else none."""
    around = {1: 0, 2: 1}.get(len(phrase), 4)
    return phrase in said and len(said) <= len(phrase) + around
