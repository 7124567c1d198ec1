"""条目: what is there, by category and by what needs attention."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from knowledge_base.entry import Entry
from knowledge_base.loader import faq_paths
from knowledge_base.pages.layout import page
from knowledge_base.pages.parts import parts
from nlu.text.normalize import question_key

routes = web.RouteTableDef()
PER_PAGE = 50
_TITLE = re.compile(r"^title:\s*(\S+)", re.MULTILINE)
#: Days before its end in which an entry is said to expire soon.
SOON = dt.timedelta(days=30)
STATES = {
    "draft": "有草稿", "review": "待审核", "expired": "已过期", "soon": "30 天内到期", "early": "还没到期限",
    "limited": "限定范围", "unused": "从未用过",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One entry in the list; `states` are names of STATES."""

    entry: Entry
    states: tuple[str, ...]
    used: int | None


@routes.get("/entries")
async def listing(request: web.Request) -> web.StreamResponse:
    """`?category=&state=&q=&page=`: the entries that fit, 50 a page."""
    base, today = parts(request).knowledge.base, parts(request).clock.now().date()
    usage = parts(request).usage
    open_ = await asyncio.to_thread(parts(request).editing.open_drafts)
    drafts = {draft.entry_id for draft in open_ if draft.entry_id and draft.state != "in_review"}
    reviews = {draft.entry_id for draft in open_ if draft.entry_id and draft.state == "in_review"}
    rows = rows_of(base.snapshot.entries, today, await asyncio.to_thread(usage) if usage else None, drafts, reviews)
    category, state, words = (request.query.get(name, "")[:80].strip() for name in ("category", "state", "q"))
    number = request.query.get("page", "1")
    found = [row for row in rows if fits(row, category, state, words)]
    pages = max(1, -(-len(found) // PER_PAGE))
    current = min(pages, max(1, int(number) if number.isdecimal() and len(number) < 6 else 1))
    in_category = [row for row in rows if not category or row.entry.category == category]
    counts = Counter(state for row in in_category for state in row.states)
    return page(
        request, "entries.html", title="条目", rows=found[(current - 1) * PER_PAGE : current * PER_PAGE], total=len(found),
        everything=len(rows), categories=Counter(row.entry.category for row in rows),
        states={key: (name, counts[key]) for key, name in STATES.items() if counts[key] or key == state},
        category=category, state=state, words=words, current=current, pages=pages, state_names=STATES,
        titles=await asyncio.to_thread(category_titles, parts(request).faq_dir),
    )  # fmt: skip


def rows_of(
    entries: Sequence[Entry],
    today: dt.date,
    usage: Mapping[str, int] | None,
    drafts: Collection[str] = (),
    reviews: Collection[str] = (),
) -> list[Row]:
    """Every entry with what is to be said of it, by category and place in its file."""
    rows = []
    for entry in sorted(entries, key=lambda e: (e.category, e.line)):
        used = None if usage is None else usage.get(entry.id, 0)
        marks = {
            "draft": entry.id in drafts, "review": entry.id in reviews,
            "expired": bool(entry.valid_to and entry.valid_to < today),
            "soon": bool(entry.valid_to and today <= entry.valid_to <= today + SOON),
            "early": bool(entry.valid_from and entry.valid_from > today),
            "limited": bool(entry.channels or entry.regions or entry.segments), "unused": used == 0,
        }  # fmt: skip
        rows.append(Row(entry, tuple(name for name, on in marks.items() if on), used))
    return rows


def fits(row: Row, category: str, state: str, words: str) -> bool:
    """Whether a row is of the category and state and has every word somewhere."""
    entry = row.entry
    if (category and entry.category != category) or (state and state not in row.states):
        return False
    if not words:
        return True
    key = question_key(" ".join((entry.id.replace("-", " "), *entry.questions, *entry.keywords, entry.answer.text)))
    return entry.id == words or all(question_key(word) in key for word in words.replace("-", " ").split())


def category_titles(folder: Path) -> dict[str, str]:
    """The Chinese name of each category, from the heads of the files alone: one that is bad further down has its name."""
    found = {}
    for path in faq_paths(folder):
        try:
            with path.open("rb") as stream:
                head = stream.read(2048).decode("utf-8", "replace")
        except OSError:
            continue
        if match := _TITLE.search(head):
            found[path.stem] = match[1].strip("\"'")
    return found
