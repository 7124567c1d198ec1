"""The guard on every edit: what `yida kb check` refuses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from knowledge_base.entry import Entry
from knowledge_base.errors import ReferenceUnknown, TemplateInvalid
from knowledge_base.last_good import answer_problems
from knowledge_base.loader import Folder
from knowledge_base.problems import Level, Problem
from knowledge_base.render import References, render
from knowledge_base.spoken import (
    MAX_SECONDS,
    figures_in_speech,
    markup_in_speech,
    spoken_seconds,
    without_names,
)
from knowledge_base.wording import dead_links, forbidden_in, typed_on_one_side
from nlu.text.normalize import question_key
from nlu.text.numerals import find_numbers

#: Units whose numbers must agree however small; other numbers matter from 11 on (一下, 三步, 两种 do not).
_EXACT_UNITS = frozenset({"元", "%", "GB", "MB", "分钟", "小时", "天", "个月", "折", "秒"})
_TYPED_PRICE = re.compile(r"\d+(?:\.\d+)?\s*元")
#: Rendered answers: (text, speech).
Rendered = tuple[str, str]


def check_folder(folder: Folder, references: References, today: dt.date) -> list[Problem]:
    """Everything that can be told without an encoder, in the order of the files."""
    problems = list(folder.problems)
    ids = {entry.id for entry in folder.entries}
    problems += duplicate_questions(folder.entries)
    for entry in folder.entries:
        broken = answer_problems(entry, references)
        problems += broken
        problems += _about_entry(entry, ids, today)
        if not broken:
            problems += _about_answer(entry, _rendered(entry, references), references)
    return sorted(problems, key=lambda problem: (problem.file, problem.line))


def check_entry(entry: Entry, others: Sequence[Entry], references: References, today: dt.date) -> list[Problem]:
    """What `check_folder` would say of one entry among these others, without looking at the others themselves."""
    return check_entries([entry], [*others, entry], references, today)


def check_entries(
    entries: Sequence[Entry], everything: Sequence[Entry], references: References, today: dt.date
) -> list[Problem]:
    """The same for several entries, which are part of `everything`."""
    ids = {entry.id for entry in everything}
    owners: dict[str, list[Entry]] = {}
    for entry in everything:
        for key in {_key(question) for question in entry.questions}:
            owners.setdefault(key, []).append(entry)
    problems: list[Problem] = []
    for entry in entries:
        problems += duplicate_questions([entry])
        for place, question in enumerate(entry.questions):
            others = owners.get(_key(question), ()) if _key(question) else ()
            problems += [_same_question(entry, place, other) for other in others if other.id != entry.id]
        broken = answer_problems(entry, references)
        problems += broken
        problems += _about_entry(entry, ids, today)
        if not broken:
            problems += _about_answer(entry, _rendered(entry, references), references)
    return problems


def duplicate_questions(entries: Sequence[Entry]) -> list[Problem]:
    """Questions that are the same but for marks, spaces, case or script."""
    first: dict[str, Entry] = {}
    problems = []
    for entry in entries:
        for place, question in enumerate(entry.questions):
            key = _key(question)
            if not key:
                problems.append(
                    _problem(
                        entry,
                        "empty_question",
                        _field(place),
                        f"「{question}」里没有文字",
                        "写一句完整的问话",
                    )
                )
                continue
            other = first.setdefault(key, entry)
            if other is not entry:
                problems.append(_same_question(entry, place, other))
        own = [_key(question) for question in entry.questions]
        for place, key in enumerate(own):
            if key and key in own[:place]:
                problems.append(
                    _problem(
                        entry,
                        "duplicate_question",
                        _field(place),
                        f"「{entry.questions[place]}」在本条里写了两次",
                        "删掉一个",
                    )
                )
    return problems


def figures_disagree(text: str, speech: str) -> list[str]:
    """Numbers said that the text does not have, as said. Both rendered."""
    shown = without_names(text)
    known: set[Decimal] = {span.value for span in find_numbers(shown)}
    known |= {Decimal(span.digits) for span in find_numbers(shown) if span.digits}
    known |= {Decimal(re.sub(r"\D", "", run)) for run in re.findall(r"\d[\d -]*\d", shown)}
    heard = without_names(speech)
    said = []
    for span in find_numbers(heard):
        if span.start and heard[span.start - 1] == "第":
            continue
        if span.unit not in _EXACT_UNITS and span.value <= 10:
            continue
        if span.value not in known:
            said.append(heard[span.start : span.end])
    return said


def _about_entry(entry: Entry, ids: set[str], today: dt.date) -> Iterator[Problem]:
    for related in entry.related:
        if related not in ids:
            yield _problem(entry, "dead_related", "related", f"相关条目 {related} 不存在", "改正编号或删掉")
        if related == entry.id:
            yield _problem(entry, "dead_related", "related", "相关条目写了自己", "删掉")
    if entry.valid_to and entry.valid_to < today:
        yield _problem(entry, "expired", "valid.to", f"已于 {entry.valid_to} 过期", "改有效期，或删掉这一条")
    for field, found, rule in forbidden_in(entry):
        yield _problem(entry, "forbidden", field, f"不能写「{found}」，{rule.reason}", rule.mend)
    figure = _TYPED_PRICE.search(re.sub(r"\{\{.*?\}\}", "", entry.answer.text))
    if figure:
        yield _problem(
            entry,
            "typed_price",
            "answer.text",
            f"价格「{figure[0]}」是手写的",
            "改成引用，例如 {{ plan.5g129.monthly_fee }}；举例计算可以保留",
            "warning",
        )


def _about_answer(entry: Entry, rendered: Rendered, references: References) -> Iterator[Problem]:
    text, speech = rendered
    figure, mark = figures_in_speech(speech), markup_in_speech(speech)
    if figure:
        yield _problem(
            entry,
            "speech_figure",
            "answer.speech",
            f"语音里有阿拉伯数字「{figure}」",
            "写成汉字，或用引用加 speak",
        )
    if mark:
        yield _problem(entry, "speech_markup", "answer.speech", f"语音里有不能念的「{mark}」", "去掉链接、括号和格式")
    seconds = spoken_seconds(speech)
    if seconds > MAX_SECONDS:
        yield _problem(
            entry,
            "speech_long",
            "answer.speech",
            f"长者语速下要 {seconds:.1f} 秒，超过 {MAX_SECONDS:.0f} 秒",
            "只留结论和下一步，细节放在文字里",
        )
    said = figures_disagree(text, speech)
    if said:
        yield _problem(
            entry,
            "figures",
            "answer.speech",
            f"语音里的「{'、'.join(said)}」文字里没有",
            "让文字和语音的数字一致，最好都用引用",
        )
    for target, why in dead_links(text):
        yield _problem(entry, "dead_link", "answer.text", f"{why}：{target}", "改成打得开的 https 网址，或去掉链接")
    for field, figure, reference in typed_on_one_side(entry, references, _EXACT_UNITS):
        where, other = ("语音", "文字") if field == "answer.speech" else ("文字", "语音")
        yield _problem(
            entry,
            "figure_typed",
            field,
            f"{where}里手写了「{figure}」，{other}里是引用 {reference}，目录一改就不一致",
            f"{where}里也用引用",
            "warning",
        )


def _same_question(entry: Entry, place: int, other: Entry) -> Problem:
    return _problem(
        entry,
        "duplicate_question",
        _field(place),
        f"「{entry.questions[place]}」与条目 {other.id}（{other.file}）的问法重复",
        "两条留一条，或把问法写得更具体",
    )


#: The same questions are compared at every save.
_key = lru_cache(maxsize=65536)(question_key)


def _rendered(entry: Entry, references: References) -> Rendered:
    try:
        return render(entry.answer.text, references, "text"), render(entry.answer.speech, references, "speech")
    except (ReferenceUnknown, TemplateInvalid):  # pragma: no cover - told before by answer_problems
        return "", ""


def _problem(entry: Entry, code: str, field: str, message: str, mend: str, level: Level = "error") -> Problem:
    return Problem(code, entry.file, message, mend, entry.line, entry.id, field, level)


def _field(place: int) -> str:
    return "question" if place == 0 else f"similar[{place}]"
