"""Text as customers write and say it: normalisation, pinyin, numbers. Pure Python 3.10+, no Rasa."""

from nlu.text.normalize import Normalized, normalize, question_key
from nlu.text.numerals import NumberSpan, find_numbers, parse_number, read_digits, read_number
from nlu.text.pinyin import fold, folded_syllables, syllables

__all__ = [
    "Normalized",
    "NumberSpan",
    "find_numbers",
    "fold",
    "folded_syllables",
    "normalize",
    "parse_number",
    "question_key",
    "read_digits",
    "read_number",
    "syllables",
]
