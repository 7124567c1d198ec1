"""One entry as plain data ("form"): what editors fill in, pages show and sheets carry.

A form has the keys of the YAML (`id`, `question`, `similar`, `answer: {text, speech}`, `keywords`, `related`,
`action`, `channels`, `regions`, `segments`, `valid: {from, to}`, `owner`, `note`). Every value is text or a list
of texts, trimmed as the loader trims them; optional keys without a value are left out. Dates are 2026-01-31.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from knowledge_base.entry import Entry
from knowledge_base.loader import parse_file
from knowledge_base.problems import Problem

Form = dict[str, Any]

#: Keys of an entry in the order they are written.
ORDER = (
    "id", "question", "similar", "answer", "keywords", "related", "action", "channels", "regions", "segments",
    "valid", "owner", "note",
)  # fmt: skip
LISTS = ("similar", "keywords", "related", "channels", "regions", "segments")
#: What is compared and merged as one, with its name for editors.
FIELDS: dict[str, str] = {
    "question": "标准问",
    "similar": "相似问",
    "answer.text": "文字答案",
    "answer.speech": "语音答案",
    "keywords": "关键词",
    "related": "相关条目",
    "action": "提议办理",
    "channels": "限定渠道",
    "regions": "限定地区",
    "segments": "限定客户",
    "valid": "有效期",
    "owner": "负责部门",
    "note": "版本说明",
}
#: Fields that may run over several lines.
_LONG = ("text", "speech", "note")
_BREAKS = re.compile(r"\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: A head for validating one entry alone.
_HEAD = {"title": "条目", "owner": "条目"}


def entry_form(entry: Mapping[str, Any] | Entry) -> Form:
    """The form of one entry: of its mapping as read from YAML or sent by a page, or of a loaded `Entry`.

    Unknown keys and values of the wrong shape are kept, so that validation can name them.
    """
    data = _data(entry) if isinstance(entry, Entry) else entry
    form: Form = {}
    for key in (*ORDER, *(key for key in data if key not in ORDER)):
        if key not in data:
            continue
        value = _clean(key, data[key])
        if value in ("", None, [], {}) and key not in ("id", "question", "answer"):
            continue
        form[key] = value
    return form


def form_digest(form: Mapping[str, Any]) -> str:
    """16 hexadecimal characters that change with any field of the form."""
    plain = json.dumps(entry_form(form), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def get_field(form: Mapping[str, Any] | None, field: str) -> Any:
    """The value of a field of `FIELDS`, None where it has none."""
    value: Any = form
    for key in field.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def set_field(form: Form, field: str, value: Any) -> None:
    """Put a field's value in, or take it out where it is None."""
    *parents, key = field.split(".")
    for parent in parents:
        form = form.setdefault(parent, {})
    if value is None:
        form.pop(key, None)
    else:
        form[key] = value


def read_form(form: Mapping[str, Any], category: str) -> tuple[Entry | None, list[Problem]]:
    """The entry that a form describes, as the loader reads it, or what is wrong with its shape.

    `file` of entry and problems is the category's file, `line` is 0.
    """
    name = f"{category}.yml"
    problems = _unseen(form, name)
    if not problems:
        document = {"category": category, **_HEAD, "entries": [entry_form(form)]}
        # JSON is YAML, so the loader itself judges the form.
        file = parse_file(json.dumps(document, ensure_ascii=False).encode(), name)
        problems = [replace(problem, line=0) for problem in file.problems]
        if not problems and file.entries:
            entry = file.entries[0]
            return replace(entry, owner=entry.owner if "owner" in form else "", line=0), []
    identifier = form.get("id")
    known = identifier if isinstance(identifier, str) else ""
    return None, [replace(problem, entry_id=known or problem.entry_id) for problem in problems]


def _unseen(form: Mapping[str, Any], name: str) -> list[Problem]:
    problems = []
    for field in ("id", *FIELDS):
        value = get_field(form, field)
        texts = value if isinstance(value, list) else value.values() if isinstance(value, Mapping) else [value]
        found = next((m for text in texts if isinstance(text, str) and (m := _UNSEEN.search(text))), None)
        if found:
            code = f"U+{ord(found[0]):04X}"
            problems.append(
                Problem("control", name, f"有看不见的控制字符（{code}）", "删掉它，或重新键入这一处", field=field)
            )
    return problems


def _data(entry: Entry) -> Form:
    valid = {"from": entry.valid_from, "to": entry.valid_to}
    return {
        "id": entry.id,
        "question": entry.question,
        "answer": {"text": entry.answer.text, "speech": entry.answer.speech},
        "valid": {key: day.isoformat() for key, day in valid.items() if day},
        "action": entry.action,
        "owner": entry.owner,
        "note": entry.note,
        **{key: list(getattr(entry, key)) for key in LISTS},
    }


def _clean(key: str, value: Any) -> Any:
    if isinstance(value, str):
        text = _BREAKS.sub("\n", value.replace("\ufeff", "")).replace("\t", "  ").strip()
        return text if key in _LONG else re.sub(r"\s*\n\s*", " ", text)
    if isinstance(value, Mapping):
        cleaned = {name: _clean(str(name), item) for name, item in value.items()}
        first = [name for name in ("text", "speech", "from", "to") if name in cleaned]
        ordered = {name: cleaned[name] for name in (*first, *(n for n in cleaned if n not in first))}
        return {name: item for name, item in ordered.items() if item not in ("", None)} if key == "valid" else ordered
    if isinstance(value, (list, tuple)):
        items = [_clean(key, item) for item in value]
        return [item for item in items if item not in ("", None)]
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return value
    return str(value) if isinstance(value, (int, float)) else value
