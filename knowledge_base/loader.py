"""FAQ files to entries: one file at a time, and a folder with what holds across files."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge_base.entry import Answer, Entry
from knowledge_base.problems import Problem
from knowledge_base.schema import MAX_FILE_BYTES, faq_schema
from knowledge_base.yaml_reader import Document, read_yaml
from knowledge_base.yaml_reader import Path as FieldPath

SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True)
class FaqFile:
    """What one file gave: its usable entries, its problems, and the sha256 of its bytes."""

    name: str
    digest: str
    category: str = ""
    title: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class Folder:
    """All files of a folder; `problems` holds those of the files and those between files."""

    files: list[FaqFile] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def faq_paths(folder: Path) -> list[Path]:
    """The FAQ files of a folder by name; hidden files and those beginning with `_` are left out."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES and p.name[0] not in "._" and p.is_file())


def load_folder(folder: Path) -> Folder:
    """Read every file; bad entries are left out and told in `problems`."""
    result = Folder()
    for path in faq_paths(folder):
        try:
            result.files.append(load_file(path))
        except FileNotFoundError:
            continue
    result.problems = [problem for file in result.files for problem in file.problems]
    result.entries, clashes = join_files(result.files)
    result.problems += clashes
    return result


def load_file(path: Path) -> FaqFile:
    """Read one file. Raises FileNotFoundError where it is gone; bad content is told in `problems`."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        problem = Problem("unreadable", path.name, f"文件读不出来（{error.strerror}）", "检查文件权限和磁盘")
        return FaqFile(path.name, "", problems=(problem,))
    return parse_file(raw, path.name)


def parse_file(raw: bytes, name: str) -> FaqFile:
    """The file's usable entries and its problems."""
    digest = hashlib.sha256(raw).hexdigest()
    document = read_yaml(raw, name)
    if document.data is None or document.problems:
        return FaqFile(name, digest, problems=tuple(document.problems))
    problems = _schema_problems(document, name)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("entries"), list):
        return FaqFile(name, digest, problems=tuple(problems))
    stem = Path(name).stem
    category = data.get("category")
    if isinstance(category, str) and category != stem:
        problems.append(
            Problem(
                "category",
                name,
                f"category 写的是 {category}，与文件名 {stem} 不同",
                f"改成 {stem}",
                document.line(("category",)),
                field="category",
            )
        )
    bad = {problem.line for problem in problems}
    entries = []
    starts = [document.line(("entries", index)) for index in range(len(data["entries"]))]
    for index, item in enumerate(data["entries"]):
        end = starts[index + 1] if index + 1 < len(starts) else None
        if any(line >= starts[index] and (end is None or line < end) for line in bad):
            continue
        built = _build_entry(item, data, document, index, name, problems)
        if built is not None:
            entries.append(built)
    return FaqFile(name, digest, str(category), str(data.get("title")), tuple(entries), tuple(problems))


def join_files(files: Iterable[FaqFile]) -> tuple[list[Entry], list[Problem]]:
    """All entries of several files, the first of each id; repeated ids are problems."""
    entries: dict[str, Entry] = {}
    problems = []
    for file in files:
        for entry in file.entries:
            first = entries.setdefault(entry.id, entry)
            if first is not entry:
                problems.append(
                    Problem(
                        "duplicate_id",
                        entry.file,
                        f"编号与 {first.file} 第 {first.line} 行的条目重复",
                        "换一个编号",
                        entry.line,
                        entry.id,
                        "id",
                    )
                )
    return list(entries.values()), problems


def _build_entry(
    item: dict[str, Any],
    head: dict[str, Any],
    document: Document,
    index: int,
    name: str,
    problems: list[Problem],
) -> Entry | None:
    line = document.line(("entries", index))
    dates: dict[str, dt.date] = {}
    for key, value in item.get("valid", {}).items():
        try:
            dates[key] = dt.date.fromisoformat(value)
        except ValueError:
            problems.append(
                Problem(
                    "date",
                    name,
                    f"没有 {value} 这一天",
                    "写成 2026-01-31 这样的日期",
                    document.line(("entries", index, "valid", key)),
                    item["id"],
                    f"valid.{key}",
                )
            )
            return None
    if len(dates) == 2 and dates["from"] > dates["to"]:
        problems.append(
            Problem(
                "date",
                name,
                "开始日期晚于结束日期",
                "对调或改正日期",
                document.line(("entries", index, "valid")),
                item["id"],
                "valid",
            )
        )
        return None

    def listed(key: str) -> tuple[str, ...]:
        return tuple(value.strip() for value in item.get(key, ()))

    return Entry(
        id=item["id"],
        category=str(head.get("category", "")),
        question=item["question"].strip(),
        similar=listed("similar"),
        answer=Answer(item["answer"]["text"].strip(), item["answer"]["speech"].strip()),
        keywords=listed("keywords"),
        channels=listed("channels"),
        regions=listed("regions"),
        segments=listed("segments"),
        valid_from=dates.get("from"),
        valid_to=dates.get("to"),
        related=listed("related"),
        action=item.get("action"),
        owner=item.get("owner", head.get("owner", "")),
        note=item.get("note", ""),
        file=name,
        line=line,
    )


# -- schema errors in Chinese -------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(faq_schema())


def _schema_problems(document: Document, name: str) -> list[Problem]:
    problems = []
    for error in _validator().iter_errors(document.data):
        path: FieldPath = tuple(error.absolute_path)
        message, mend, extra = _say(error)
        line = document.line(path + extra)
        entry_id, shown = "", path + extra
        if len(path) >= 2 and path[0] == "entries":
            item = document.data["entries"][path[1]]
            entry_id = str(item.get("id") or "") if isinstance(item, dict) else ""
            shown = (path + extra)[2:]
            entry_id = entry_id or f"#{int(path[1]) + 1}"
        problems.append(Problem("schema", name, message, mend, line, entry_id, _dotted(shown)))
    return sorted(problems, key=lambda problem: problem.line)


def _dotted(path: FieldPath) -> str:
    shown = ""
    for part in path:
        shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


_NAMES = {"object": "一组字段", "array": "列表", "string": "文字"}


def _say(error: jsonschema.ValidationError) -> tuple[str, str, FieldPath]:
    """Message, mend, and the part of the path that the error names only in words."""
    rule, limit, value = error.validator, error.validator_value, error.instance
    about = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    if rule == "required":
        missing = next(key for key in limit if key not in value)
        return (
            f"缺少字段 {missing}",
            error.schema["properties"][missing].get("description", f"补上 {missing}"),
            (),
        )
    if rule == "additionalProperties":
        known = error.schema["properties"]
        extra = next(key for key in value if key not in known)
        return f"没有 {extra} 这个字段", "可用的字段有 " + "、".join(known), (extra,)
    if rule == "type":
        return (
            ("没有内容" if value is None else f"应当是{_NAMES[limit]}"),
            about or f"写成{_NAMES[limit]}",
            (),
        )
    if rule == "enum":
        return f"不认识 {_short(value)}", "可选 " + "、".join(map(str, limit)), ()
    if rule in ("minLength", "maxLength"):
        word = "太短" if rule == "minLength" else "太长"
        return (
            f"{word}，现在 {len(value)} 个字",
            f"{'至少' if rule == 'minLength' else '最多'} {limit} 个字",
            (),
        )
    if rule in ("minItems", "maxItems"):
        word = "太少" if rule == "minItems" else "太多"
        return f"{word}，现在 {len(value)} 条", f"{'至少' if rule == 'minItems' else '最多'} {limit} 条", ()
    if rule == "uniqueItems":
        twice = next((item for index, item in enumerate(value) if item in value[:index]), "")
        return f"重复写了 {_short(twice)}", "删掉一个", ()
    if rule == "pattern":
        return (
            f"{_short(value)} 的写法不对",
            about or "只用小写字母、数字和连字符，字母开头，例如 bill-why-higher",
            (),
        )
    return "内容不合格式", about or "参照 docs/faq-format.md", ()


def _short(value: object) -> str:
    text = str(value)
    return f"「{text[:20]}…」" if len(text) > 20 else f"「{text}」"
