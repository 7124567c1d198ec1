"""The question after the work: 1 非常满意, 2 满意, 3 不满意. Reading the answer, and keeping it once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from common.errors import ConfigError
from service_desk import flow, tickets
from service_desk.core import Core
from service_desk.errors import BadScore
from service_desk.models import SurveyRow
from service_desk.types import Category, Kind, SurveyResult, TicketDraft

DEFAULT_WORDS = Path(__file__).with_name("survey.yml")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_NOISE = re.compile(r"[\s，。！？!?,.~、…；;：:“”\"'（）()]+")
_FILLER = re.compile(r"^(?:我?(?:就|想)?(?:选择?|按|打|给|回复?|评价?))+|(?:吧|呢|啊|呀|哦|了|号|键|那个)+$")
_DIGIT = {"1": 1, "2": 2, "3": 3, "一": 1, "二": 2, "三": 3, "①": 1, "②": 2, "③": 3, "幺": 1}
_STARS = {"五": 1, "5": 1, "四": 2, "4": 2, "三": 2, "3": 2, "两": 3, "二": 3, "2": 3, "一": 3, "1": 3}
_STAR = re.compile(r"([一二两三四五1-5])颗?星")
_POINTS = re.compile(r"^[1-3一二三]分")
_NUMBERED = re.compile(r"^([123])(?=\D|$)")
_THANKS = {1: "谢谢您的肯定，祝您生活愉快。", 2: "谢谢您的评价，我们会继续改进。"}


@dataclass(frozen=True)
class Words:
    """Sayings by order of trial; `whole` only when nothing else was said."""

    inside: tuple[tuple[int, tuple[str, ...]], ...]
    whole: dict[str, int]

    @classmethod
    def load(cls, path: Path = DEFAULT_WORDS) -> Words:
        try:
            raw = yaml.safe_load(path.read_text("utf-8"))
            return cls(
                tuple((int(e["score"]), tuple(map(str, e["say"]))) for e in raw["words"]),
                {str(w): int(score) for score, words in raw["whole"].items() for w in words},
            )
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(
                f"{path.name}: {error}", message_zh=f"满意度词表 {path.name} 有误：{error}"
            ) from error


@lru_cache(maxsize=1)
def _default_words() -> Words:
    return Words.load()


def parse_survey(text: str, words: Words | None = None) -> int | None:
    """1, 2 or 3; None where the text is no answer (thanks, another question, "2分")."""
    words = words or _default_words()
    said = _NOISE.sub("", text.translate(_FULL_WIDTH))
    bare = _FILLER.sub("", _FILLER.sub("", said))
    if bare in _DIGIT:
        return _DIGIT[bare]
    if _POINTS.match(bare):
        return None
    if found := _STAR.search(said):
        return _STARS[found.group(1)]
    for score, sayings in words.inside:
        if any(saying in said for saying in sayings):
            return score
    if bare in words.whole:
        return words.whole[bare]
    found = _NUMBERED.match(bare)
    return int(found.group(1)) if found and len(bare) <= 4 else None


def record(
    core: Core, session: Session, ticket_id: str | None, phone: str, score: int, words: str, key: str
) -> SurveyResult:
    """Keep the first answer for a ticket; 3 opens a follow-up with an owner and a due time."""
    if score not in (1, 2, 3):
        raise BadScore
    row = core.row(session, ticket_id, phone or None) if ticket_id else None
    subject = row.ticket_id if row else f"key:{key}"
    before = session.get(SurveyRow, subject)
    if before is not None:
        note = "这次服务您已经评价过了，谢谢。" if before.score < 3 else _sorry(before.followup_id)
        return SurveyResult(False, before.score, before.ticket_id, before.followup_id, note)
    answer = SurveyRow(
        subject=subject,
        ticket_id=row.ticket_id if row else None,
        phone=phone or (row.phone if row else ""),
        score=score,
        words=words[:500],
        at=core.now(),
        followup_id=None,
    )
    if row is not None:
        core.audit(session, row, "customer", "survey", words, after=str(score))
    if score == 3:
        draft = TicketDraft(
            Kind.FOLLOWUP,
            Category(row.category) if row else Category.OTHER,
            f"客户评价不满意：{words}" if words else "客户评价不满意",
            answer.phone,
            title="不满意回访",
            channel="survey",
            customer_name=row.customer_name if row else "",
            area=row.area if row else "",
            parent_id=answer.ticket_id,
        )
        answer.followup_id = tickets.create(core, session, draft, "yida").ticket_id
        followup = core.row(session, answer.followup_id)
        _owned_by_manager(core, session, followup.ticket_id)
    session.add(answer)
    note = _THANKS.get(score) or _sorry(answer.followup_id)
    return SurveyResult(True, score, answer.ticket_id, answer.followup_id, note)


def _owned_by_manager(core: Core, session: Session, ticket_id: str) -> None:
    """A manager calls back: the follow-up's owner is a duty manager."""
    row = core.row(session, ticket_id)
    managers = core.directory.with_role("duty_manager")
    if managers and row.owner_id not in {m.staff_id for m in managers}:
        flow.reassign(core, session, row, "yida", owner=managers[0].staff_id, why="不满意回访由值班经理负责")


def _sorry(followup_id: str | None) -> str:
    return f"很抱歉没让您满意，值班经理会在24小时内给您回电，回访单号{followup_id}。"
