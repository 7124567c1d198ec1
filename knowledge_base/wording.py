"""What must not stand in questions and answers: forbidden wording, dead links, figures typed on one side only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from knowledge_base.entry import Entry
from knowledge_base.render import Piece, References, parse, render
from knowledge_base.spoken import without_names
from nlu.text.numerals import find_numbers

FORBIDDEN_FILE = Path(__file__).with_name("forbidden.yml")
LINKS_FILE = Path(__file__).with_name("links.yml")
_TARGET = re.compile(r"(!?)\[[^\]\n]*\]\(\s*([^)\s]*)[^)\n]*\)")


@dataclass(frozen=True)
class Rule:
    """One forbidden wording. `answers_only`: customers may say it, we may not."""

    pattern: re.Pattern[str]
    reason: str
    mend: str
    answers_only: bool


def forbidden_in(entry: Entry) -> Iterator[tuple[str, str, Rule]]:
    """(field, what was found, rule) of every forbidden wording in questions and answers."""
    questions = [("question", entry.question), *((f"similar[{n}]", text) for n, text in enumerate(entry.similar, 1))]
    answers = [("answer.text", entry.answer.text), ("answer.speech", entry.answer.speech)]
    for rule in _rules():
        for field, text in answers if rule.answers_only else [*questions, *answers]:
            found = rule.pattern.search(text)
            if found:
                yield field, found[0], rule


def dead_links(text: str) -> list[tuple[str, str]]:
    """(target, why) of links and pictures that lead nowhere: neither https nor one of links.yml."""
    found = []
    for mark, target in _TARGET.findall(text):
        what = "图片" if mark else "链接"
        parts = _split(target)
        if not target:
            found.append((target, f"{what}没有写地址"))
        elif parts is not None and parts.scheme == "https":
            if not re.fullmatch(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?", parts.netloc):
                found.append((target, f"{what}的网址不完整"))
        elif target.startswith("/") and not target.startswith("//"):
            if not _is_listed(target):
                found.append((target, f"站内没有这个{what}地址"))
        else:
            found.append((target, f"{what}打不开，只能用 https 网址或站内地址"))
    return found


def typed_on_one_side(entry: Entry, references: References, units: frozenset[str]) -> list[tuple[str, str, str]]:
    """(field, figure as typed, reference of the other side): figures that part once the catalogue changes.

    `units` are those whose numbers count. Raises TemplateInvalid and ReferenceUnknown.
    """
    sides = {"answer.text": entry.answer.text, "answer.speech": entry.answer.speech}
    typed = {field: _typed(template, units) for field, template in sides.items()}
    referred = {field: _referred(template, references) for field, template in sides.items()}
    found = []
    for field, other in (("answer.speech", "answer.text"), ("answer.text", "answer.speech")):
        for value, shown in typed[field].items():
            if value in referred[other] and value not in typed[other] and value not in referred[field]:
                found.append((field, shown, referred[other][value]))
    return found


def _typed(template: str, units: frozenset[str]) -> dict[Decimal, str]:
    plain = without_names("".join(piece if isinstance(piece, str) else "＿" for piece in parse(template)))
    return {span.value: plain[span.start : span.end] for span in find_numbers(plain) if span.unit in units}


def _referred(template: str, references: References) -> dict[Decimal, str]:
    found: dict[Decimal, str] = {}
    for piece in parse(template):
        if isinstance(piece, Piece):
            shown = render(f"{{{{ {piece[0]} }}}}", references, "text")
            if re.fullmatch(r"\d+(?:\.\d+)?", shown):
                found.setdefault(Decimal(shown), piece[0])
    return found


def _is_listed(target: str) -> bool:
    path = target.split("?")[0].split("#")[0]
    return any(path == known or (known.endswith("*") and path.startswith(known[:-1])) for known in _links())


def _split(target: str) -> Any:
    try:
        return urlsplit(target)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _links() -> Sequence[str]:
    return [str(link["path"]) for link in yaml.safe_load(LINKS_FILE.read_text(encoding="utf-8"))]


@lru_cache(maxsize=1)
def _rules() -> Sequence[Rule]:
    rules = yaml.safe_load(FORBIDDEN_FILE.read_text(encoding="utf-8"))
    return [
        Rule(
            re.compile(rule.get("pattern") or re.escape(rule["word"])), rule["reason"], rule["mend"],
            rule.get("only") == "answer",
        )
        for rule in rules
    ]  # fmt: skip
