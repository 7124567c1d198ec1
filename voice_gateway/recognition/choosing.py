"""Which of several readings was meant, by what the call waits for.

An engine gives the likeliest words of Mandarin; after 要办理吗 the likeliest is 不对 and not 部队. Nothing is put in the
caller's mouth: an expected answer must be among the readings, or sound like one of them as a whole.
"""

from __future__ import annotations

from dataclasses import replace

from nlu.sounds.rescue import cost
from voice_gateway.profiles import AnswerKind
from voice_gateway.recognition.numbers import with_figures
from voice_gateway.recognition.port import Hint, Recognition
from voice_gateway.recognition.reading import NOTHING, Reading
from voice_gateway.recognition.terms import Terms
from voice_gateway.turns.numbers import LENGTHS, Expected, digits_of
from voice_gateway.turns.words import bare

#: An expected reading is taken where its confidence is at least this share of the best one's.
_SHARE = 0.5
#: A reading with less than this share of the highest confidence goes behind the others.
_DOUBTFUL = 0.75
#: The most that sounds may differ, a syllable (`nlu.sounds.rescue.cost`: 1.5 the same sound, 2.5 one that accents merge).
_SOUND = 2.5
#: How much nearer than any other expected answer, altogether.
_CLEAR = 1.0
#: What a reading that only sounds like the answer is still worth.
_BY_SOUND = 0.8
#: Longer answers are sentences, and their words are put right where they are understood.
_LONGEST = 6


def settled(readings: list[Reading], hint: Hint, words: Terms, seconds: float) -> Recognition:
    """The reading that fits, with figures for numbers; the others beside it. Nothing where none is to be believed."""
    readings = [reading for reading in readings if reading.text and reading.confidence >= NOTHING]
    # The engine's order stands, but for readings that speak against themselves.
    most = max((reading.confidence for reading in readings), default=0.0)
    readings.sort(key=lambda reading: reading.confidence < _DOUBTFUL * most)
    if not readings:
        return Recognition("", 0.0, seconds)
    best = _expected_number(readings, hint.expected) or _expected_answer(readings, hint, words) or readings[0]
    awaited = hint.kind is AnswerKind.DIGITS or hint.expected is not None
    texts = [with_figures(words.put_right(tidy(reading.text)), awaited) for reading in (best, *readings)]
    others = tuple(dict.fromkeys(text for text in texts[1:] if bare(text) != bare(texts[0])))
    return Recognition(texts[0], round(best.confidence, 3), seconds, others)


def tidy(text: str) -> str:
    """Without spaces between words of Chinese and marks at the ends."""
    out = ""
    for char in text.strip(" ,.，。、!！?？;；:：…·-《》\"'“”"):
        if char == " " and out and not (out[-1].isascii() and out[-1].isalpha()):
            continue
        out += char
    return out


def _expected_number(readings: list[Reading], expected: Expected | None) -> Reading | None:
    """The best reading whose digits are as many as the number has."""
    if expected is None:
        return None
    fewest, most = LENGTHS[expected]
    for reading in readings:
        if reading.confidence < _SHARE * readings[0].confidence:
            continue
        digits = digits_of(with_figures(reading.text, awaited=True))
        whole = fewest <= len(digits) <= most and (expected is not Expected.PHONE or digits[0] in "01")
        if whole and not (expected is Expected.PHONE and digits[0] == "1" and len(digits) != fewest):
            return reading
    return None


def _expected_answer(readings: list[Reading], hint: Hint, words: Terms) -> Reading | None:
    answers = dict.fromkeys((*hint.words, *(words.yes_no if hint.kind is AnswerKind.YES_NO else ()), *words.always))
    if hint.kind is AnswerKind.OPEN and not hint.words:
        answers = dict.fromkeys(words.always)
    near = [reading for reading in readings if reading.confidence >= _SHARE * readings[0].confidence]
    for reading in near:
        if bare(reading.text) in answers:
            return replace(reading, text=bare(reading.text), confidence=readings[0].confidence)
    for reading in near:
        if (meant := _by_sound(bare(reading.text), tuple(answers))) is not None:
            return Reading(meant, readings[0].confidence * _BY_SOUND)
    return None


def _by_sound(said: str, answers: tuple[str, ...]) -> str | None:
    """The one answer that all of `said` sounds like; a single syllable says too little."""
    if not 2 <= len(said) <= _LONGEST:
        return None
    ranked = sorted(
        (sum(pair), answer)
        for answer in answers
        if len(answer) == len(said)
        for pair in [[cost(heard, meant) for heard, meant in zip(said, answer, strict=True)]]
        if max(pair) <= _SOUND
    )
    if not ranked or (len(ranked) > 1 and ranked[1][0] - ranked[0][0] < _CLEAR):
        return None
    return ranked[0][1]
